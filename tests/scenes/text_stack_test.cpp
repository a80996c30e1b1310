#include "scenes/text_stack.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "scenes/flow_lines.h"
#include "scenes/focus_lines.h"
#include "scenes/layout.h"
#include "scenes/ledger.h"
#include "scenes/line_budget.h"
#include "scenes/panes.h"
#include "scenes/quantity.h"
#include "scenes/sink_bars.h"
#include "scenes/wave.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

float measure(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

struct Scene {
    std::shared_ptr<const TextStackPlan> plan;
    ViewState view;
    ViewMotion motion;
    Camera camera;

    explicit Scene(std::shared_ptr<const AttentionFrame> frame, ViewState state = {})
        : view(std::move(state)) {
        view.show_labels = view.show_hud = false;
        plan = plan_text_stack(std::move(frame), view, nullptr);
    }
    DrawList draw() const { return draw_text_stack(*plan, view, motion, camera, 0.0, {}, measure); }
    TextStackLayout layout() const { return make_layout(*plan, motion, Viewport{}); }
    void focus(Focus focus) {
        motion.shown_focus = focus;
        motion.focus = 1.0f;
    }
};

Scene some_scene(int layers = 4, int heads = 6, int tokens = 12) {
    return Scene(synthetic::frame(layers, heads, tokens, synthetic::random(11, 2.5f, 60.0f)));
}

Focus query_focus(int layer, int query) {
    Focus focus;
    focus.kind = FocusKind::token;
    focus.layer = layer;
    focus.query = query;
    return focus;
}

Focus edge_focus(int layer, int head, int query, int key) {
    Focus focus = query_focus(layer, query);
    focus.kind = FocusKind::edge;
    focus.head = head;
    focus.key = key;
    return focus;
}

Focus head_focus(int layer, int head) {
    Focus focus;
    focus.kind = FocusKind::head;
    focus.layer = layer;
    focus.head = head;
    return focus;
}

glm::vec3 source(const FlowBatch& b, int s, int c) {
    return b.source_origin + static_cast<float>(s) * b.source_slice_step +
           static_cast<float>(c) * b.source_column_step;
}
glm::vec3 target(const FlowBatch& b, int s, int r) {
    return b.target_origin + static_cast<float>(s) * b.target_slice_step +
           static_cast<float>(r) * b.target_row_step;
}
bool near(const glm::vec3& a, const glm::vec3& b) {
    return glm::length(a - b) < 1e-4f;
}

uint64_t lines_of(const DrawList& list) {
    uint64_t lines = 0;
    for (const FlowBatch& batch : list.flows)
        lines += twin::drawn(list.blocks[batch.block], batch.selection).lines;
    return lines;
}

}  // namespace

TEST_CASE("lines run in their lane from the key on a pane to the query on the next") {
    Scene scene = some_scene();
    for (const float fold : {0.0f, 0.5f, 1.0f})
        for (const float stack : {0.0f, 1.0f}) {
            scene.motion.fold = fold;
            scene.motion.stack = stack;
            const DrawList list = scene.draw();
            const TextStackLayout layout = scene.layout();
            REQUIRE(list.flows.size() == 4);
            for (int l = 0; l < 4; ++l) {
                const FlowBatch& batch = list.flows[static_cast<size_t>(l)];
                CHECK(batch.block == static_cast<uint32_t>(l));
                CHECK(near(source(batch, 2, 5), layout.key_position(l, 2, 5)));
                CHECK(near(target(batch, 3, 7), layout.query_position(l, 3, 7)));
                CHECK(near(batch.axis, layout.layer_axis));
                CHECK(batch.handle_u == Approx(0.5f * layout.gap_u(l)));
            }
        }
}

TEST_CASE("the picture draws as many lines as the ledger says") {
    for (const SinkMode sinks : {SinkMode::bars, SinkMode::lines, SinkMode::hidden}) {
        ViewState view;
        view.sinks = sinks;
        const Scene scene(synthetic::frame(4, 6, 40, synthetic::random(3, 2.5f, 60.0f)), view);
        CHECK(lines_of(scene.draw()) == scene.plan->ledger.lines);
    }
}

TEST_CASE("lanes have their head's colour and lines to sinks are grey or absent") {
    Scene scene = some_scene();
    REQUIRE(scene.plan->layers[1].sink_keys[0]);
    for (const FlowBatch& batch : scene.draw().flows) {
        CHECK(batch.slice_colors == head_colors(ThemeName::dark, 6));
        REQUIRE(batch.selection.column_mask);
        CHECK(twin::has_bit(*batch.selection.column_mask, 0));
    }
    scene.view.sinks = SinkMode::lines;
    scene.plan = plan_text_stack(scene.plan->frame, scene.view, nullptr);
    for (const FlowBatch& batch : scene.draw().flows) {
        const bool draws_sinks = !twin::has_bit(*batch.selection.column_mask, 0);
        CHECK((batch.slice_colors == sink_colors(ThemeName::dark, 6)) == draws_sinks);
    }
}

TEST_CASE("each theme gives its own width and opacity to the lines") {
    Scene scene = some_scene();
    scene.view.theme = ThemeName::projector;
    const FlowBatch batch = scene.draw().flows[0];
    CHECK(batch.width_u == 0.26f);
    CHECK(batch.min_px == 1.5f);
    CHECK(batch.opacity_power == 0.35f);
    CHECK(line_width_u(theme(ThemeName::dark), 96) == 0.13f);
    CHECK(line_width_u(theme(ThemeName::dark), 97) * std::sqrt(0.5f) == Approx(0.13f));
}

TEST_CASE("focusing leaves the arrays and selections of the layers as they were") {
    Scene scene = some_scene();
    const DrawList rest = scene.draw();
    scene.focus(query_focus(1, 5));
    scene.motion.focus = 0.4f;
    const DrawList focused = scene.draw();
    for (size_t l = 0; l < 4; ++l) {
        CHECK(focused.blocks[l].values == rest.blocks[l].values);
        CHECK(focused.flows[l].selection == rest.flows[l].selection);
        CHECK(focused.flows[l].slice_colors == rest.flows[l].slice_colors);
    }
}

TEST_CASE("behind a focus all lines recede as the design says") {
    Scene scene = some_scene();
    scene.focus(query_focus(1, 5));
    const FlowBatch batch = scene.draw().flows[2];
    CHECK(batch.mix_color.a == Approx(0.75f));
    CHECK(glm::vec3(batch.mix_color) == glm::vec3(theme(ThemeName::dark).sink));
    CHECK(batch.width_scale == Approx(0.7f));
    CHECK(batch.opacity_scale == Approx(0.17f));
}

TEST_CASE("a focused query shows all its lines from 0.03 on, to sinks in grey") {
    Scene scene = some_scene();
    scene.focus(query_focus(1, 5));
    const DrawList list = scene.draw();
    REQUIRE(list.flows.size() == 6);
    const FlowBatch& colored = list.flows[4];
    const FlowBatch& grey = list.flows[5];
    CHECK(colored.selection.only_row == 5);
    CHECK(colored.width_scale == Approx(1.7f));
    CHECK(colored.mix_color.a == 0.0f);
    CHECK(grey.slice_colors == sink_colors(ThemeName::dark, 6));

    uint64_t expected = 0;
    for (int h = 0; h < 6; ++h)
        for (int j = 0; j < 12; ++j)
            expected += lane_weights(*scene.plan, 1, h)[static_cast<size_t>(5 * 12 + j)] >= 0.03f;
    const uint64_t drawn = twin::drawn(list.blocks[1], colored.selection).lines +
                           twin::drawn(list.blocks[1], grey.selection).lines;
    CHECK(drawn == expected);
    // a dot at each key that is no sink and one for each lane at the query
    const auto dots = std::count_if(list.strokes_above.begin(), list.strokes_above.end(),
                                    [](const Stroke& s) { return s.a == s.b; });
    CHECK(static_cast<uint64_t>(dots) == twin::drawn(list.blocks[1], colored.selection).lines + 6);
}

TEST_CASE("a focused key shows the lines out of it") {
    Scene scene = some_scene();
    Focus focus;
    focus.kind = FocusKind::token;
    focus.layer = 2;
    focus.key = 4;
    focus.by_key = true;
    scene.focus(focus);
    CHECK(scene.draw().flows[4].selection.only_column == 4);
    CHECK(scene.draw().flows[4].selection.only_row == -1);
}

TEST_CASE("a hovered line is one line, 65 percent to white, whatever its weight") {
    Scene scene = some_scene();
    scene.focus(edge_focus(3, 2, 7, 6));
    const DrawList list = scene.draw();
    const FlowBatch& edge = list.flows[4];
    CHECK(twin::drawn(list.blocks[3], edge.selection).lines == 1);
    CHECK(edge.mix_color == with_alpha(theme(ThemeName::dark).selected, 0.65f));
    CHECK(edge.width_scale == Approx(1.7f));

    // Also one from a sink, of which there is a bar at rest.
    REQUIRE(scene.plan->layers[3].sink_keys[0]);
    scene.focus(edge_focus(3, 2, 7, 0));
    const DrawList of_sink = scene.draw();
    CHECK(twin::drawn(of_sink.blocks[3], of_sink.flows[4].selection).lines == 1);
}

TEST_CASE("a line hovered while a token is selected lights up within the selection") {
    Scene scene = some_scene();
    scene.focus(query_focus(3, 7));
    scene.view.hovered = edge_focus(3, 2, 7, 6);
    const DrawList list = scene.draw();
    CHECK(list.flows.back().selection.only_column == 6);
    CHECK(list.flows.back().mix_color.a == Approx(0.65f));
}

TEST_CASE("a focused layer keeps its colours and all others recede") {
    Scene scene = some_scene();
    Focus focus;
    focus.kind = FocusKind::layer;
    focus.layer = 2;
    scene.focus(focus);
    const DrawList list = scene.draw();
    REQUIRE(list.flows.size() == 4);
    CHECK(list.flows[2].opacity_scale == 1.0f);
    CHECK(list.flows[1].opacity_scale == Approx(0.17f));
}

TEST_CASE(
    "inside a head its lane has all lines from 0.02 on, lanes in front vanish, behind stay at a tenth") {
    Scene scene = some_scene();
    scene.motion.inside = 1.0f;
    scene.motion.inside_layer = 1;
    scene.motion.inside_head = 2;
    const DrawList list = scene.draw();
    const auto& lanes = *list.flows[1].slice_colors;
    for (size_t h = 0; h < 6; ++h) CHECK(lanes[h].a == Approx(h <= 2 ? 0.0f : 0.1f).margin(1e-6));
    const FlowBatch& own = list.flows[4];
    CHECK(own.selection.only_slice == 2);
    CHECK(own.selection.threshold <= 0.02f);
    CHECK(own.opacity_scale == 1.0f);

    scene.camera.yaw_deg = 158.0f;  // seen from behind, higher lanes are in front
    const DrawList turned = scene.draw();
    const auto& from_behind = *turned.flows[1].slice_colors;
    for (size_t h = 0; h < 6; ++h) CHECK(from_behind[h].a == Approx(h >= 2 ? 0.0f : 0.1f).margin(1e-6));
}

TEST_CASE("a focus beyond the text, as while typing, is no focus") {
    Scene scene = some_scene();
    for (const Focus& focus :
         {query_focus(1, 12), query_focus(4, 2), query_focus(-1, 2), edge_focus(1, 6, 2, 2),
          edge_focus(1, 2, 2, 12), head_focus(0, 6), head_focus(0, -1)}) {
        scene.focus(focus);
        CHECK(scene.draw().flows.size() == 4);
        CHECK(scene.draw().flows[0].opacity_scale == 1.0f);
    }
    scene.motion.shown_focus = {};
    scene.motion.inside = 1.0f;
    scene.motion.inside_layer = 1;
    scene.motion.inside_head = 99;
    CHECK(scene.draw().flows.size() == 4);
}

TEST_CASE("sink bars are as long as the weight that they measure") {
    const float share = 0.4f;
    const Scene scene(synthetic::frame(2, 3, 10, [&](int, int h, int, int j) {
        const float own = h == 1 ? 0.8f : share;
        return j == 0 ? own : (1.0f - own) / 9.0f;
    }));
    DrawList list;
    add_sink_bars(list, *scene.plan, scene.layout(), scene.view, scene.motion, scene.camera);
    REQUIRE(list.strokes_below.size() == 2 * 3);
    const float full = 0.92f * scene.layout().gap_u(0);
    // farthest lane first
    CHECK(glm::length(list.strokes_below[0].b - list.strokes_below[0].a) == Approx(full * 0.4f));
    CHECK(glm::length(list.strokes_below[1].b - list.strokes_below[1].a) == Approx(full * 0.8f));
    CHECK(near(list.strokes_below[1].a, scene.layout().key_position(0, 1, 0)));
    CHECK(glm::vec3(list.strokes_below[0].color) == glm::vec3(theme(ThemeName::dark).sink));

    ViewMotion folded;
    folded.fold = 1.0f;
    DrawList flat;
    add_sink_bars(flat, *scene.plan, make_layout(*scene.plan, folded, {}), scene.view, folded, scene.camera);
    for (size_t k = 0; k < 3; ++k)
        CHECK(glm::length(flat.strokes_below[k].b - flat.strokes_below[k].a) == Approx(full * 1.6f / 3.0f));

    ViewState hidden = scene.view;
    hidden.sinks = SinkMode::hidden;
    DrawList none;
    add_sink_bars(none, *scene.plan, scene.layout(), hidden, scene.motion, scene.camera);
    CHECK(none.strokes_below.empty());
}

TEST_CASE("folded neighbours are bars in the head's colour at the foot of the panes") {
    const Scene scene(synthetic::frame(1, 4, 40, synthetic::identity()));
    DrawList list;
    add_neighbour_bars(list, *scene.plan, scene.layout(), scene.view, scene.motion, scene.camera);
    REQUIRE(list.strokes_below.size() == 4);
    const TextStackLayout layout = scene.layout();
    for (int k = 0; k < 4; ++k) {
        const Stroke& bar = list.strokes_below[static_cast<size_t>(k)];
        CHECK(glm::length(bar.b - bar.a) == Approx(0.92f * layout.gap_u(0)));
        CHECK(bar.a.y < layout.key_position(0, 0, 39).y);
        CHECK(bar.a.y > layout.pane_corners(0)[2].y);
        CHECK(glm::vec3(bar.color) == glm::vec3(head_color(theme(ThemeName::dark), 3 - k, 4)));
    }
}

TEST_CASE("panes are drawn back to front from every side") {
    const Scene scene = some_scene();
    const TextStackLayout layout = scene.layout();
    CHECK(panes_back_to_front(layout, {-100.0f, 0.0f, 0.0f}) == std::vector<int>{4, 3, 2, 1, 0});
    CHECK(panes_back_to_front(layout, {100.0f, 0.0f, 0.0f}) == std::vector<int>{0, 1, 2, 3, 4});
    const auto inside = panes_back_to_front(layout, layout.gap_centre(1));
    CHECK(inside[0] == 4);
    CHECK(std::find(inside.begin(), inside.end(), 3) < std::find(inside.begin(), inside.end(), 2));
}

TEST_CASE("only the first and the last pane carry hairlines, one for each token") {
    const Scene scene = some_scene();
    DrawList list;
    add_panes(list, *scene.plan, scene.layout(), scene.view, scene.motion, scene.camera);
    CHECK(list.planes.size() == 5);
    CHECK(list.strokes_below.size() == 2 * 12);
}

TEST_CASE("the wave runs through the layers one after the other") {
    Scene scene = some_scene(6);
    CHECK_FALSE(scene.draw().animates);
    for (int l = 0; l < 6; ++l) {
        scene.motion.wave_s = static_cast<float>((l + 0.5) * wave_layer_s(6));
        const DrawList list = scene.draw();
        CHECK(list.animates);
        for (int k = 0; k < 6; ++k) {
            const float phase = list.flows[static_cast<size_t>(k)].pulse_phase;
            if (k == l)
                CHECK(phase == Approx(0.5f));
            else
                CHECK(phase < 0.0f);
        }
    }
    scene.view.reduced_motion = true;
    CHECK(scene.draw().flows[5].pulse_phase < 0.0f);
    CHECK_FALSE(scene.draw().animates);
}

TEST_CASE("no line jumps in opacity while a wave comes, passes and goes") {
    Scene scene = some_scene(6);
    const auto opacity = [&](double wave_s, size_t l) {
        scene.motion.wave_s = static_cast<float>(wave_s);
        const FlowBatch batch = scene.draw().flows[l];
        // away from the bead, as the renderer computes it
        return batch.opacity_scale * (batch.pulse_phase >= 0.0f ? batch.pulse_base : 1.0f);
    };
    for (const size_t l : {0u, 3u, 5u}) {
        float before = 1.0f;
        for (double t = 0.0; t < wave_period_s(6); t += 0.01) {
            const float now = opacity(t, l);
            if (std::abs(now - before) > 0.02f) FAIL("jump at " << t << " in layer " << l);
            before = now;
        }
        CHECK(before == Approx(1.0f));
    }
}

TEST_CASE("lines grow layer by layer") {
    Scene scene = some_scene(4);
    scene.motion.grow = 0.375f;
    const DrawList list = scene.draw();
    CHECK(list.flows[0].grow == 1.0f);
    CHECK(list.flows[1].grow == Approx(0.5f));
    CHECK(list.flows[2].grow == 0.0f);
}

TEST_CASE("entropy is a bar that ends at the query, over receded lines") {
    auto frame = synthetic::frame(2, 3, 5, synthetic::uniform());
    frame->blocks[0].quantities["entropy.normalised"] = {{2, 3, 5},
                                                         std::make_shared<std::vector<float>>(30, 0.5f)};
    ViewState view;
    view.quantity = "entropy";
    const Scene scene(frame, view);
    const DrawList list = scene.draw();
    CHECK(list.flows[0].opacity_scale == Approx(0.17f));
    REQUIRE(list.strokes_above.size() == 30);
    const Stroke& bar = list.strokes_above[0];  // layer 0, last lane, first token
    CHECK(near(bar.b, scene.layout().query_position(0, 2, 0)));
    CHECK(glm::length(bar.b - bar.a) == Approx(0.5f * 0.92f * scene.layout().gap_u(0)));
    CHECK(legend(view, *scene.plan).by_bars);
}

TEST_CASE("rollout is one lane in the colour of drawn weight") {
    auto frame = synthetic::frame(2, 3, 5, synthetic::uniform());
    frame->blocks[0].quantities["rollout"] = {{2, 5, 5}, std::make_shared<std::vector<float>>(50, 0.2f)};
    ViewState view;
    view.quantity = "rollout";
    const Scene scene(frame, view);
    const DrawList list = scene.draw();
    CHECK(list.blocks[1].slices == 1);
    CHECK((*list.flows[1].slice_colors)[0] == theme(ThemeName::dark).drawn);
    CHECK(legend(view, *scene.plan).method == "attention rollout");
}

TEST_CASE("a quantity that is still being computed leaves panes and words without lines") {
    for (const int tokens : {5, 40, 120}) {
        ViewState view;
        view.quantity = "rollout";
        Scene scene(synthetic::frame(2, 3, tokens, synthetic::uniform()), view);
        scene.view.show_labels = scene.view.show_hud = true;
        scene.focus(query_focus(1, 2));
        const DrawList list = scene.draw();
        CHECK(list.planes.size() == 3);
        CHECK(list.flows.empty());
        CHECK_FALSE(list.labels.empty());
    }
}

TEST_CASE("the legend names what width means and shows wider samples for short texts") {
    const QuantityLegend short_text = legend({}, *some_scene().plan);
    CHECK(short_text.method == "attention weight");
    CHECK(short_text.samples[0] == 1.0f);
    CHECK(short_text.full_weight == 1.0f);
    const QuantityLegend long_text = legend({}, *some_scene(1, 1, 100).plan);
    CHECK(long_text.samples[0] == 0.5f);
    CHECK(long_text.full_weight == Approx(0.5f));
}

TEST_CASE("a picture of nothing is empty ground") {
    const Scene scene(std::make_shared<AttentionFrame>());
    const DrawList list = scene.draw();
    CHECK(list.flows.empty());
    CHECK(list.planes.empty());
    CHECK(list.ground == theme(ThemeName::dark).ground);
}

TEST_CASE("one token, one head and one layer make a picture") {
    const Scene scene(synthetic::frame(1, 1, 1, synthetic::uniform()));
    const DrawList list = scene.draw();
    CHECK(list.planes.size() == 2);
    CHECK(lines_of(list) == 1);
}

TEST_CASE("along a token only the lines into it are left, and the ledger speaks of them") {
    Scene scene(synthetic::frame(3, 2, 9, synthetic::random(3, 2.5f, 30.0f)));
    scene.motion.along = 1.0f;
    scene.motion.along_token = 4;
    const DrawList list = scene.draw();
    REQUIRE(list.flows.size() == 3);
    for (const FlowBatch& flow : list.flows) {
        CHECK(flow.selection.only_row == 4);
        CHECK(flow.selection.threshold == focus_line_weight);
    }
    double drawn = 0.0, total = 0.0;
    for (int l = 0; l < 3; ++l)
        for (int h = 0; h < 2; ++h)
            for (int j = 0; j < 9; ++j) {
                const float weight = lane_weights(*scene.plan, l, h)[static_cast<size_t>(4 * 9 + j)];
                total += static_cast<double>(weight);
                const bool sink =
                    scene.plan->layers[static_cast<size_t>(l)].sink_keys[static_cast<size_t>(j)];
                if (!sink && weight >= focus_line_weight) drawn += static_cast<double>(weight);
            }
    const FocusLedger ledger = along_ledger(*scene.plan, 4);
    CHECK(ledger.ledger.drawn == Approx(drawn / total));
    const Ledger::Percent percent = ledger.ledger.percent();
    CHECK(percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn == 100);
}

TEST_CASE("half way along a token the other lines have faded by half") {
    Scene scene(synthetic::frame(2, 2, 6, synthetic::random(5)));
    const float rest = scene.draw().flows.front().opacity_scale;
    scene.motion.along = 0.5f;
    scene.motion.along_token = 2;
    for (const FlowBatch& flow : scene.draw().flows) CHECK(flow.opacity_scale == Approx(0.5f * rest));
}

TEST_CASE("before the first text the picture has the theme's ground and the model's name") {
    ViewState view;
    view.theme = ThemeName::light;
    const DrawList list = draw_empty_stack(view, "a model", "Opening the model", {});
    CHECK(list.ground == theme(ThemeName::light).ground);
    REQUIRE(list.labels.size() == 2);
    CHECK(list.labels[0].text == "a model");
    CHECK(list.labels[1].text == "Opening the model");
}

TEST_CASE("light goes over from the panes of one focus to those of the next") {
    const auto plan = plan_text_stack(synthetic::frame(6, 2, 5, synthetic::random(3)), {}, nullptr);
    const auto edges = [&](float followed) {
        ViewMotion motion;
        motion.focus = 1.0f;
        motion.former_focus = {FocusKind::token, 0, 0, -1, 2, -1, false};
        motion.shown_focus = {FocusKind::token, 0, 5, -1, 2, -1, false};
        motion.followed = followed;
        Camera camera;  // panes are drawn from the last to the first
        camera.yaw_deg = -90.0f;
        const DrawList list = draw_text_stack(*plan, {}, motion, camera, 0.0, {}, nullptr);
        std::vector<float> all;
        for (const Plane& plane : list.planes) all.push_back(plane.edge.a);
        return all;
    };
    const auto start = edges(0.0f), middle = edges(0.5f), end = edges(1.0f);
    REQUIRE(start.size() == 7);
    std::vector<float> mirrored(end.rbegin(), end.rend());
    CHECK(start != end);
    for (size_t pane = 0; pane < 7; ++pane) {
        CHECK(middle[pane] == Approx(0.5f * (start[pane] + end[pane])));
        CHECK(start[pane] == Approx(pane <= 1 || pane >= 5 ? mirrored[pane] : end[pane]));
    }
}
