// A head's queries and keys: their products are what its attention is the softmax of, in every family.
#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/error.h"
#include "tests/parity/reference_case.h"
#include "tests/parity/tiny_folder.h"

using namespace weft;
using namespace weft::test;

namespace {

const AttentionBlock& block_of_kind(const AttentionFrame& frame, AttentionKind kind) {
    for (const AttentionBlock& block : frame.blocks)
        if (block.kind == kind) return block;
    throw Error("no such block");
}

AnalysisRequest request_of(const TinyModelFolder& tiny, const Model& model, HeadName head) {
    AnalysisRequest request = tiny.request({11, 25, 7, 60, 40});
    request.has_target = model.summary().has_target;
    request.target_text = "w8 w9 w10";
    request.options.methods = {"query_key"};
    request.options.method.query_key_head = head;
    return request;
}

// Largest distance of the softmax of the scores from the attention, and of the scores from scale q . k.
struct Distances {
    double softmax = 0.0, products = 0.0;
};

Distances distances(const AttentionBlock& block, HeadName head) {
    const auto tensor = [&](const char* name) -> const FrameTensor& {
        return block.quantities.at(std::string("query_key.") + name);
    };
    const std::vector<float>&queries = *tensor("queries").values, &keys = *tensor("keys").values,
          &scores = *tensor("scores").values;
    const size_t width = static_cast<size_t>(tensor("queries").shape.at(1)), rows = block.queries,
                 columns = block.keys;
    REQUIRE(queries.size() == rows * width);
    REQUIRE(keys.size() == columns * width);
    REQUIRE(scores.size() == rows * columns);
    const float* attention = block.layer_weights.at(static_cast<size_t>(head.layer))->data() +
                             static_cast<size_t>(head.head) * rows * columns;
    const double scale = static_cast<double>(tensor("scale").values->at(0));
    Distances worst;
    for (size_t i = 0; i < rows; ++i) {
        double sum = 0.0;
        for (size_t j = 0; j < columns; ++j)
            if (!std::isnan(scores[i * columns + j])) sum += std::exp(double{scores[i * columns + j]});
        for (size_t j = 0; j < columns; ++j) {
            const float score = scores[i * columns + j];
            const double weight = std::isnan(score) ? 0.0 : std::exp(double{score}) / sum;
            worst.softmax = std::max(worst.softmax, std::abs(weight - double{attention[i * columns + j]}));
            if (std::isnan(score)) continue;
            double product = 0.0;
            for (size_t k = 0; k < width; ++k)
                product += double{queries[i * width + k]} * double{keys[j * width + k]};
            worst.products = std::max(worst.products, std::abs(scale * product - double{score}));
        }
    }
    return worst;
}

}  // namespace

TEST_CASE("Attention is the softmax of a head's queries times its keys", "[query_key]") {
    struct Case {
        const char* name;
        AttentionKind kind;
        bool has_bias;
    };
    for (const Case& of :
         {Case{"bert", AttentionKind::self, false}, Case{"gpt2", AttentionKind::self, false},
          Case{"llama_sequence_classification", AttentionKind::self, false},
          Case{"vit_image_classification", AttentionKind::self, false},
          Case{"bart", AttentionKind::encoder, false}, Case{"bart", AttentionKind::decoder, false},
          Case{"bart", AttentionKind::cross, false}, Case{"t5", AttentionKind::encoder, true},
          Case{"t5", AttentionKind::cross, false}}) {
        const TinyModelFolder tiny(of.name);
        const std::unique_ptr<Model> model = tiny.load();
        HeadName head{of.kind, 0, 0};
        for (int round = 0; round < 2; ++round) {
            INFO(of.name << " " << int(of.kind) << " " << head.layer);
            const FramePtr frame = last_frame_of(*model, request_of(tiny, *model, head));
            const AttentionBlock& block = block_of_kind(*frame, of.kind);
            const Distances worst = distances(block, head);
            CHECK(worst.softmax < 2e-6);
            if (!of.has_bias) CHECK(worst.products < 2e-5);
            CHECK(frame->deltas.at("query_key").at(0) == Approx(worst.softmax).margin(1e-9));
            CHECK(*block.quantities.at("query_key.head").values ==
                  std::vector<float>{static_cast<float>(head.layer), static_cast<float>(head.head)});
            head = {of.kind, int64_t{block.layers} - 1, int64_t{block.heads} - 1};
        }
    }
}

TEST_CASE("Queries behind an ablated head are those of the ablated pass", "[query_key]") {
    const TinyModelFolder tiny("bart");
    const std::unique_ptr<Model> model = tiny.load();
    const HeadName head{AttentionKind::cross, 1, 0};
    for (const bool to_mean : {false, true}) {
        AnalysisRequest request = request_of(tiny, *model, head);
        request.options.ablations = {{AttentionKind::decoder, 1, 1, to_mean}};
        const FramePtr frame = last_frame_of(*model, request);
        CHECK(distances(block_of_kind(*frame, AttentionKind::cross), head).softmax < 2e-6);
        const FramePtr whole = last_frame_of(*model, request_of(tiny, *model, head));
        const auto queries = [](const FramePtr& of) {
            return *block_of_kind(*of, AttentionKind::cross).quantities.at("query_key.queries").values;
        };
        CHECK(largest_distance(queries(frame), queries(whole)) > 1e-4);
    }
}

TEST_CASE("A head that is not there is refused by name", "[query_key]") {
    const TinyModelFolder tiny("bert");
    const std::unique_ptr<Model> model = tiny.load();
    CHECK_THROWS_AS(last_frame_of(*model, request_of(tiny, *model, {AttentionKind::self, 99, 0})),
                    UsageError);
}
