#include <cmath>
#include <cstdlib>
#include <glm/gtc/matrix_transform.hpp>

#include "picture.h"
#include "renderer/flow/piece.h"

namespace weft {
extern const FlowFill flow_fill_baseline;
}

using namespace weft;
using namespace weft::test;

namespace {

constexpr glm::ivec2 size{320, 180};

struct Difference {
    double beyond_share = 0.0, mean = 0.0;  // of pixels by more than 5/255 in a channel, of channels
};

Difference difference(const CapturedImage& a, const CapturedImage& b) {
    REQUIRE(a.rgba.size() == b.rgba.size());
    Difference found;
    for (size_t at = 0; at < a.rgba.size(); at += 4) {
        int most = 0;
        for (size_t c = 0; c < 3; ++c) {
            const int by = std::abs(int(a.rgba[at + c]) - int(b.rgba[at + c]));
            most = std::max(most, by);
            found.mean += by;
        }
        found.beyond_share += most > 5;
    }
    found.beyond_share /= double(a.rgba.size() / 4);
    found.mean /= double(a.rgba.size() / 4 * 3);
    return found;
}

// Both ways of drawing; nothing to see is no proof.
void check_alike(const DrawList& list, const std::string& name, double most_beyond = 0.004,
                 double most_mean = 0.15) {
    INFO(name);
    Rig by_processor(size), by_shaders(size, false, true);
    const CapturedImage ours = by_processor.draw(list), shaders = by_shaders.draw(list);
    keep(ours, "flow_raster_" + name);
    keep(shaders, "flow_raster_" + name + "_shaders");
    const Difference found = difference(ours, shaders);
    // Where a line turns sharply the shaders' triangles overlap.
    CHECK(found.beyond_share < most_beyond);
    CHECK(found.mean < most_mean);
    DrawList none = list;
    none.flows.clear();
    CHECK(difference(ours, by_processor.draw(none)).mean > 0.5);
}

FlowPoint point_at(glm::vec2 px, glm::vec2 side, float half_px, float opacity) {
    FlowPoint point;
    point.px = px;
    point.side = side;
    point.clip = {0, 0, 1, 1};
    point.half_px = half_px;
    point.end_px = 1e6f;
    point.opacity = opacity;
    return point;
}

// Of a quarter circle of so many points around 0, 0.
std::vector<FlowPoint> arc(int count, float radius_px, float half_px, float opacity) {
    std::vector<FlowPoint> points;
    for (int i = 0; i < count; ++i) {
        const float angle = 1.5707963f * float(i) / float(count - 1);
        const glm::vec2 out(std::cos(angle), std::sin(angle));
        points.push_back(point_at(out * radius_px, out, half_px, opacity));
    }
    return points;
}

FlowBand band_with(const std::vector<FlowPoint>& points, const FlowEffects& effects, const FlowFill& fill) {
    FlowBand band(64, 64);
    band.rows = 64;
    for (size_t i = 0; i + 1 < points.size(); ++i)
        if (const auto piece = piece_between(points[i], points[i + 1], {{0.3f, 0.5f, 0.7f}, 0.9f, true}))
            fill.add(*piece, effects, band);
    return band;
}

struct Roundness {
    double segments = 0.0;    // of a line, mean
    float most_off = 0.0f;    // of a line from its pieces, px
    float most_fixed = 0.0f;  // where every line has as many
};

// How far `points` lie beside the pieces of a line.
float off_pieces(const std::vector<FlowPoint>& curve, const std::vector<FlowPoint>& pieces) {
    float most = 0.0f;
    for (const FlowPoint& point : curve) {
        float nearest = 1e9f;
        for (size_t k = 0; k + 1 < pieces.size(); ++k) {
            const glm::vec2 way = pieces[k + 1].px - pieces[k].px;
            const float along = glm::dot(point.px - pieces[k].px, way) / std::max(glm::dot(way, way), 1e-6f);
            nearest =
                std::min(nearest, glm::length(point.px - pieces[k].px - std::clamp(along, 0.0f, 1.0f) * way));
        }
        most = std::max(most, nearest);
    }
    return most;
}

// Of the lines between `rows` words in so many layers, 1280 px wide, from where the default camera stands.
Roundness roundness(int layers, int rows, int segments) {
    const float pitch = std::clamp(26.0f / float(layers), 1.6f, 5.0f), row = 12.0f / float(rows - 1);
    gpu::FrameParams frame{};
    const glm::vec3 eye{-15.6f, 3.8f, 46.4f};
    frame.view_from_world = glm::lookAt(eye, glm::vec3(0.0f), glm::vec3(0, 1, 0));
    frame.clip_from_view = glm::perspectiveRH_ZO(glm::radians(22.0f), 16.0f / 9.0f, 0.1f, 200.0f);
    frame.scene_px = {1280.0f, 720.0f};
    frame.px_per_u_at_1 = 360.0f / std::tan(glm::radians(11.0f));
    frame.near_fade_u = 1.5f;
    const gpu::FlowSegments rule = segment_rule({segments, 1.0f});
    const std::vector<glm::vec4> colors(2, glm::vec4(1.0f));
    Roundness found;
    int lines = 0;
    for (int layer = 0; layer < layers; ++layer)
        for (int c = 0; c < rows; ++c)
            for (int r = 0; r < rows; ++r, ++lines) {
                gpu::FlowParams params{};
                params.columns = params.rows = uint32_t(rows);
                params.source_origin = {(float(layer) - 0.5f * float(layers)) * pitch, 6.0f, 0.0f};
                params.target_origin = params.source_origin + glm::vec3(pitch, 0.0f, 0.0f);
                params.source_column_step = params.target_row_step = {0.0f, -row, 0.0f};
                params.axis = {1.0f, 0.0f, 0.0f};
                params.handle_u = 0.5f * pitch;
                params.grow = 1.0f;
                const auto index = uint32_t(r * rows + c);
                const auto place = [&](int count) {
                    std::vector<FlowPoint> points(size_t(count) + 1);
                    place_points(frame, params, colors, index, 0.5f, points);
                    return points;
                };
                const int count = segments_of_line(frame, params, index, rule);
                const auto curve = place(200);
                found.segments += count;
                found.most_off = std::max(found.most_off, off_pieces(curve, place(count)));
                found.most_fixed = std::max(found.most_fixed, off_pieces(curve, place(segments)));
            }
    found.segments /= lines;
    return found;
}

}  // namespace

TEST_CASE("lines share their pieces by how far they bend: rounder with fewer") {
    for (const auto& [layers, rows] : {std::pair(12, 15), std::pair(6, 15), std::pair(2, 9)})
        for (const int segments : {16, 8, 4}) {
            CAPTURE(layers, rows, segments);
            const Roundness found = roundness(layers, rows, segments);
            CHECK(found.segments <= 1.1 * segments);
            CHECK(found.most_off <= (segments == 4 ? 0.85f : 0.65f) * found.most_fixed);
            if (segments == 16) CHECK(found.most_off < 0.75f);
        }
}

TEST_CASE("a straight line has two pieces, one that passes the eye as many as it may have") {
    gpu::FrameParams frame{};
    frame.view_from_world = glm::lookAt(glm::vec3(0, 0, 40), glm::vec3(0.0f), glm::vec3(0, 1, 0));
    frame.px_per_u_at_1 = 1800.0f;
    frame.near_fade_u = 1.5f;
    gpu::FlowParams params{};
    params.rows = params.columns = 1;
    params.axis = {1.0f, 0.0f, 0.0f};
    params.source_origin = {-2.0f, 1.0f, 0.0f};
    params.target_origin = {2.0f, 1.0f, 0.0f};
    const gpu::FlowSegments rule = segment_rule({16, 1.0f});
    CHECK(segments_of_line(frame, params, 0, rule) == 2);
    params.negative_dashes = 7.0f;
    CHECK(segments_of_line(frame, params, 0, rule) == 14);
    params.negative_dashes = 0.0f;
    params.target_origin.y = 5.0f;
    const int bent = segments_of_line(frame, params, 0, rule);
    CHECK(bent > 10);
    // Seen on edge it is straight again.
    frame.view_from_world = glm::lookAt(glm::vec3(0, 40, 0), glm::vec3(0.0f), glm::vec3(0, 0, -1));
    CHECK(segments_of_line(frame, params, 0, rule) <= 4);
    frame.view_from_world = glm::lookAt(glm::vec3(0, 2, 2.5f), glm::vec3(0.0f), glm::vec3(0, 1, 0));
    CHECK(segments_of_line(frame, params, 0, rule) == int(rule.most));
    // Half the pixels are as round as the whole ones.
    frame.view_from_world = glm::lookAt(glm::vec3(0, 0, 40), glm::vec3(0.0f), glm::vec3(0, 1, 0));
    frame.px_per_u_at_1 = 900.0f;
    CHECK(segments_of_line(frame, params, 0, segment_rule({16, 0.5f})) == bent);
}

TEST_CASE("the processor draws flow lines as the shaders do") {
    check_alike(stack_list(size, 600), "plain");
    DrawList list = stack_list(size, 600);
    for (FlowBatch& flow : list.flows) {
        flow.pulse_phase = 0.4f;
        flow.grow = 0.8f;
    }
    check_alike(list, "pulses");
    list = stack_list(size, 300);
    for (WeightBlock& block : list.blocks) {
        auto values = std::make_shared<std::vector<float>>(*block.values);
        for (size_t i = 0; i < values->size(); i += 2) (*values)[i] *= -1.0f;
        block.values = values;
    }
    for (FlowBatch& flow : list.flows) {
        flow.negative_color = glm::vec4(0.2f, 0.5f, 1.0f, 1.0f);
        flow.negative_dashes = 9.0f;
        flow.least_px = 0.2f;
    }
    check_alike(list, "dashes");
}

TEST_CASE("the processor draws what passes the eye as the shaders do") {
    DrawList list = stack_list(size, 600);
    list.camera.eye = {-6.0f, 1.0f, 1.2f};
    list.camera.view_from_world =
        glm::lookAt(list.camera.eye, glm::vec3(8.0f, 0.0f, -1.0f), glm::vec3(0, 1, 0));
    list.camera.clip_from_view = glm::perspectiveRH_ZO(glm::radians(40.0f), 16.0f / 9.0f, 0.1f, 200.0f);
    list.camera.clip_from_view[1][1] *= -1.0f;
    list.camera.near_fade_u = 3.0f;
    check_alike(list, "inside", 0.03, 1.0);
}

TEST_CASE("pieces of a line share every pixel between them, none twice") {
    for (const int count : {2, 3, 9, 40}) {
        constexpr float radius = 40.0f, half = 3.0f;
        const FlowBand band = band_with(arc(count, radius, half, 0.5f), {}, flow_fill());
        int inside = 0;
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x) {
                const float transmittance = band.transmittance[size_t(y * band.stride + x)];
                CHECK(transmittance >= 0.5f - 1e-5f);  // one piece at most
                const float from_middle = std::abs(std::hypot(float(x) + 0.5f, float(y) + 0.5f) - radius);
                if (count < 40 || from_middle > half - 0.6f) continue;
                ++inside;
                CHECK(transmittance == Approx(0.5f).margin(1e-4));
            }
        if (count == 40) CHECK(inside > 250);
    }
}

TEST_CASE("both instruction sets sum the same") {
    FlowEffects effects;
    effects.pulses = effects.dashes = true;
    effects.pulse_phase = 0.3f;
    effects.pulse_inverse_sigma = 4.0f;
    effects.pulse_gain = 0.9f;
    effects.pulse_base = 0.5f;
    effects.pulse_white = 0.35f;
    effects.dash_count = 5.0f;
    auto points = arc(12, 40.0f, 2.0f, 0.7f);
    for (size_t i = 0; i < points.size(); ++i) points[i].t = float(i) / 11.0f;
    FlowBand fast = band_with(points, effects, flow_fill()),
             plain = band_with(points, effects, flow_fill_baseline);
    double most = 0.0, sum = 0.0;
    for (size_t i = 0; i < fast.red.size(); ++i) {
        most = std::max({most, double(std::abs(fast.red[i] - plain.red[i])),
                         double(std::abs(fast.transmittance[i] - plain.transmittance[i]))});
        sum += fast.weight[i];
    }
    CHECK(sum > 10.0);
    CHECK(most < 1e-4);
    std::vector<uint16_t> a(64 * 64 * 4), b(a.size());
    flow_fill().take(fast, a.data());
    flow_fill_baseline.take(plain, b.data());
    int steps = 0;
    for (size_t i = 0; i < a.size(); ++i) steps = std::max(steps, std::abs(int(a[i]) - int(b[i])));
    CHECK(steps <= 4);
    CHECK(*std::max_element(fast.weight.begin(), fast.weight.end()) == 0.0f);
    CHECK(*std::min_element(fast.transmittance.begin(), fast.transmittance.end()) == 1.0f);
}
