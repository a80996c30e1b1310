#include "scenes/two_towers.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "scenes/animator.h"
#include "scenes/camera_path.h"
#include "scenes/flow_lines.h"
#include "scenes/label_placement.h"
#include "scenes/line_picking.h"
#include "scenes/picking.h"
#include "scenes/projection.h"
#include "scenes/scene.h"
#include "scenes/shown_block.h"
#include "scenes/two_towers_layout.h"
#include "scenes/two_towers_words.h"
#include "selection_twin.h"
#include "synthetic_frame.h"

using namespace weft;

namespace {

float measure(std::string_view text, float size_px, bool) {
    return 0.5f * size_px * static_cast<float>(text.size());
}

// Layers and heads of the encoder, layers and heads of the decoder, tokens of both texts.
struct Shape {
    int encoder_layers = 3, encoder_heads = 2, layers = 4, heads = 3, source = 5, target = 8;
};

std::shared_ptr<AttentionFrame> frame_of(const Shape& shape,
                                         const synthetic::WeightOf& weight = synthetic::random(3)) {
    auto frame = synthetic::two_stacks(shape.layers, shape.heads, shape.source, shape.target, weight);
    frame->blocks[0] =
        synthetic::two_stacks(shape.encoder_layers, shape.encoder_heads, shape.source, shape.target, weight)
            ->blocks[0];
    return frame;
}

struct Towers {
    std::shared_ptr<AttentionFrame> frame;
    ViewState view;
    std::shared_ptr<const Scene> scene;
    ViewMotion motion;
    Viewport viewport;
    Camera camera;

    explicit Towers(const Shape& shape, ViewState given = {},
                    const synthetic::WeightOf& weight = synthetic::random(3))
        : frame(frame_of(shape, weight)), view(std::move(given)) {
        plan();
    }
    void plan() {
        scene = plan_scene(frame, view, nullptr);
        camera = scene_camera(*scene, CameraPreset::default_view, motion, {}, viewport);
    }
    const TwoTowersPlan& towers() const { return *scene->towers; }
    TwoTowersLayout layout() const { return make_towers_layout(towers(), motion, viewport); }
    DrawList draw() const { return draw_scene(*scene, view, motion, camera, 0.0, viewport, measure); }
    glm::vec2 screen(const glm::vec3& world) const {
        return glm::vec2(screen_from_world(draw_camera(camera, viewport), viewport, world));
    }
    Focus pick(glm::vec2 at, bool shift = false) const {
        return pick_scene(*scene, view, motion, camera, viewport, at, shift);
    }
};

ViewState view_of(AttentionKind kind) {
    ViewState view;
    view.attention = kind;
    return view;
}

glm::vec3 on_curve(const FlowBatch& batch, int head, int query, int key, float t) {
    const glm::vec3 source = batch.source_origin + static_cast<float>(head) * batch.source_slice_step +
                             static_cast<float>(key) * batch.source_column_step;
    const glm::vec3 target = batch.target_origin + static_cast<float>(head) * batch.target_slice_step +
                             static_cast<float>(query) * batch.target_row_step;
    const glm::vec3 handle = batch.axis * batch.handle_u;
    const float u = 1.0f - t;
    return u * u * u * source + 3.0f * u * u * t * (source + handle) + 3.0f * u * t * t * (target - handle) +
           t * t * t * target;
}

// To the border of the nearest of all lines that are drawn, px; over every entry of all three.
float nearest_line_px(const Towers& scene, glm::vec2 at) {
    float nearest = 1e9f;
    const TwoTowersLayout layout = scene.layout();
    for (const TowerPart& part : tower_parts(scene.towers()))
        for (size_t l = 0; l < part.plan->blocks.size(); ++l) {
            const WeightBlock& block = part.plan->blocks[l];
            const FlowBatch batch = layer_batch(*part.plan, layout.of(part.kind), part.plan->view,
                                                scene.motion, static_cast<int>(l));
            for (uint32_t h = 0; h < block.slices; ++h)
                for (uint32_t i = 0; i < block.rows; ++i)
                    for (uint32_t j = 0; j < block.columns; ++j) {
                        if (!twin::is_drawn(block, part.plan->layers[l].selection, h, i, j)) continue;
                        float depth = 0.0f;
                        nearest =
                            std::min(nearest, line_distance_px(batch, block, {h, i, j},
                                                               draw_camera(scene.camera, {}), {}, at, depth));
                    }
        }
    return nearest;
}

bool says(const DrawList& list, const std::string& text) {
    return std::any_of(list.labels.begin(), list.labels.end(),
                       [&](const Label& label) { return label.text == text; });
}

int hundred(const Ledger& ledger) {
    const Ledger::Percent percent = ledger.percent();
    return percent.drawn + percent.sinks + percent.neighbours + percent.not_drawn;
}

}  // namespace

TEST_CASE("an encoder and a decoder are two towers, one stack or cross-attention alone are not") {
    const auto frame = frame_of({});
    CHECK(plan_scene(frame, {}, nullptr)->kind == SceneKind::two_towers);
    ViewState stack;
    stack.scene = SceneChoice::stack;
    CHECK(plan_scene(frame, stack, nullptr)->kind == SceneKind::text_stack);
    CHECK(plan_scene(synthetic::frame(2, 2, 4, synthetic::uniform()), {}, nullptr)->kind ==
          SceneKind::text_stack);
    auto cross_only = frame_of({});
    cross_only->blocks.erase(cross_only->blocks.begin(), cross_only->blocks.begin() + 2);
    const auto single = plan_scene(cross_only, {}, nullptr);
    CHECK(single->kind == SceneKind::text_stack);
    CHECK(shown_block(*single->stack).kind == AttentionKind::cross);
}

TEST_CASE("the encoder stands above left, the decoder below right") {
    const TwoTowersLayout layout = Towers({}).layout();
    const auto x = [](const TextStackLayout& tower, int pane) { return tower.position(pane, 0, 0).x; };
    CHECK(x(layout.encoder, layout.encoder.layers) < x(layout.decoder, 0));
    CHECK(layout.encoder.position(0, 0, 4).y > layout.decoder.position(0, 0, 0).y + 1.0f);
    CHECK(encoder_pitch_u(6) == Approx(1.75f));
    CHECK(decoder_pitch_u(6) == Approx(2.9f));
}

TEST_CASE("rails go level from the encoder's last pane to the pane of the last layer's keys") {
    const TwoTowersLayout layout = Towers({}).layout();
    REQUIRE(layout.rails() == 5);
    for (int token = 0; token < 5; ++token) {
        const auto [start, end] = layout.rail(token);
        CHECK(start.x == Approx(layout.encoder.position(3, 0, token).x));
        CHECK(start.y == Approx(layout.encoder.position(3, 0, token).y));
        CHECK(end.y == Approx(start.y));
        CHECK(end.x == Approx(layout.decoder.position(3, 0, 0).x));
    }
}

TEST_CASE("a line of cross-attention goes from its rail at pane l to its query on pane l + 1") {
    const Towers scene({});
    const TwoTowersLayout layout = scene.layout();
    for (int l = 0; l < 4; ++l) {
        const FlowBatch batch = layer_batch(*scene.towers().cross, layout.cross, scene.view, scene.motion, l);
        for (int h = 0; h < 3; ++h)
            for (int j = 0; j < 5; ++j)
                for (int i = 0; i < 8; ++i) {
                    const glm::vec3 key = on_curve(batch, h, i, j, 0.0f),
                                    query = on_curve(batch, h, i, j, 1.0f);
                    CHECK(key.y == Approx(layout.rail(j)[0].y).margin(1e-4));
                    CHECK(key.x == Approx(layout.decoder.position(l, h, 0).x).margin(1e-4));
                    const glm::vec3 row = layout.decoder.position(l + 1, h, i);
                    CHECK(glm::length(query - row) < 1e-4f);
                }
    }
}

TEST_CASE("each of the three ledgers adds to 100 and all lines are drawn once") {
    const Towers scene({}, {}, synthetic::random(8, 2.5f, 20.0f));
    const DrawList list = scene.draw();
    uint64_t drawn = 0, planned = 0;
    for (const FlowBatch& batch : list.flows)
        drawn += twin::drawn(list.blocks.at(batch.block), batch.selection).lines;
    for (const TowerPart& part : tower_parts(scene.towers())) {
        CHECK(hundred(part.plan->ledger) == 100);
        planned += part.plan->ledger.lines;
        CHECK(says(list, attention_name(part.kind)));
    }
    CHECK(drawn == planned);
    CHECK(planned <= 650);
}

TEST_CASE("the attention that is chosen stands in front") {
    CHECK(Towers({}).towers().forward == AttentionKind::cross);
    for (const AttentionKind kind : {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross}) {
        const Towers scene({}, view_of(kind));
        CHECK(shown_block(*scene.scene->stack).kind == kind);
        CHECK(tower_parts(scene.towers()).front().kind == kind);
        for (const AttentionKind other :
             {AttentionKind::encoder, AttentionKind::decoder, AttentionKind::cross})
            CHECK((tower_opacity(scene.towers(), {}, other) == 1.0f) == (other == kind));
    }
    const Towers scene({});
    CHECK(tower_opacity(scene.towers(), {}, AttentionKind::decoder) == 0.38f);
    CHECK(tower_opacity(scene.towers(), {}, AttentionKind::encoder) == 0.8f);
    const DrawList list = scene.draw();
    std::set<float> opacities;
    for (const FlowBatch& batch : list.flows) opacities.insert(batch.opacity_scale);
    CHECK(opacities == std::set<float>{0.38f, 0.8f, 1.0f});
}

TEST_CASE("choices of heads and layers hold for the attention in front") {
    ViewState view = view_of(AttentionKind::decoder);
    view.heads = {{1, 2}};
    const Towers scene({}, view);
    size_t shown = 0;
    for (const LayerPlan& layer : scene.towers().decoder->layers)
        shown += static_cast<size_t>(std::count(layer.lane_shown.begin(), layer.lane_shown.end(), true));
    CHECK(shown == 1);
    for (const LayerPlan& layer : scene.towers().encoder->layers)
        CHECK(std::count(layer.lane_shown.begin(), layer.lane_shown.end(), true) == 2);
}

TEST_CASE("a query of the decoder reads both texts, a line stands in one attention") {
    Towers scene({});
    const Focus query{FocusKind::token, 2, 1, -1, 6, -1, false};
    CHECK(focus_in(scene.towers(), query, AttentionKind::cross).query == 6);
    CHECK(focus_in(scene.towers(), query, AttentionKind::decoder).query == 6);
    CHECK(focus_in(scene.towers(), query, AttentionKind::encoder).kind == FocusKind::none);
    const Focus line{FocusKind::edge, 2, 1, 0, 6, 1, false};
    CHECK(focus_in(scene.towers(), line, AttentionKind::decoder).kind == FocusKind::none);
    CHECK(focus_in(scene.towers(), {FocusKind::token, 1, 1, -1, -1, 6, true}, AttentionKind::cross).kind ==
          FocusKind::none);

    scene.view.selected = scene.motion.shown_focus = query;
    scene.motion.focus = 1.0f;
    int rows = 0;
    const DrawList list = scene.draw();
    for (const FlowBatch& batch : list.flows) rows += batch.selection.only_row == 6;
    CHECK(rows >= 2);  // of its own text and of the source
    const auto numbered = [&](const std::string& word) {
        return std::any_of(list.labels.begin(), list.labels.end(), [&](const Label& label) {
            return label.text.starts_with(word) && label.text.find("  0.") != std::string::npos;
        });
    };
    CHECK(numbered("source"));
    CHECK(numbered("target"));
}

TEST_CASE("what is pointed at is the nearest line of all three") {
    const Towers scene({});
    const TwoTowersLayout layout = scene.layout();
    std::set<AttentionKind> found;
    for (const TowerPart& part : tower_parts(scene.towers()))
        for (size_t l = 0; l < part.plan->blocks.size(); ++l) {
            const WeightBlock& block = part.plan->blocks[l];
            const FlowBatch batch = layer_batch(*part.plan, layout.of(part.kind), part.plan->view,
                                                scene.motion, static_cast<int>(l));
            for (uint32_t i = 0; i < block.rows; ++i)
                for (uint32_t j = 0; j < block.columns; ++j) {
                    const int head = int((i + j) % block.slices);
                    if (!is_selected_line(part.plan->layers[l].selection, block, head, int(i), int(j)))
                        continue;
                    const glm::vec2 at = scene.screen(on_curve(batch, head, int(i), int(j), 0.45f));
                    const Focus focus = scene.pick(at);
                    if (focus.kind != FocusKind::edge) continue;  // a row or a bar is nearer
                    const AttentionKind kind = scene.frame->blocks.at(size_t(focus.block)).kind;
                    const FlowBatch own = layer_batch(*tower_plan(scene.towers(), kind), layout.of(kind),
                                                      scene.view, scene.motion, focus.layer);
                    const DrawnLine line{static_cast<uint32_t>(focus.head),
                                         static_cast<uint32_t>(focus.query),
                                         static_cast<uint32_t>(focus.key)};
                    float depth = 0.0f;
                    const float px = line_distance_px(
                        own, tower_plan(scene.towers(), kind)->blocks.at(static_cast<size_t>(focus.layer)),
                        line, draw_camera(scene.camera, {}), {}, at, depth);
                    CHECK(px <= nearest_line_px(scene, at) + 0.6f);  // as near is nearer to the eye
                    found.insert(kind);
                }
        }
    CHECK(found.size() == 3);
}

TEST_CASE("words and numbers mean the token or layer of their own tower") {
    const Towers scene({});
    const TwoTowersLayout layout = scene.layout();
    const auto beside = [&](const TextStackLayout& tower, int pane, int token, float off_px) {
        const glm::vec2 near = scene.screen(tower.position(pane, 0, token)),
                        far = scene.screen(tower.position(pane, tower.lanes - 1, token));
        const bool left = off_px < 0.0f;
        const glm::vec2 outer = (near.x < far.x) == left ? near : far;
        return scene.pick(outer + glm::vec2(off_px, 0.0f));
    };
    const Focus source = beside(layout.encoder, 0, 2, -45.0f);
    CHECK(source == Focus{FocusKind::token, 0, 0, -1, -1, 2, true});
    const Focus target = beside(layout.decoder, 4, 3, 45.0f);
    CHECK(target == Focus{FocusKind::token, 2, 3, -1, 3, -1, false});
    const Focus own = beside(layout.decoder, 0, 3, -45.0f);
    CHECK(own == Focus{FocusKind::token, 1, 0, -1, -1, 3, true});
    const DrawList list = scene.draw();
    const auto number = std::find_if(list.labels.rbegin(), list.labels.rend(), [](const Label& label) {
        return label.text == "3" && label.bold;  // only the decoder has a layer 3
    });
    REQUIRE(number != list.labels.rend());
    const Focus layer = scene.pick(number->position + glm::vec2(4.0f, -5.0f));
    CHECK(layer.kind == FocusKind::layer);
    CHECK(layer.layer == 3);
    CHECK(layer.block == 2);
}

TEST_CASE("any number of layers, heads and tokens stands in the picture, also without cross-attention") {
    for (const Shape& shape : {Shape{1, 1, 1, 1, 1, 1}, Shape{1, 8, 6, 2, 3, 12}, Shape{12, 2, 2, 16, 40, 3},
                               Shape{2, 2, 3, 2, 1, 9}, Shape{2, 3, 3, 2, 130, 40}})
        for (const bool has_cross : {true, false})
            for (const CameraPreset preset :
                 {CameraPreset::default_view, CameraPreset::front, CameraPreset::end, CameraPreset::top}) {
                CAPTURE(shape.encoder_layers, shape.source, shape.target, has_cross, int(preset));
                Towers scene(shape);
                if (!has_cross) scene.frame->blocks.pop_back();
                scene.plan();
                CHECK((scene.towers().cross != nullptr) == has_cross);
                CHECK(scene.scene->kind == SceneKind::two_towers);
                CHECK(scene.towers().forward == (has_cross ? AttentionKind::cross : AttentionKind::encoder));
                scene.camera = scene_camera(*scene.scene, preset, scene.motion, {}, scene.viewport);
                const ScreenBounds bounds = towers_margins(scene.towers(), scene.motion, scene.viewport);
                for (const glm::vec3& corner : scene.layout().corners()) {
                    const glm::vec2 at = scene.screen(corner);
                    CHECK(at.x >= bounds.left - 1.0f);
                    CHECK(at.x <= bounds.right + 1.0f);
                    CHECK(at.y >= bounds.top - 1.0f);
                    CHECK(at.y <= bounds.bottom + 1.0f);
                }
                scene.draw();
                for (int y = 60; y < 700; y += 40)
                    for (int x = 20; x < 1270; x += 40) scene.pick(glm::vec2(x, y));
            }
}

TEST_CASE("a wave goes through the encoder, then through the decoder") {
    Towers scene({});
    CHECK(wave_layers(*scene.scene) == 7);
    std::vector<std::set<AttentionKind>> order;
    for (float t = 0.1f; t < 7.0f; t += 0.05f) {
        scene.motion.wave_s = t;
        std::set<AttentionKind> pulsing;
        const TwoTowersLayout layout = scene.layout();
        for (const TowerPart& part : tower_parts(scene.towers()))
            for (int l = 0; l < static_cast<int>(part.plan->layers.size()); ++l)
                if (layer_batch(*part.plan, layout.of(part.kind), scene.view, scene.motion, l).pulse_phase >=
                    0.0f)
                    pulsing.insert(part.kind);
        if (!pulsing.empty() && (order.empty() || order.back() != pulsing)) order.push_back(pulsing);
    }
    CHECK(order == std::vector<std::set<AttentionKind>>{{AttentionKind::encoder},
                                                        {AttentionKind::decoder, AttentionKind::cross}});
}

TEST_CASE("rows that the decoder writes come in while the earlier ones keep their place") {
    const auto written = [](int target) {
        const auto strong = [](int, int, int query, int key) { return key == query / 2 ? 1.0f : 0.05f; };
        const auto frame = frame_of({3, 2, 4, 3, 5, target}, strong);
        frame->generation = Generation{};
        return frame;
    };
    const auto before = plan_scene(written(6), {}, nullptr);
    const auto after = plan_scene(written(7), {}, before.get());
    REQUIRE(has_arrivals(*after->towers));
    CHECK_FALSE(has_arrivals(*before->towers));
    CHECK(after->towers->arrives_from == 6);
    const TwoTowersLayout was = make_towers_layout(*before->towers, {}, {}),
                          is = make_towers_layout(*after->towers, {}, {});
    for (int token = 0; token < 6; ++token)
        CHECK(glm::length(was.decoder.position(2, 1, token) - is.decoder.position(2, 1, token)) < 1e-4f);
    for (int token = 0; token < 5; ++token)
        CHECK(glm::length(was.encoder.position(2, 1, token) - is.encoder.position(2, 1, token)) < 1e-4f);
    CHECK(scene_camera(*before, CameraPreset::default_view, {}, {}, {}) ==
          scene_camera(*after, CameraPreset::default_view, {}, {}, {}));
    CHECK(reserved_rows(8) == 8);
    CHECK(reserved_rows(9) == 12);
    CHECK(reserved_rows(100) == 128);

    // The same lines in both, those of the new row fainter.
    Animator animator;
    animator.rows_arrive(6);
    animator.advance(0.075, {}, 7);
    CHECK(animator.motion().arrival > 0.2f);
    CHECK(animator.motion().arrival < 0.8f);
    const Camera camera = scene_camera(*after, CameraPreset::default_view, {}, {}, {});
    const auto lines = [&](const ViewMotion& motion, bool faint) {
        uint64_t sum = 0;
        const DrawList list = draw_scene(*after, {}, motion, camera, 0.0, {}, measure);
        for (const FlowBatch& batch : list.flows)
            if ((batch.selection.only_row == 6) == faint)
                sum += twin::drawn(list.blocks.at(batch.block), batch.selection).lines;
        return sum;
    };
    ViewMotion moving = animator.motion();
    moving.wave_s = -1.0f;
    CHECK(lines({}, true) == 0);
    CHECK(lines(moving, true) > 0);
    CHECK(lines(moving, true) + lines(moving, false) == lines({}, false));
    animator.advance(0.2, {}, 7);
    CHECK(animator.motion().arrival == 1.0f);
}

TEST_CASE("the default path keeps its speeds between the towers") {
    const Towers scene({6, 8, 6, 8, 7, 14});
    const double step_s = 1.0 / 120.0;
    PathPose last = default_path(*scene.scene, 0.0, {});
    double turn = 0.0, move = 0.0, zoom = 0.0;
    for (int n = 1; n <= 2400; ++n) {
        const PathPose pose = default_path(*scene.scene, n * step_s, {});
        const auto rate = [&](float a, float b) { return static_cast<double>(std::abs(a - b)) / step_s; };
        turn = std::max(turn, rate(pose.camera.yaw_deg, last.camera.yaw_deg));
        zoom = std::max(zoom, rate(pose.camera.fov_deg, last.camera.fov_deg));
        move = std::max(move,
                        static_cast<double>(glm::length(pose.camera.target - last.camera.target)) / step_s);
        last = pose;
    }
    CHECK(turn <= 15.1);
    CHECK(zoom <= 4.1);
    CHECK(move <= 10.1);
    const PathPose inside = default_path(*scene.scene, 14.0, {});
    CHECK(inside.selected.block == 2);
    CHECK(inside.hovered.block == 2);
}

TEST_CASE("the decoder's panes keep their height while it writes") {
    const auto low_border = [](int target) {
        const auto frame = frame_of({3, 2, 4, 3, 5, target});
        frame->generation = Generation{};
        const auto scene = plan_scene(frame, {}, nullptr);
        const TwoTowersLayout layout = make_towers_layout(*scene->towers, {}, {});
        const DrawList list = draw_scene(*scene, {}, {}, Camera{}, 0.0, {}, nullptr);
        float low = 1e9f;
        size_t reach_low = 0;
        for (const Plane& plane : list.planes)
            for (const glm::vec3& corner : plane.corners) low = std::min(low, corner.y);
        for (const Plane& plane : list.planes)
            reach_low += plane.corners[0].y < low + 1e-4f || plane.corners[2].y < low + 1e-4f;
        CHECK(reach_low == 5);  // every pane of the decoder
        for (const glm::vec3& corner : layout.decoder_corners()) CHECK(corner.y > low - 1e-4f);
        return low;
    };
    const float at_five = low_border(5);
    CHECK(low_border(6) == Approx(at_five).margin(1e-4));
    CHECK(low_border(8) == Approx(at_five).margin(1e-4));
}

TEST_CASE("what comes to the front fades in from where it was, also when it changes its mind") {
    Towers scene(Shape{}, view_of(AttentionKind::cross));
    Animator animator;
    animator.bring_forward(AttentionKind::cross);
    animator.advance(0.0, {}, 7);
    const auto opacity = [&](AttentionKind kind) {
        return tower_opacity(scene.towers(), animator.motion(), kind);
    };
    CHECK(opacity(AttentionKind::decoder) == Approx(0.38f));
    scene.view = view_of(AttentionKind::decoder);
    scene.plan();
    animator.bring_forward(scene.towers().forward);
    CHECK_FALSE(animator.is_settled());
    float before = opacity(AttentionKind::decoder);
    CHECK(before == Approx(0.38f));
    for (int step = 0; step < 4; ++step) {
        animator.advance(0.03, {}, 7);
        CHECK(opacity(AttentionKind::decoder) > before);
        CHECK(opacity(AttentionKind::decoder) - before < 0.3f);
        before = opacity(AttentionKind::decoder);
    }
    animator.bring_forward(AttentionKind::encoder);
    CHECK(opacity(AttentionKind::decoder) == Approx(before));
    animator.advance(1.0, {}, 7);
    CHECK(animator.is_settled());
    CHECK(opacity(AttentionKind::encoder) == Approx(1.0f));
    ViewState still;
    still.reduced_motion = true;
    animator.advance(0.0, still, 7);
    animator.bring_forward(AttentionKind::cross);
    CHECK(animator.is_settled());
    CHECK(opacity(AttentionKind::cross) == Approx(1.0f));
}

TEST_CASE("in a small picture the towers take what is free, and the words that matter can be read") {
    Towers towers({4, 6, 4, 6, 7, 11});
    towers.viewport.size = {640, 360};
    towers.viewport.ui_scale = 0.5f;
    towers.plan();
    const DrawList list =
        draw_scene(*towers.scene, towers.view, {}, towers.camera, 0.0, towers.viewport, measure);
    glm::vec2 low(1e9f), high(-1e9f);
    for (const glm::vec3& corner : towers.layout().corners()) {
        const glm::vec2 at(
            screen_from_world(draw_camera(towers.camera, towers.viewport), towers.viewport, corner));
        low = glm::min(low, at);
        high = glm::max(high, at);
    }
    CHECK(high.x - low.x > 0.68f * 640.0f);
    CHECK(high.y - low.y > 0.6f * 360.0f);
    int source = 0, target = 0;
    std::set<std::string> words;
    std::vector<ScreenBounds> taken;
    for (const Label& label : list.labels) {
        CHECK(label.size_px >= 11.0f);
        words.insert(label.text);
        source += label.text.starts_with("source") || label.text == "</s>";
        target += label.text.starts_with("target");
        const ScreenBounds box = label_bounds(label, measure);
        INFO(label.text);
        for (const ScreenBounds& other : taken) CHECK_FALSE(overlap(box, other));
        taken.push_back(box);
        CHECK(box.right <= 640.0f);
        CHECK(box.bottom <= 360.0f);
    }
    CHECK(source == 7);
    CHECK(target >= 9);
    for (const char* word : {"encoder", "decoder", "head", "key → query: wide at the key,", "cross"})
        CHECK(words.contains(word));
    // The keys stand beside the towers.
    for (const ScreenRect& rect : list.rects)
        if (rect.owner == 0 && rect.min.x > 320.0f) CHECK(rect.min.y > high.y);
}

TEST_CASE("beside a docked panel and over a prompt line small towers take what is free") {
    for (const glm::ivec2 size : {glm::ivec2(640, 360), glm::ivec2(800, 450)})
        for (const bool has_panel : {false, true})
            for (const bool has_prompt : {false, true}) {
                Towers towers({4, 6, 4, 6, 7, 11});
                Viewport& viewport = towers.viewport;
                viewport.size = size;
                viewport.ui_scale = static_cast<float>(size.x) / 1280.0f;
                if (has_panel) viewport.panel_px = 336.0f * viewport.ui_scale;
                if (has_prompt) viewport.prompt_px = 26.0f * hud_scale(viewport, 1.0f);
                towers.plan();
                const DrawList list = towers.draw();
                const float free = static_cast<float>(size.x) - viewport.panel_px;
                // The panel and the prompt line stand over the ledgers.
                const float foot = static_cast<float>(size.y) - 66.0f * hud_scale(viewport, 1.0f);
                CAPTURE(size.x, has_panel, has_prompt);
                glm::vec2 low(1e9f), high(-1e9f);
                for (const glm::vec3& corner : towers.layout().corners()) {
                    const glm::vec2 at = towers.screen(corner);
                    low = glm::min(low, at);
                    high = glm::max(high, at);
                }
                // As large as width or height let it be.
                CHECK((high.x - low.x > 0.62f * free || high.y - low.y > 0.6f * static_cast<float>(size.y)));
                CHECK(high.y - low.y > 0.4f * static_cast<float>(size.y));
                CHECK(high.x < free);
                CHECK(high.y < foot);
                std::vector<ScreenBounds> taken;
                for (const Label& label : list.labels) {
                    const ScreenBounds box = label_bounds(label, measure);
                    INFO(label.text);
                    for (const ScreenBounds& other : taken) CHECK_FALSE(overlap(box, other));
                    taken.push_back(box);
                    CHECK((box.right <= free || box.top >= foot || box.bottom < 48.0f * viewport.ui_scale));
                }
            }
}
