// Every gradient method, on every kind of stack, against what PyTorch's autograd gives with the same tiny
// models (write_method_references.py), with our kernels and by plain ATen. Tolerances: METHODS.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/frame_tensors.h"
#include "analysis/method/method_table.h"
#include "tests/analysis/test_files.h"
#include "tests/parity/method_case.h"

using namespace weft;
using nlohmann::json;

namespace {

// Of the tensor's largest entry; where that is tiny, 1e-4 stands for 1e-6 absolute.
double relative_error(const std::vector<float>& ours, const std::vector<float>& expected) {
    const double distance = test::largest_distance(ours, expected), largest = test::largest_of(expected);
    return largest > 1e-6 ? distance / largest : distance * 100;
}

std::string stack_kind(const ModelConfig& config) {
    switch (config.kind) {
        case ModelKind::encoder:
            return "encoder";
        case ModelKind::decoder:
            return "decoder";
        case ModelKind::vision:
            return "vision";
        case ModelKind::encoder_decoder:
            return "encoder-decoder";
    }
    return "";
}

struct Worst {
    std::map<std::string, std::map<std::string, double>> errors;  // by method, by kind of stack
    void take(const std::string& method, const std::string& kind, double error) {
        double& worst = errors[method][kind];
        worst = std::max(worst, error);
    }
    void print() const {
        const std::array<const char*, 4> kinds = {"encoder", "decoder", "vision", "encoder-decoder"};
        std::printf("largest errors  %-32s", "method");
        for (const char* kind : kinds) std::printf("  %-15s", kind);
        std::printf("\n");
        for (const auto& [method, by_kind] : errors) {
            std::printf("                %-32s", method.c_str());
            for (const char* kind : kinds)
                by_kind.contains(kind) ? std::printf("  %-15.1e", by_kind.at(kind))
                                       : std::printf("  %-15s", "-");
            std::printf("\n");
        }
    }
};

void check_target(const test::MethodCase& of, const ExplainedTarget& target) {
    const std::string kind = of.target.at("kind");
    CHECK(target.kind == kind);
    CHECK(target.index == of.target.at("index").get<int64_t>());
    CHECK(target.position == of.target.at("position").get<int64_t>());
    const double value = of.target.at("value");
    CHECK(target.value == Approx(value).epsilon(1e-4).margin(1e-6));
}

void check_case(const test::MethodCase& of, bool by_kernels, Worst& worst) {
    test::ExplainedModel model(of.checkpoint, by_kernels);
    if (by_kernels && !model.has_kernels()) return;
    const std::string kind = stack_kind(model.config());
    const auto frame = model.frame(of.text, of.options);
    REQUIRE(frame);
    REQUIRE(frame->target.has_value());
    check_target(of, *frame->target);
    size_t compared = 0;
    for (const AttentionBlock& block : frame->blocks)
        for (const auto& [name, tensor] : block.quantities) {
            const std::string full = name + std::string(stack_suffix(block.kind));
            INFO(full << (by_kernels ? " by the kernels" : " by plain ATen"));
            const SafetensorsTensor* expected = of.reference.file.find(full);
            REQUIRE(expected);
            CHECK(tensor.shape == expected->shape);
            const double error = relative_error(*tensor.values, of.reference.floats(full));
            CHECK(error < 1e-4);
            worst.take(name, kind, error);
            ++compared;
        }
    size_t tensors = 0;
    for (const SafetensorsTensor& tensor : of.reference.file.tensors())
        tensors += tensor.name != "ids" && tensor.name != "target_ids";
    CHECK(compared == tensors);
    CHECK(frame->deltas.size() == of.deltas.size());
    for (const auto& [name, values] : of.deltas.items()) {
        INFO(name);
        REQUIRE(frame->deltas.contains(name));
        const std::vector<double> expected =
            values.is_array() ? values.get<std::vector<double>>() : std::vector<double>{values.get<double>()};
        const std::vector<double>& ours = frame->deltas.at(name);
        REQUIRE(ours.size() == expected.size());
        for (size_t i = 0; i < ours.size(); ++i) {
            const double scale = 1 + std::abs(of.target.at("value").get<double>());
            CHECK(std::abs(ours[i] - expected[i]) < 1e-4 * scale);
            worst.take("delta, of 1 + |y|", kind, std::abs(ours[i] - expected[i]) / scale);
        }
    }
}

}  // namespace

TEST_CASE("Every gradient method gives what autograd gives, on every kind of stack", "[gradients]") {
    Worst worst;
    for (const test::MethodCase& of : test::method_cases())
        for (const bool by_kernels : {true, false}) {
            INFO(of.name);
            check_case(of, by_kernels, worst);
        }
    worst.print();
}
