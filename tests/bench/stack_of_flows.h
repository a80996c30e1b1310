// Flow lines as the default view has them, of known number and random strength: 12 gaps, 12 lanes, 15 words.
#pragma once

#include <algorithm>
#include <glm/gtc/matrix_transform.hpp>
#include <memory>
#include <random>
#include <vector>

#include "renderer/draw_list.h"

namespace weft::stack_of_flows {

constexpr int layers = 12, heads = 12, rows = 15;
constexpr float pitch = 2.17f, lane = 0.39f, row = 0.86f;
const glm::vec3 first{-0.5f * layers * pitch, 0.5f * row*(rows - 1), 0.5f * lane*(heads - 1)};

inline DrawList flows(int lines) {
    DrawList list;
    list.ground = {11 / 255.0f, 14 / 255.0f, 20 / 255.0f, 1.0f};
    list.camera.eye = {-15.6f, 3.8f, 46.4f};
    list.camera.view_from_world =
        glm::lookAt(list.camera.eye, glm::vec3(-0.4f, -0.5f, -0.1f), glm::vec3(0, 1, 0));
    list.camera.clip_from_view = glm::perspectiveRH_ZO(glm::radians(22.0f), 16.0f / 9.0f, 0.1f, 200.0f);
    list.camera.clip_from_view[1][1] *= -1.0f;
    std::mt19937 random(7);
    auto colors = std::make_shared<std::vector<glm::vec4>>();
    for (int h = 0; h < heads; ++h)
        colors->push_back({0.4f + 0.05f * float(h), 0.9f - 0.05f * float(h), 0.5f + 0.03f * float(h), 1.0f});
    for (int l = 0; l < layers; ++l) {
        constexpr size_t count = size_t(heads) * rows * rows;
        auto values = std::make_shared<std::vector<float>>(count, 0.0f);
        std::vector<size_t> order(count);
        for (size_t i = 0; i < count; ++i) order[i] = i;
        std::shuffle(order.begin(), order.end(), random);
        for (int i = l * lines / layers; i < (l + 1) * lines / layers; ++i) {
            const float u = float(random() % 1000) / 1000.0f;
            (*values)[order[size_t(i - l * lines / layers)]] = 0.2f + 0.75f * u * u * u;
        }
        list.blocks.push_back({values, heads, rows, rows});
        FlowBatch flow;
        flow.block = uint32_t(l);
        flow.selection.threshold = 0.1f;
        flow.source_origin = first + glm::vec3(pitch * float(l), 0, 0);
        flow.target_origin = first + glm::vec3(pitch * float(l + 1), 0, 0);
        flow.source_slice_step = flow.target_slice_step = {0, 0, -lane};
        flow.source_column_step = flow.target_row_step = {0, -row, 0};
        flow.handle_u = 0.5f * pitch;
        flow.slice_colors = colors;
        list.flows.push_back(flow);
    }
    return list;
}

}  // namespace weft::stack_of_flows
