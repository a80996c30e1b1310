// The picture does not depend on the order in which the weights lie in memory, and stays legible when
// crowded.
#include <algorithm>

#include "picture.h"

using namespace weft;
using namespace weft::test;

namespace {

// The same lines in the same places, their slices and rows stored the other way round.
DrawList turned_round(DrawList list) {
    for (WeightBlock& block : list.blocks) {
        auto values = std::make_shared<std::vector<float>>(block.values->size());
        for (uint32_t s = 0; s < block.slices; ++s)
            for (uint32_t r = 0; r < block.rows; ++r)
                for (uint32_t c = 0; c < block.columns; ++c)
                    (*values)[(size_t{block.slices - 1 - s} * block.rows + block.rows - 1 - r) *
                                  block.columns +
                              c] = (*block.values)[(size_t{s} * block.rows + r) * block.columns + c];
        block.values = std::move(values);
    }
    for (FlowBatch& flow : list.flows) {
        const WeightBlock& block = list.blocks[flow.block];
        const auto last = float(block.slices - 1);
        flow.source_origin += last * flow.source_slice_step;
        flow.target_origin += last * flow.target_slice_step + float(block.rows - 1) * flow.target_row_step;
        flow.source_slice_step = -flow.source_slice_step;
        flow.target_slice_step = -flow.target_slice_step;
        flow.target_row_step = -flow.target_row_step;
        auto colors = std::make_shared<std::vector<glm::vec4>>(*flow.slice_colors);
        std::reverse(colors->begin(), colors->end());
        flow.slice_colors = std::move(colors);
    }
    std::reverse(list.flows.begin(), list.flows.end());
    return list;
}

}  // namespace

TEST_CASE("heads and queries stored in another order give the same picture") {
    const glm::ivec2 size{480, 270};
    Rig rig(size);
    for (const int lines : {600, 6000}) {
        const DrawList list = stack_list(size, lines);
        const CapturedImage one = rig.draw(list), other = rig.draw(turned_round(list));
        int largest = 0, beyond = 0;
        for (size_t i = 0; i < one.rgba.size(); ++i) {
            const int off = std::abs(int(one.rgba[i]) - int(other.rgba[i]));
            largest = std::max(largest, off);
            beyond += off > 1;
        }
        INFO(lines << " lines: largest difference " << largest << ", beyond one step " << beyond);
        CHECK(largest <= 3);  // sums in half floats round by their order
        CHECK(beyond <= int(one.rgba.size()) / 1000);
    }
}

TEST_CASE("twenty thousand lines in view leave colours, no clots") {
    const glm::ivec2 size{640, 360};
    Rig rig(size);
    const DrawList list = stack_list(size, 20000);
    const CapturedImage picture = rig.draw(list);
    keep(picture, "twenty_thousand_lines");
    CHECK(rig.renderer->stats().lines_drawn > 12000);
    int saturated = 0, white = 0, lines = 0;
    for (size_t i = 0; i < picture.rgba.size(); i += 4) {
        const uint8_t* p = picture.rgba.data() + i;
        const int most = std::max({p[0], p[1], p[2]}), least = std::min({p[0], p[1], p[2]});
        lines += most > 60;
        saturated += most == 255;
        white += least >= 250;
    }
    CHECK(lines > size.x * size.y / 4);
    CHECK(saturated <= lines / 50);  // a channel at its end in at most 2 % of what lines cover
    CHECK(white == 0);
}
