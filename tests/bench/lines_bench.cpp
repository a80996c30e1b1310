// What a frame of flow lines costs and nothing else is drawn. Writes the same lines for a page that draws
// them too; then answers each line of its input, a number of frames, with one of JSON.
//   lines_bench LINES FILE.json [PICTURE.ppm]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <glm/gtc/type_ptr.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "renderer/renderer.h"
#include "tests/bench/stack_of_flows.h"

using namespace weft;

namespace {

constexpr glm::ivec2 size{1280, 720};

void add(std::vector<float>& to, const glm::vec3& point) {
    to.insert(to.end(), {point.x, point.y, point.z});
}

// Ends, strength and colour of every line, and what the shader needs to know of all.
nlohmann::json described(const DrawList& list) {
    std::vector<float> sources, targets, strengths, colors;
    for (const FlowBatch& flow : list.flows) {
        const WeightBlock& block = list.blocks[flow.block];
        for (uint32_t i = 0; i < block.values->size(); ++i) {
            const float value = (*block.values)[i];
            if (value < flow.selection.threshold) continue;
            const auto s = float(i / (block.rows * block.columns));
            const auto r = float(i / block.columns % block.rows), c = float(i % block.columns);
            add(sources, flow.source_origin + s * flow.source_slice_step + c * flow.source_column_step);
            add(targets, flow.target_origin + s * flow.target_slice_step + r * flow.target_row_step);
            strengths.push_back(value);
            add(colors, glm::vec3((*flow.slice_colors)[size_t(s)]));
        }
    }
    const FlowBatch& one = list.flows.front();
    const auto matrix = [](const glm::mat4& m) {
        return std::vector<float>(glm::value_ptr(m), glm::value_ptr(m) + 16);
    };
    glm::mat4 clip_from_view = list.camera.clip_from_view;
    clip_from_view[1][1] *= -1.0f;  // up in a page
    return {{"view_from_world", matrix(list.camera.view_from_world)},
            {"clip_from_view", matrix(clip_from_view)},
            {"ground", {list.ground.r, list.ground.g, list.ground.b}},
            {"px_per_u_at_1", clip_from_view[1][1] * 0.5f * float(size.y)},
            {"handle_u", one.handle_u},
            {"width_u", one.width_u},
            {"taper", one.taper},
            {"min_px", one.min_px},
            {"max_px", one.max_px},
            {"opacity_power", one.opacity_power},
            {"opacity_min", one.opacity_min},
            {"opacity_max", one.opacity_max},
            {"sources", sources},
            {"targets", targets},
            {"strengths", strengths},
            {"colors", colors}};
}

void write_picture(Renderer& renderer, const DrawList& list, const char* path) {
    const CapturedImage picture = renderer.render_still(list, size);
    std::ofstream file(path, std::ios::binary);
    file << "P6 " << picture.width << ' ' << picture.height << " 255\n";
    for (size_t i = 0; i < picture.rgba.size(); ++i)
        if (i % 4 != 3) file.put(char(picture.rgba[i]));
}

struct Cost {
    double wall_ms, processor_ms;  // of one frame
};

Cost cost_of(Renderer& renderer, const DrawList& list, int frames) {
    renderer.flush_captures();  // the device is at rest
    const std::clock_t processor = std::clock();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < frames; ++i) renderer.render(list, nullptr);
    renderer.flush_captures();
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - began;
    return {wall.count() / frames, 1e3 * double(std::clock() - processor) / CLOCKS_PER_SEC / frames};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: lines_bench LINES FILE.json [PICTURE.ppm]\n");
        return 2;
    }
    RendererSettings settings;
    settings.size = size;
    const auto renderer = Renderer::create(settings);
    DrawList list = stack_of_flows::flows(std::atoi(argv[1]));
    for (FlowBatch& flow : list.flows) flow.depth_fade = 0.0f;
    std::ofstream(argv[2]) << described(list);
    if (argc > 3) write_picture(*renderer, list, argv[3]);
    cost_of(*renderer, list, 3);
    nlohmann::json about = {{"device", renderer->device().name},
                            {"lines", renderer->stats().lines_drawn},
                            {"segments", renderer->quality().segments}};
    std::cout << about << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        const Cost cost = cost_of(*renderer, list, std::max(1, std::atoi(line.c_str())));
        nlohmann::json passes;
        for (const PassTiming& pass : renderer->stats().passes) passes[pass.name] = pass.gpu_ms;
        std::cout << nlohmann::json{{"frame_ms", cost.wall_ms},
                                    {"processor_ms", cost.processor_ms},
                                    {"passes_ms", passes}}
                  << std::endl;
    }
}
