// What it takes until another threshold of a long text is on its way to the device: the plan and the
// selection of its lines, on the CPU as the product does both on two cores without a graphics card.
//   threshold_bench [LAYERS HEADS TOKENS ROUNDS], as JSON
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "renderer/flow_select_twin.h"
#include "scenes/text_stack.h"

using namespace weft;

namespace {

std::shared_ptr<const AttentionFrame> long_text(uint32_t layers, uint32_t heads, uint32_t tokens) {
    auto frame = std::make_shared<AttentionFrame>();
    frame->stacks.emplace_back();
    frame->stacks[0].tokens.resize(tokens);
    AttentionBlock block;
    block.layers = layers, block.heads = heads, block.queries = block.keys = tokens;
    std::mt19937 random(7);
    for (uint32_t l = 0; l < layers; ++l) {
        auto weights = std::make_shared<std::vector<float>>(size_t{heads} * tokens * tokens);
        for (size_t row = 0; row < size_t{heads} * tokens; ++row) {
            float* first = weights->data() + row * tokens;
            float sum = 0.0f;
            for (uint32_t j = 0; j < tokens; ++j) sum += first[j] = float(random() % 1000u) * 1e-3f;
            for (int peak = 0; peak < 3; ++peak) {
                const auto added = float(random() % 1000u) * 1e-3f * 0.2f * float(tokens);
                first[random() % tokens] += added, sum += added;
            }
            for (uint32_t j = 0; j < tokens; ++j) first[j] /= sum;
        }
        block.layer_weights.push_back(std::move(weights));
    }
    frame->blocks.push_back(std::move(block));
    frame->complete = true;
    return frame;
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int place, int otherwise) {
        return argc > place ? std::atoi(argv[place]) : otherwise;
    };
    const auto layers = uint32_t(number(1, 12)), heads = uint32_t(number(2, 12)),
               tokens = uint32_t(number(3, 512));
    const int rounds = number(4, 15);
    const auto frame = long_text(layers, heads, tokens);
    ViewState view;
    view.motion = false;
    const Viewport viewport;
    std::shared_ptr<const TextStackPlan> plan;
    uint64_t lines = 0;
    const auto change = [&] {
        const auto start = std::chrono::steady_clock::now();
        plan = plan_text_stack(frame, view, plan.get());
        const Camera camera = text_stack_camera(*plan, CameraPreset::default_view, {}, {}, viewport);
        const DrawList list = draw_text_stack(*plan, view, {}, camera, 0.0, viewport, {});
        lines = 0;
        for (const FlowBatch& flow : list.flows)
            lines += select_flows(list.blocks[flow.block], flow.selection).size();
        return milliseconds_since(start);
    };
    const double first_ms = change();
    const auto median_of = [&](const auto& set) {
        std::vector<double> times;
        for (int round = 0; round < rounds; ++round) {
            set(round);
            times.push_back(change());
        }
        std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
        return times[size_t(rounds / 2)];
    };
    const double value_ms = median_of([&](int round) {
        view.threshold.mode = ThresholdMode::value;
        view.threshold.value = 0.1f + 0.01f * float(round % 7);
    });
    const uint64_t value_lines = lines;
    const double budget_ms = median_of([&](int round) {
        view.threshold.mode = ThresholdMode::budget;
        view.threshold.budget = 400 + 10 * (round % 7);
    });
    const double top_k_ms = median_of([&](int round) {
        view.threshold.mode = ThresholdMode::top_k;
        view.threshold.top_k = 1 + round % 4;
    });
    std::printf(
        "{\"weights\": %llu, \"first_ms\": %.2f, \"value_ms\": %.2f, \"budget_ms\": %.2f, \"top_k_ms\": "
        "%.2f, "
        "\"lines\": %llu}\n",
        static_cast<unsigned long long>(uint64_t{layers} * heads * tokens * tokens), first_ms, value_ms,
        budget_ms, top_k_ms, static_cast<unsigned long long>(value_lines));
}
