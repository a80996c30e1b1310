#include "analysis/method/head_distance.h"

#include <atomic>
#include <numeric>
#include <random>

#include "analysis/method/method_kernels.h"
#include "analysis/method/scaling.h"
#include "analysis/method/symmetric_eigen.h"
#include "tests/analysis/method/method_references.h"

using namespace weft;
using namespace weft::test;
using nlohmann::json;

namespace {

constexpr float tolerance = 1e-5f;  // METHODS: head distance absolute
const float ln_2 = std::log(2.0f);

double naive_distance(const float* p, const float* q, size_t rows, size_t keys) {
    const auto h = [](double x) { return x > 0 ? -x * std::log(x) : 0.0; };
    double sum = 0;
    for (size_t k = 0; k < rows * keys; ++k) {
        const double x = static_cast<double>(p[k]), y = static_cast<double>(q[k]);
        sum += h((x + y) / 2) - (h(x) + h(y)) / 2;
    }
    return sum / static_cast<double>(rows);
}

}  // namespace

TEST_CASE("heads that attend alike have no distance") {
    for (const AttentionBlock& block :
         {uniform_attention(2, 3, 5, 5), identity_attention(2, 3, 70), causal_uniform_attention(2, 3, 9)}) {
        const FrameTensor all = head_distance(block);
        REQUIRE(all.shape == std::vector<int64_t>{6, 6});
        for (const float distance : *all.values) REQUIRE(distance <= tolerance);
        for (const double spread : layer_spread(head_distance_within(block)))
            REQUIRE(spread < collapse_bound);
    }
}

TEST_CASE("heads that share no key are ln 2 apart, and nothing is further") {
    const AttentionBlock block = make_attention(2, 2, 4, 4, [](size_t l, size_t h, size_t i, size_t j) {
        return j == (i + 2 * l + h) % 4 ? 1.0f : 0.0f;
    });
    const FrameTensor all = head_distance(block);
    for (size_t k = 0; k < 16; ++k)
        REQUIRE((*all.values)[k] == Approx(k % 5 == 0 ? 0 : ln_2).margin(tolerance));
    for (const double spread : layer_spread(head_distance_within(block))) {
        REQUIRE(spread == Approx(ln_2).margin(tolerance));
        REQUIRE(spread > collapse_bound);
    }
}

TEST_CASE("one-hot beside uniform attention has its closed form") {
    const uint32_t n = 8;
    const AttentionBlock block = make_attention(1, 2, n, n, [](auto, size_t h, size_t i, size_t j) {
        return h == 0 ? 1.0f / 8 : i == j ? 1.0f : 0.0f;
    });
    const double both = -(9.0 / 16) * std::log(9.0 / 16) - 7 * (1.0 / 16) * std::log(1.0 / 16);
    REQUIRE((*head_distance(block).values)[1] == Approx(both - std::log(8.0) / 2).margin(1e-5));
}

TEST_CASE("one token, and two with one masked, put all heads in one place") {
    const AttentionBlock one = identity_attention(3, 2, 1);
    const AttentionBlock masked =
        make_attention(3, 2, 2, 2, [](auto, auto, size_t, size_t j) { return j == 0 ? 1.0f : 0.0f; });
    for (const AttentionBlock& block : {one, masked}) {
        const FrameTensor all = head_distance(block);
        for (const float distance : *all.values) REQUIRE(distance == Approx(0).margin(tolerance));
        const FrameTensor places = scale_to_plane(all);
        REQUIRE(places.shape == std::vector<int64_t>{6, 2});
        for (const float place : *places.values) REQUIRE(place == Approx(0).margin(tolerance));
    }
    REQUIRE(layer_spread(head_distance_within(identity_attention(3, 1, 4))) == std::vector<double>{0, 0, 0});
}

TEST_CASE("head distance equals the plain formula at every size") {
    struct Size {
        uint32_t layers, heads, queries, keys;
    };
    // Those of many heads and rows go by matrix tiles where there are some.
    for (const Size& size : {Size{3, 5, 1, 1}, Size{3, 5, 2, 3}, Size{3, 5, 5, 16}, Size{3, 5, 17, 17},
                             Size{3, 5, 45, 46}, Size{3, 5, 64, 64}, Size{3, 5, 47, 90}, Size{6, 12, 15, 15},
                             Size{6, 12, 33, 33}, Size{9, 8, 16, 41}, Size{5, 13, 50, 27}}) {
        const auto [layers, heads, queries, keys] = size;
        const AttentionBlock block = softmax_attention(layers, heads, queries, keys, 3, queries);
        const FrameTensor all = head_distance(block), within = head_distance_within(block),
                          of_all = head_distance_within(block, all);
        const size_t count = size_t{layers} * heads, entries = size_t{queries} * keys;
        double largest = 0;
        for (size_t a = 0; a < count; ++a)
            for (size_t b = 0; b < count; ++b) {
                const double expected = naive_distance(
                    block.layer_weights[a / heads]->data() + a % heads * entries,
                    block.layer_weights[b / heads]->data() + b % heads * entries, queries, keys);
                const float got = (*all.values)[a * count + b];
                largest = std::max(largest, std::abs(static_cast<double>(got) - expected));
                REQUIRE(got == (*all.values)[b * count + a]);
                if (a / heads != b / heads) continue;
                const size_t place = (a / heads * heads + a % heads) * heads + b % heads;
                REQUIRE((*within.values)[place] == Approx(got).margin(tolerance));
                REQUIRE((*of_all.values)[place] == got);
            }
        INFO(queries << " x " << keys);
        REQUIRE(largest < static_cast<double>(tolerance));
    }
}

TEST_CASE("the sums of every instruction set agree with the logarithm of the library") {
    std::vector<float> p, q;
    for (int exponent = -140; exponent <= 0; ++exponent)
        for (const double m : {1.0, 1.1, 1.25, 1.4142, 1.5, 1.73, 1.9999})
            p.push_back(static_cast<float>(std::min(1.0, std::ldexp(m, exponent))));
    p.push_back(0.0f);
    q.assign(p.rbegin(), p.rend());
    size_t kinds = 0;
    for (const MethodKernels* const* kernels = all_method_kernels(); *kernels; ++kernels, ++kinds) {
        for (const float x : {0.0f, 1.0f}) {
            float sum = -1;
            (*kernels)->x_ln_x(&x, 0, 1, 1, &sum);
            REQUIRE(sum == 0);
        }
        for (const size_t size : {p.size(), size_t{1}, size_t{15}, size_t{16}, size_t{33}}) {
            const auto of_library = [size](auto value_of) {
                double sum = 0;
                for (size_t k = 0; k < size; ++k) {
                    const double x = static_cast<double>(value_of(k));
                    if (x > 0) sum += x * std::log(x);
                }
                return sum;
            };
            const double weight = std::accumulate(p.begin(), p.begin() + static_cast<ptrdiff_t>(size), 0.0) +
                                  std::accumulate(q.begin(), q.begin() + static_cast<ptrdiff_t>(size), 0.0);
            const double bound = 3e-6 * weight + 1e-6;
            float got[5] = {};
            (*kernels)->x_ln_x(p.data(), 0, 5, size, got);
            const double of_p = of_library([&](size_t k) { return p[k]; });
            for (const float sum : got) REQUIRE(std::abs(static_cast<double>(sum) - of_p) < bound);

            const auto pair = [&](const std::vector<float>& a, const std::vector<float>& b) {
                (*kernels)->both_ln_both(a.data(), b.data(), 0, 5, size, got);
                for (const float sum : got) REQUIRE(sum == got[0]);
                return static_cast<double>(got[0]);
            };
            const auto of_pair = [&](const std::vector<float>& a, const std::vector<float>& b) {
                return of_library([&](size_t k) { return a[k] + b[k]; });
            };
            const double divergence = of_pair(p, p) + of_pair(q, q) - 2 * of_pair(p, q);
            REQUIRE(std::abs(pair(p, p) + pair(q, q) - 2 * pair(p, q) - divergence) < 4 * bound);
        }
    }
    REQUIRE(kinds >= 1);
}

TEST_CASE("the matrix product of every instruction set agrees with the plain one") {
    std::mt19937 random(5);
    std::uniform_real_distribution<float> uniform(0, 1);
    constexpr size_t columns = product_columns;
    for (const size_t rows : {size_t{1}, size_t{5}, size_t{6}, size_t{19}})
        for (const size_t inner : {size_t{1}, size_t{3}, size_t{53}}) {
            const size_t stride = inner + 2;
            std::vector<float> a(rows * stride), b(inner * columns), before(rows * columns);
            for (std::vector<float>* values : {&a, &b, &before})
                for (float& x : *values) x = uniform(random);
            for (const MethodKernels* const* kernels = all_method_kernels(); *kernels; ++kernels) {
                std::vector<float> out = before;
                (*kernels)->add_product(a.data(), stride, b.data(), rows, inner, out.data());
                for (size_t i = 0; i < rows; ++i)
                    for (size_t j = 0; j < columns; ++j) {
                        double sum = static_cast<double>(before[i * columns + j]);
                        for (size_t k = 0; k < inner; ++k)
                            sum += static_cast<double>(a[i * stride + k]) *
                                   static_cast<double>(b[k * columns + j]);
                        REQUIRE(out[i * columns + j] == Approx(sum).margin(1e-4));
                    }
                std::vector<float> added = before;
                (*kernels)->add_scaled(added.data(), before.data(), 0.5f, added.size());
                for (size_t k = 0; k < added.size(); ++k) REQUIRE(added[k] == Approx(1.5f * before[k]));
            }
        }
}

TEST_CASE("head distance and its layout equal the references of an independent script") {
    const json all = method_references();
    for (const json& row : all["blocks"]) {
        const AttentionBlock block = reference_block(row, all["layers"], all["heads"], all["size"]);
        const FrameTensor distances = head_distance(block);
        require_close(*distances.values, row["head_distance"].get<std::vector<float>>(), tolerance);
        // Places lean on differences of distances: some times their error.
        require_close(*scale_to_plane(distances).values,
                      row["head_distance.layout"].get<std::vector<float>>(), 1e-4f);
    }
}

TEST_CASE("points of a plane get their distances back") {
    const std::vector<std::pair<double, double>> points = {{0, 0}, {4, 0}, {4, 1}, {-3, 0.5}, {1, -1}};
    std::vector<float> distances;
    for (const auto& [x, y] : points)
        for (const auto& [u, v] : points) distances.push_back(static_cast<float>(std::hypot(x - u, y - v)));
    const FrameTensor places =
        scale_to_plane({{5, 5}, std::make_shared<const std::vector<float>>(distances)});
    for (size_t a = 0; a < 5; ++a)
        for (size_t b = 0; b < 5; ++b)
            REQUIRE(std::hypot((*places.values)[2 * a] - (*places.values)[2 * b],
                               (*places.values)[2 * a + 1] - (*places.values)[2 * b + 1]) ==
                    Approx(distances[a * 5 + b]).margin(1e-5));
}

TEST_CASE("eigenpairs solve their equation, also where values are equal") {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (const size_t n : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{40}}) {
        for (const int kind : {0, 1, 2, 3}) {
            std::vector<double> a(n * n, 0.0);
            for (size_t i = 0; i < n; ++i)
                for (size_t j = 0; j <= i; ++j) {
                    if (kind == 0) a[i * n + j] = a[j * n + i] = normal(random);
                    if (kind == 1) a[i * n + j] = a[j * n + i] = i == j ? 2 : 0;
                    if (kind == 2) a[i * n + j] = a[j * n + i] = 1;  // one value n, the others 0
                }
            const Eigenpairs pairs = symmetric_eigen(a, n, n);
            for (size_t k = 0; k < n; ++k) {
                if (k > 0) REQUIRE(pairs.values[k] <= pairs.values[k - 1]);
                for (size_t i = 0; i < n; ++i) {
                    double product = 0, length = 0;
                    for (size_t j = 0; j < n; ++j) {
                        product += a[i * n + j] * pairs.vectors[k * n + j];
                        length += pairs.vectors[k * n + j] * pairs.vectors[i * n + j];
                    }
                    REQUIRE(product == Approx(pairs.values[k] * pairs.vectors[k * n + i]).margin(1e-11));
                    REQUIRE(length == Approx(i == k ? 1 : 0).margin(1e-11));
                }
            }
        }
    }
}

TEST_CASE("head distance stops when it is superseded") {
    const AttentionBlock block = softmax_attention(4, 4, 8, 8, 1, 1);
    CHECK(head_distance(block, {[] { return true; }, {}}).values == nullptr);
    CHECK(head_distance_within(block, {[] { return true; }, {}}).values == nullptr);
    std::atomic<int> asked{0};
    CHECK(head_distance(block, {[&] { return ++asked > 3; }, {}}).values == nullptr);
    // Enough of them that a helper cannot do them all while the caller waits for a processor.
    const AttentionBlock many = softmax_attention(12, 12, 64, 64, 1, 1);
    CHECK(head_distance(many, {[] { return true; }, {}}).values == nullptr);
    asked = 0;
    CHECK(head_distance(many, {[&] { return ++asked > 3; }, {}}).values == nullptr);
}
