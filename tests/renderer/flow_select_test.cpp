#include <cmath>
#include <limits>
#include <random>

#include "analysis/error.h"
#include "picture.h"
#include "renderer/flow_select_twin.h"
#include "renderer/frame_list.h"

using namespace weft;
using namespace weft::test;

namespace {

// The words of FlowSelection, one by one.
std::vector<uint32_t> obvious(const WeightBlock& block, const FlowSelection& selection) {
    std::vector<uint32_t> found;
    const auto bit = [](const std::vector<uint32_t>& mask, int i) {
        return (mask[size_t(i) / 32] >> (i % 32) & 1u) != 0;
    };
    for (int s = 0; s < int(block.slices); ++s)
        for (int r = 0; r < int(block.rows); ++r)
            for (int c = 0; c < int(block.columns); ++c) {
                const size_t row = size_t(s) * block.rows + size_t(r), i = row * block.columns + size_t(c);
                const float strength = std::abs((*block.values)[i]);
                bool pass = strength >= selection.threshold;
                if (selection.row_thresholds) pass = pass && strength >= (*selection.row_thresholds)[row];
                if (selection.slice_mask) pass = pass && bit(*selection.slice_mask, s);
                if (selection.row_mask) pass = pass && !bit(*selection.row_mask, r);
                if (selection.column_mask) pass = pass && !bit(*selection.column_mask, c);
                if (selection.band >= 0) pass = pass && std::abs(r - c) > selection.band;
                if (selection.only_slice >= 0) pass = pass && s == selection.only_slice;
                if (selection.only_row >= 0) pass = pass && r == selection.only_row;
                if (selection.only_column >= 0) pass = pass && c == selection.only_column;
                if (pass) found.push_back(uint32_t(i));
            }
    return found;
}

struct Case {
    WeightBlock block;
    FlowSelection selection;
};

std::vector<Case> cases() {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                    inf = std::numeric_limits<float>::infinity();
    std::mt19937 random(3);
    const auto words = [&](uint32_t bits) {
        auto mask = std::make_shared<std::vector<uint32_t>>();
        for (uint32_t i = 0; i < bits; i += 32) mask->push_back(uint32_t(random()));
        return mask;
    };
    std::vector<Case> all;
    const uint32_t shapes[][3]{{0, 0, 0},    {1, 1, 1},     {1, 1, 63},   {1, 1, 64},   {1, 1, 65},
                               {3, 0, 5},    {12, 7, 7},    {2, 33, 5},   {5, 1, 31},   {40, 17, 33},
                               {1, 4096, 1}, {3, 100, 129}, {1, 1, 4095}, {1, 1, 4097}, {1, 1025, 1024}};
    for (const auto& shape : shapes) {
        const size_t count = size_t(shape[0]) * shape[1] * shape[2];
        auto values = std::make_shared<std::vector<float>>(count);
        for (float& v : *values) {
            v = float(int(random() % 2001) - 1000) / 1000.0f;
            const auto odd = random() % 40;
            if (odd == 0) v = nan;
            if (odd == 1) v = inf;
            if (odd == 2) v = -inf;
            if (odd == 3) v = 1e-41f;
            if (odd == 4) v = -0.0f;
        }
        auto rows = std::make_shared<std::vector<float>>(size_t(shape[0]) * shape[1]);
        for (float& t : *rows) t = random() % 9 == 0 ? nan : float(int(random() % 1500) - 300) / 1000.0f;
        const WeightBlock block{values, shape[0], shape[1], shape[2]};
        for (const float threshold : {0.5f, 0.0f, -1.0f, 1e-41f, nan, inf, 2.0f}) {
            FlowSelection plain;
            plain.threshold = threshold;
            all.push_back({block, plain});
        }
        FlowSelection masked;
        masked.threshold = 0.2f;
        masked.slice_mask = words(shape[0]);
        masked.column_mask = words(shape[2]);
        all.push_back({block, masked});
        masked.row_mask = words(shape[1]);
        all.push_back({block, masked});
        masked.row_thresholds = rows;
        masked.band = 1;
        all.push_back({block, masked});
        for (const int band : {0, 2, 1000000, std::numeric_limits<int>::max()}) {
            FlowSelection banded;
            banded.band = band;
            all.push_back({block, banded});
        }
        FlowSelection one;
        one.only_slice = 0;
        one.only_row = int(shape[1] / 2);
        all.push_back({block, one});
        one.only_column = int(shape[2]) - 1;
        all.push_back({block, one});
        one.only_column = 1 << 30;
        all.push_back({block, one});
    }
    return all;
}

}  // namespace

TEST_CASE("the selection's fast twin finds what the words say") {
    for (const Case& c : cases())
        REQUIRE(select_flows(c.block, c.selection) == obvious(c.block, c.selection));
}

TEST_CASE("the selection's shaders find exactly the twin's list, in order") {
    RendererSettings settings;
    settings.size = {64, 64};
    settings.validation = true;
    settings.compute_selection = true;
    FrameRenderer renderer(settings);
    DrawList list;
    list.camera = front_camera(settings.size);
    size_t lines = 0;
    for (const Case& c : cases()) {
        list.blocks.push_back(c.block);
        FlowBatch flow;
        flow.block = uint32_t(list.blocks.size() - 1);
        flow.selection = c.selection;
        flow.opacity_scale = 0.0f;
        list.flows.push_back(flow);
    }
    REQUIRE(renderer.render(list, nullptr));
    renderer.flush_captures();
    for (size_t i = 0; i < list.flows.size(); ++i) {
        INFO("case " << i);
        const auto wanted = select_flows(list.blocks[i], list.flows[i].selection);
        lines += wanted.size();
        REQUIRE(renderer.flow_select().list_of(i) == wanted);
    }
    CHECK(renderer.stats().lines_drawn == lines);
    const auto messages = renderer.take_validation_messages();
    for (const auto& message : messages) UNSCOPED_INFO(message);
    CHECK(messages.empty());
}

TEST_CASE("both ways of selecting draw the same picture") {
    const DrawList list = stack_list({320, 180}, 400);
    Rig twin({320, 180}, false, true), shaders({320, 180}, true);
    CHECK(twin.draw(list).rgba == shaders.draw(list).rgba);
}

TEST_CASE("a selection runs only when weights or selection change") {
    for (const bool compute : {false, true}) {
        Rig rig({64, 64}, compute);
        DrawList list = stack_list({64, 64}, 200);
        rig.draw(list);
        CHECK(rig.renderer->stats().selections_run == 12);
        list.camera.near_fade_u = 1.0f;
        for (int i = 0; i < 5; ++i) rig.draw(list);
        CHECK(rig.renderer->stats().selections_run == 12);
        list.flows[3].selection.threshold = 0.3f;
        rig.draw(list);
        CHECK(rig.renderer->stats().selections_run == 13);
        list.blocks[4].values = std::make_shared<const std::vector<float>>(*list.blocks[4].values);
        rig.draw(list);
        CHECK(rig.renderer->stats().selections_run == 14);
    }
}

TEST_CASE("arrays that do not fit their block are refused with their sizes") {
    const WeightBlock block{std::make_shared<const std::vector<float>>(7, 1.0f), 2, 2, 2};
    CHECK_THROWS_WITH(select_flows(block, {}),
                      Catch::Matchers::Contains("\"7\"") && Catch::Matchers::Contains("8"));
}
