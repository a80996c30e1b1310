// What a frame costs on this machine: the default view, the same lines alone, pictures copied back. Medians
// over frames in one run; the ratios are what counts.
//   render_bench [FRAMES]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "renderer/renderer.h"
#include "tests/bench/stack_of_flows.h"

using namespace weft;

namespace {

constexpr glm::ivec2 size{1280, 720};

DrawList stack(int lines, bool everything) {
    using namespace stack_of_flows;
    DrawList list = flows(lines);
    if (!everything) return list;
    for (int l = 0; l <= layers; ++l) {
        const float x = first.x + pitch * float(l), y = first.y + 0.5f * row, z = first.z + 0.5f * lane;
        list.planes.push_back({{glm::vec3(x, y, z), {x, y, -z}, {x, -y, -z}, {x, -y, z}},
                               {0.6f, 0.7f, 0.84f, 0.035f},
                               {0.6f, 0.7f, 0.84f, 0.22f},
                               1.0f});
    }
    for (int i = 0; i < 2 * rows; ++i) {
        const float x = i < rows ? first.x : -first.x, y = first.y - row * float(i % rows);
        list.strokes_below.push_back(
            {{x, y, first.z}, {x, y, -first.z}, {0.6f, 0.7f, 0.84f, 0.13f}, 0.0f, 1.0f, false});
    }
    for (int i = 0; i < 60; ++i) {
        const float x = first.x + pitch * float(i % layers), y = first.y - row * float(i % rows);
        list.strokes_above.push_back(
            {{x, y, 0}, {x + 1.0f, y, 0}, {0.5f, 0.5f, 0.5f, 0.9f}, 0.0f, 4.0f, false});
    }
    for (int i = 0; i < 400; ++i) {
        Label label;
        label.text = "word" + std::to_string(i % 97);
        label.position = {float(20 + i % 16 * 78), float(24 + i / 16 * 28)};
        label.size_px = 13.0f;
        label.color = {0.9f, 0.92f, 0.96f, 1.0f};
        label.halo = {11 / 255.0f, 14 / 255.0f, 20 / 255.0f, 0.9f};
        list.labels.push_back(label);
    }
    for (int i = 0; i < 30; ++i)
        list.rects.push_back({{24 + i * 10, 672}, {33 + i * 10, 680}, {0.5f, 0.8f, 0.75f, 1.0f}});
    return list;
}

struct Cost {
    double wall_ms, processor_ms;
};

Cost cost_of(Renderer& renderer, DrawList list, int frames, bool capture, bool pulses,
             std::vector<PassTiming>* passes) {
    std::vector<double> times;
    std::clock_t began_cpu = 0;
    for (int i = 0; i < frames + 5; ++i) {
        if (pulses)
            for (FlowBatch& flow : list.flows) flow.pulse_phase = float(i % 40) / 40.0f;
        if (i == 5) began_cpu = std::clock();
        const auto began = std::chrono::steady_clock::now();
        if (capture) renderer.capture_next([](CapturedImage&&) {});
        renderer.render(list, nullptr);
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
        if (i >= 5) times.push_back(took.count());
    }
    renderer.flush_captures();
    const double processor_ms = 1000.0 * double(std::clock() - began_cpu) / CLOCKS_PER_SEC / frames;
    if (passes) *passes = renderer.stats().passes;
    std::nth_element(times.begin(), times.begin() + long(times.size() / 2), times.end());
    return {times[times.size() / 2], processor_ms};
}

}  // namespace

int main(int argc, char** argv) {
    const int frames = argc > 1 ? std::atoi(argv[1]) : 60;
    RendererSettings settings;
    settings.size = size;
    const auto renderer = Renderer::create(settings);
    std::printf("%s, %dx%d, medians of %d frames\n", renderer->device().name.c_str(), size.x, size.y, frames);
    for (const int lines : {650, 2000}) {
        const auto measure = [&](const char* what, bool everything, bool capture, bool pulses,
                                 Quality quality, double against) {
            renderer->set_quality(quality);
            const Cost cost = cost_of(*renderer, stack(lines, everything), frames, capture, pulses, nullptr);
            std::printf("%4d lines, %-28s %6.1f ms, processor %6.1f ms", lines, what, cost.wall_ms,
                        cost.processor_ms);
            if (against > 0.0) std::printf(", ratio %.2f", cost.processor_ms / against);
            std::printf("\n");
            return cost.processor_ms;
        };
        const double alone = measure("nothing else", false, false, false, {}, 0.0);
        const double whole = measure("whole view", true, false, false, {}, alone);
        measure("whole view, pulses", true, false, true, {}, alone);
        measure("whole view, copied back", true, true, false, {}, whole);
        measure("whole view, 8 segments", true, false, false, {8, 1.0f}, whole);
        measure("whole view, half resolution", true, false, false, {16, 0.5f}, whole);
        renderer->set_quality({});
        std::vector<PassTiming> passes;
        cost_of(*renderer, stack(lines, true), 5, false, false, &passes);
        for (const PassTiming& pass : passes)
            std::printf("    %-16s cpu %6.3f ms, device %6.3f ms\n", pass.name.c_str(), pass.cpu_ms,
                        pass.gpu_ms);
    }
}
