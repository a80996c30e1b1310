#include "scenes/focus_camera.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/error.h"
#include "scenes/camera_fit.h"
#include "scenes/focus_lines.h"
#include "scenes/focus_rows.h"
#include "scenes/projection.h"
#include "scenes/two_towers_layout.h"

namespace weft {
namespace {

constexpr int strongest_seen = 6;  // as many as have labels
constexpr float least_extent_u = 2.0f;
constexpr float narrowest_fov_deg = 10.0f, widest_fov_deg = 40.0f;

void add_token(std::vector<glm::vec3>& points, const TextStackPlan& plan, const TextStackLayout& layout,
               const Focus& focus) {
    const int own = focus.by_key ? focus.key : focus.query;
    const auto own_at = [&](int lane) {
        return focus.by_key ? layout.key_position(focus.layer, lane, own)
                            : layout.query_position(focus.layer, lane, own);
    };
    points.push_back(own_at(0));
    points.push_back(own_at(layout.lanes - 1));
    for (const StrongestLine& line : strongest_lines(plan, focus, strongest_seen))
        points.push_back(focus.by_key ? layout.query_position(focus.layer, line.lane, line.other)
                                      : layout.key_position(focus.layer, line.lane, line.other));
}

void add_gap(std::vector<glm::vec3>& points, const TextStackLayout& layout, int layer, int first_lane,
             int last_lane) {
    for (const int lane : {first_lane, last_lane})
        for (const int token : {0, layout.tokens - 1}) {
            points.push_back(layout.position(layer, lane, token));
            points.push_back(layout.position(layer + 1, lane, token));
        }
}

}  // namespace

std::vector<glm::vec3> focus_points(const TextStackPlan& plan, const TextStackLayout& layout,
                                    const Focus& focus) {
    std::vector<glm::vec3> points;
    const Focus valid = valid_focus(plan, focus);
    if (valid.kind == FocusKind::none) return points;
    switch (valid.kind) {
        case FocusKind::token:
            add_token(points, plan, layout, valid);
            break;
        case FocusKind::edge:
            points = {layout.key_position(valid.layer, valid.head, valid.key),
                      layout.query_position(valid.layer, valid.head, valid.query)};
            break;
        case FocusKind::head:
            add_gap(points, layout, valid.layer, valid.head, valid.head);
            break;
        case FocusKind::layer:
            add_gap(points, layout, valid.layer, 0, layout.lanes - 1);
            break;
        case FocusKind::none:
            break;
    }
    return points;
}

std::vector<glm::vec3> towers_focus_points(const TwoTowersPlan& plan, const ViewMotion& motion,
                                           const Focus& focus, const Viewport& viewport) {
    const TwoTowersLayout layout = make_towers_layout(plan, motion, viewport);
    std::vector<glm::vec3> points;
    const Focus of_cross = focus_in(plan, focus, AttentionKind::cross);
    if (layout.image && read_token(of_cross) >= 0) {
        const Focus valid = valid_focus(*plan.cross, of_cross);
        if (valid.kind == FocusKind::none) return points;
        const glm::vec3 at = layout.image->key(*plan.image->face, valid.layer, valid.key);
        points = {at, at};
        for (const StrongestLine& line : strongest_lines(*plan.cross, valid, strongest_seen))
            if (valid.by_key)
                points.push_back(layout.cross.query_position(valid.layer, line.lane, line.other));
        if (!valid.by_key)
            points.push_back(layout.cross.query_position(valid.layer, valid.head, valid.query));
        return points;
    }
    for (const TowerPart& part : tower_parts(plan)) {
        const auto own = focus_points(*part.plan, layout.of(part.kind), focus_in(plan, focus, part.kind));
        points.insert(points.end(), own.begin(), own.end());
    }
    return points;
}

std::vector<glm::vec3> image_focus_points(const ImageStackPlan& plan, const ViewMotion& motion,
                                          const Focus& focus) {
    std::vector<glm::vec3> points;
    const int patch = focus.kind == FocusKind::token ? plan.patch_of(std::max(focus.query, focus.key)) : -1;
    if (patch < 0) return points;
    const ImageStackLayout layout = image_layout(plan, motion);
    for (const int pane : {plan.query_pane, plan.key_pane}) {
        const auto corners = layout.corners(pane, plan.area_of(patch));
        points.insert(points.end(), {corners[0], corners[2], corners[1], corners[3]});
    }
    return points;
}

glm::vec3 middle_of(std::span<const glm::vec3> points) {
    glm::vec3 low(std::numeric_limits<float>::max()), high(std::numeric_limits<float>::lowest());
    for (const glm::vec3& point : points) {
        low = glm::min(low, point);
        high = glm::max(high, point);
    }
    return 0.5f * (low + high);
}

Camera focus_camera(std::span<const glm::vec3> points, const Camera& from, const Viewport& viewport,
                    float text_scale) {
    WEFT_ASSERT(!points.empty(), "0 points");
    const CameraBasis basis = camera_basis(from);
    const glm::vec3 middle = middle_of(points);
    // A line or a word alone would fill the picture: some of what is around it stays in sight.
    std::vector<glm::vec3> seen(points.begin(), points.end());
    for (const float side : {-0.5f, 0.5f}) {
        seen.push_back(middle + side * least_extent_u * basis.right);
        seen.push_back(middle + side * least_extent_u * basis.up);
    }
    Camera direction = from;
    direction.fov_deg = std::clamp(from.fov_deg, narrowest_fov_deg, widest_fov_deg);
    const ScreenBounds bounds = picture_margins(viewport, text_scale);
    Camera camera = fit_camera(direction, seen, middle, bounds, viewport);
    float nearest = std::numeric_limits<float>::max();
    for (const glm::vec3& point : points)
        nearest = std::min(nearest, glm::dot(point - camera.eye(), basis.forward));
    camera.distance_u += std::max(least_focus_u - nearest, 0.0f);
    return camera;
}

void orbit_around(Camera& camera, const glm::vec3& pivot, float yaw_deg, float pitch_deg,
                  float pitch_limit_deg) {
    const CameraBasis before = camera_basis(camera);
    const glm::vec3 offset = camera.target - pivot;
    const glm::vec3 in_view{glm::dot(offset, before.right), glm::dot(offset, before.up),
                            glm::dot(offset, before.forward)};
    camera.yaw_deg = std::remainder(camera.yaw_deg + yaw_deg, 360.0f);
    camera.pitch_deg = std::clamp(camera.pitch_deg + pitch_deg, -pitch_limit_deg, pitch_limit_deg);
    const CameraBasis now = camera_basis(camera);
    camera.target = pivot + in_view.x * now.right + in_view.y * now.up + in_view.z * now.forward;
}

}  // namespace weft
