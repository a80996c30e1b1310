#include "analysis/method/flow.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <queue>
#include <random>
#include <thread>

#include "analysis/error.h"
#include "analysis/method/frame_steps.h"
#include "analysis/method/residual_layers.h"
#include "tests/analysis/method/method_references.h"

using namespace weft;
using namespace weft::test;
using nlohmann::json;

namespace {

constexpr double tolerance = 1e-6;  // of the exact value

// Shortest augmenting paths (Edmonds & Karp 1972) over a list of edges: slow and plain.
class EdgeList {
  public:
    explicit EdgeList(size_t nodes) : edges_of_(nodes) {}
    void add(size_t from, size_t to, double capacity) {
        edges_of_[from].push_back(edges_.size());
        edges_.push_back({to, capacity});
        edges_of_[to].push_back(edges_.size());
        edges_.push_back({from, 0});
    }
    double max_flow(size_t source, size_t sink) {
        double total = 0;
        for (;;) {
            std::vector<ptrdiff_t> came_by(edges_of_.size(), -1);
            std::queue<size_t> open({source});
            while (!open.empty() && came_by[sink] < 0) {
                const size_t node = open.front();
                open.pop();
                for (const size_t edge : edges_of_[node])
                    if (edges_[edge].left > 1e-15 && edges_[edge].to != source &&
                        came_by[edges_[edge].to] < 0) {
                        came_by[edges_[edge].to] = static_cast<ptrdiff_t>(edge);
                        open.push(edges_[edge].to);
                    }
            }
            if (came_by[sink] < 0) return total;
            double amount = std::numeric_limits<double>::infinity();
            const auto each = [&](auto visit) {
                for (size_t node = sink; node != source;) {
                    const size_t edge = static_cast<size_t>(came_by[node]);
                    visit(edge);
                    node = edges_[edge ^ 1].to;
                }
            };
            each([&](size_t edge) { amount = std::min(amount, edges_[edge].left); });
            each([&](size_t edge) { edges_[edge].left -= amount, edges_[edge ^ 1].left += amount; });
            total += amount;
        }
    }

  private:
    struct Edge {
        size_t to;
        double left;
    };
    std::vector<Edge> edges_;
    std::vector<std::vector<size_t>> edges_of_;
};

double plain_flow(const FlowCapacities& graph, size_t query, size_t key) {
    const size_t n = graph.size, layers = graph.layers.size();
    EdgeList edges((layers + 1) * n);
    for (size_t l = 0; l < layers; ++l)
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j)
                if (graph.layers[l][i * n + j] > 0)
                    edges.add((l + 1) * n + i, l * n + j, graph.layers[l][i * n + j]);
    return edges.max_flow(layers * n + query, key);
}

// What the edges carry at most that lead into the key's side.
double cut_value(const FlowCapacities& graph, size_t key, const std::vector<uint8_t>& side) {
    const size_t n = graph.size;
    double sum = 0;
    for (size_t l = 0; l < graph.layers.size(); ++l)
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j)
                if (!side[l * n + i] && (l == 0 ? j == key : side[(l - 1) * n + j]))
                    sum += graph.layers[l][i * n + j];
    return sum;
}

// For every pair: a second solver, and a minimum cut of equal value.
void require_exact(const AttentionBlock& block, const RolloutOptions& options,
                   bool with_second_solver = true) {
    FlowOptions of_flow;
    of_flow.capacities = options;
    const FrameTensor result = flow(block, of_flow);
    const FlowCapacities graph = flow_capacities(block, options);
    const size_t n = block.keys;
    REQUIRE(result.shape == std::vector<int64_t>{block.keys, block.keys});
    FlowNetwork network(graph);
    for (size_t i = 0; i < n; ++i) {
        const size_t support = block.causal ? i + 1 : n;
        network.begin(i, support);
        for (size_t j = 0; j < n; ++j) {
            const double got = static_cast<double>((*result.values)[i * n + j]);
            INFO("query " << i << ", key " << j << " of " << n << " tokens, " << graph.layers.size()
                          << " layers");
            if (with_second_solver) REQUIRE(std::abs(got - plain_flow(graph, i, j)) < tolerance);
            if (j >= support) {
                REQUIRE(got == 0);
                continue;
            }
            const double exact = network.flow_to(j);
            const std::vector<uint8_t> side = network.key_side();
            REQUIRE_FALSE(side[(graph.layers.size() - 1) * n + i]);
            REQUIRE(std::abs(cut_value(graph, j, side) - exact) < 1e-9);
            REQUIRE(std::abs(got - exact) < 1e-7);
        }
    }
}

AttentionBlock random_attention(uint32_t layers, uint32_t heads, uint32_t size, double spread, bool causal,
                                uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, spread);
    AttentionBlock block = make_attention(layers, heads, size, size, {});
    block.causal = causal;
    for (auto& layer : block.layer_weights) {
        std::vector<float> weights(layer->size(), 0.0f);
        for (size_t row = 0; row < size_t{heads} * size; ++row) {
            const size_t support = causal ? row % size + 1 : size;
            std::vector<double> exps(support);
            double sum = 0;
            for (double& x : exps) sum += x = std::exp(normal(random));
            for (size_t j = 0; j < support; ++j) weights[row * size + j] = static_cast<float>(exps[j] / sum);
        }
        layer = std::make_shared<const std::vector<float>>(std::move(weights));
    }
    return block;
}

RolloutOptions residual(double r) {
    RolloutOptions options;
    options.residual = r;
    return options;
}

}  // namespace

TEST_CASE("flow of identity attention is the identity") {
    const FrameTensor result = flow(identity_attention(3, 2, 5), {});
    for (size_t i = 0; i < 25; ++i) REQUIRE((*result.values)[i] == Approx(i % 6 == 0 ? 1 : 0).margin(1e-9));
}

TEST_CASE("flow of uniform attention fills what leads into the key") {
    // Plain: N edges of 1 / N lead into every key, and the query sends one unit.
    const FrameTensor plain = flow(uniform_attention(3, 2, 4, 4), {residual(0), {}, {}, 0});
    for (const float value : *plain.values) REQUIRE(value == Approx(1));
    // One layer is its own capacities.
    const FrameTensor one = flow(uniform_attention(1, 1, 4, 4), {});
    for (size_t i = 0; i < 16; ++i) REQUIRE((*one.values)[i] == Approx(i % 5 == 0 ? 0.625 : 0.125));
}

TEST_CASE("flow of one-hot attention follows the arrows") {
    const AttentionBlock ring = make_attention(
        3, 1, 5, 5, [](auto, auto, size_t i, size_t j) { return j == (i + 1) % 5 ? 1.0f : 0.0f; });
    const FrameTensor result = flow(ring, {residual(0), {}, {}, 0});
    for (size_t i = 0; i < 5; ++i)
        for (size_t j = 0; j < 5; ++j)
            REQUIRE((*result.values)[i * 5 + j] == Approx(j == (i + 3) % 5 ? 1 : 0).margin(1e-9));
    require_exact(ring, residual(0.5));
    require_exact(ring, residual(0.1));
}

TEST_CASE("flow of hostile shapes") {
    const FrameTensor one = flow(identity_attention(4, 2, 1), {});
    REQUIRE(*one.values == std::vector<float>{1});
    const AttentionBlock masked =
        make_attention(3, 2, 2, 2, [](auto, auto, size_t, size_t j) { return j == 0 ? 1.0f : 0.0f; });
    const FrameTensor two = flow(masked, {});
    // Of token 1 only its own residual connections lead on: half of it in every layer, 1 in the end to token
    // 0.
    require_close(*two.values, {1, 0, 1, 0.5f}, 1e-6f);
    for (const double r : {0.0, 0.5, 1.0}) {
        require_exact(masked, residual(r));
        require_exact(random_attention(1, 1, 3, 2, false, 1), residual(r));
        require_exact(random_attention(2, 1, 2, 2, true, 2), residual(r));
    }
}

TEST_CASE("flow is exact: a second solver and a minimum cut agree for every pair") {
    uint32_t seed = 10;
    for (const bool causal : {false, true})
        for (const double r : {0.5, 0.1, 0.0})
            for (const double spread : {0.5, 2.0, 6.0, 20.0})
                for (const auto& [layers, heads, size] :
                     {std::tuple{2u, 2u, 6u}, {3u, 1u, 9u}, {5u, 1u, 7u}, {6u, 3u, 5u}})
                    require_exact(random_attention(layers, heads, size, spread, causal, ++seed), residual(r));
}

TEST_CASE("flow of more tokens than a word has bits is exact") {
    require_exact(random_attention(4, 1, 70, 5, false, 1), residual(0.3), false);
    require_exact(random_attention(4, 1, 70, 5, true, 2), residual(0.1), false);
    const AttentionBlock block = random_attention(3, 1, 67, 8, false, 3);
    FlowOptions some;
    some.rows = {0, 65};
    const FrameTensor result = flow(block, some);
    const FlowCapacities graph = flow_capacities(block, {});
    for (const size_t key : {size_t{0}, size_t{63}, size_t{64}, size_t{66}})
        REQUIRE((*result.values)[65 * 67 + key] == Approx(plain_flow(graph, 65, key)).margin(tolerance));
}

TEST_CASE("what is too much for a key is moved in few waves") {
    for (const uint32_t seed : {1u, 2u, 3u}) {
        const FlowCapacities graph = flow_capacities(random_attention(12, 2, 30, 1, false, seed), {});
        FlowNetwork network(graph);
        network.begin(seed, 30);
        for (size_t key = 0; key < 30; ++key) network.flow_to(key);
        CHECK(network.waves() > 0);
        CHECK(network.waves() <= 30 * 5);  // twice as many if stuck excess waited for the next search
    }
}

TEST_CASE("flow takes every option of rollout") {
    const AttentionBlock block = random_attention(4, 3, 6, 2, false, 4);
    for (const Fuse fuse : {Fuse::max, Fuse::min, Fuse::head, Fuse::weights}) {
        RolloutOptions options;
        options.fuse = fuse;
        options.head = 2;
        options.weights = {0.2, 0, 1.5};
        options.discard = 0.6;
        options.first_layer = 1;
        require_exact(block, options);
        options.discard_scope = DiscardScope::layer;
        options.residual = 0;
        require_exact(block, options);
    }
    RolloutOptions last;
    last.first_layer = 3;  // one layer is left: its capacities
    const FrameTensor result = flow(block, {last, {}, {}, 0});
    require_close(*result.values, residual_layer(block, last, 3), 1e-6f);
    last.first_layer = 4;
    REQUIRE_THROWS_AS(flow(block, {last, {}, {}, 0}), Error);
    REQUIRE_THROWS_AS(flow(uniform_attention(1, 1, 2, 3), {}), Error);
}

TEST_CASE("flow equals what an independent library recorded") {
    const json all = method_references();
    for (const json& row : all["blocks"]) {
        const AttentionBlock block = reference_block(row, all["layers"], all["heads"], all["size"]);
        REQUIRE(row["flows"].size() >= 3);
        for (const json& reference : row["flows"]) {
            INFO(reference["residual"]);
            const FrameTensor result = flow(block, {residual(reference["residual"]), {}, {}, 0});
            require_close(*result.values, reference["values"].get<std::vector<float>>(), 1e-6f);
        }
    }
}

TEST_CASE("flow is the same on any number of threads and in any order") {
    const AttentionBlock block = random_attention(4, 2, 19, 4, false, 5);
    const FrameTensor one = flow(block, {{}, {}, {}, 1});
    for (const size_t threads : {size_t{2}, size_t{5}})
        REQUIRE(*flow(block, {{}, {}, 7, threads}).values == *one.values);
    FlowOptions rows;
    rows.rows = {4, 17};
    const FrameTensor some = flow(block, rows);
    for (size_t i = 0; i < 19; ++i)
        for (size_t j = 0; j < 19; ++j) {
            const float value = (*some.values)[i * 19 + j];
            if (i == 4 || i == 17)
                REQUIRE(value == (*one.values)[i * 19 + j]);
            else
                REQUIRE(std::isnan(value));
        }
    rows.rows = {19};
    REQUIRE_THROWS_WITH(flow(block, rows), Catch::Contains("19"));
}

TEST_CASE("flow tells how far it is, shows the nearest rows first, and stops at once") {
    const AttentionBlock block = random_attention(8, 1, 64, 3, false, 6);
    FlowWatch watch;
    float told = 0;
    watch.progress = [&](float share) {
        REQUIRE(share > told);
        told = share;
    };
    watch.partial = [&](const FrameTensor& rows) {
        const auto is_there = [&](size_t row) { return !std::isnan((*rows.values)[row * 64]); };
        size_t nearest_missing = 64, farthest_there = 0;
        for (size_t row = 0; row < 64; ++row) {
            const size_t away = row > 30 ? row - 30 : 30 - row;
            if (is_there(row)) farthest_there = std::max(farthest_there, away);
            if (!is_there(row)) nearest_missing = std::min(nearest_missing, away);
        }
        REQUIRE(farthest_there <= nearest_missing + 2);  // two rows may be under way
    };
    FlowOptions options;
    options.first_row = 30;
    options.threads = 2;
    REQUIRE(flow(block, options, watch).values != nullptr);
    REQUIRE(told > 0);
    REQUIRE(flow(block, {}, {[] { return true; }, {}, {}}).values == nullptr);
}

TEST_CASE("the frame gets the flow of encoder and decoder, never of cross-attention") {
    AttentionFrame frame;
    frame.stacks = {words({"a", "b", "c"}), words({"d", "e"})};
    frame.blocks = {uniform_attention(2, 2, 3, 3), causal_uniform_attention(2, 2, 2),
                    uniform_attention(2, 2, 2, 3)};
    frame.blocks[0].kind = AttentionKind::encoder;
    frame.blocks[1].kind = AttentionKind::decoder;
    frame.blocks[1].query_stack = frame.blocks[1].key_stack = 1;
    frame.blocks[2].kind = AttentionKind::cross;
    frame.blocks[2].query_stack = 1;
    AnalysisRequest request;
    request.options.methods = {"flow", "patterns", "attention_distance", "head_distance"};
    request.options.method.flow_rows = {2};  // the decoder has no such row
    FramePtr last;
    REQUIRE(run_steps(frame, request, {}, {}, [&](FramePtr posted) { last = std::move(posted); }));
    REQUIRE(last->complete);
    const auto& encoder = last->blocks[0].quantities;
    REQUIRE(std::isnan((*encoder.at("flow").values)[0]));
    REQUIRE((*encoder.at("flow").values)[6] > 0);
    REQUIRE(encoder.at("patterns").shape == std::vector<int64_t>{2, 2, 10});
    REQUIRE(encoder.at("head_distance").shape == std::vector<int64_t>{4, 4});
    REQUIRE(encoder.at("head_distance.within").shape == std::vector<int64_t>{2, 2, 2});
    REQUIRE(encoder.at("head_distance.layout").shape == std::vector<int64_t>{4, 2});
    REQUIRE(last->blocks[1].quantities.contains("attention_distance"));
    const auto& cross = last->blocks[2].quantities;
    REQUIRE(cross.contains("head_distance"));
    for (const char* name : {"flow", "patterns", "attention_distance"}) REQUIRE_FALSE(cross.contains(name));
    request.options.method.flow_rows = {3};
    REQUIRE_THROWS_AS(run_steps(frame, request, {}, {}, [](FramePtr) {}), UsageError);
}
