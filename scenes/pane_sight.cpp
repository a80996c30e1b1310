#include "scenes/pane_sight.h"

#include <algorithm>
#include <cmath>

#include "scenes/projection.h"

namespace weft {
namespace {

constexpr float same_depth = 1e-3f;  // of a pane's depth: panes beside each other cover nothing
constexpr float gone_u = 0.15f;

struct Frame {
    glm::vec3 origin, across, down, normal;
    explicit Frame(const PaneCorners& corners)
        : origin(corners[0]),
          across(corners[1] - corners[0]),
          down(corners[3] - corners[0]),
          normal(glm::normalize(glm::cross(across, down))) {}
    // 0..1 in both directions on the pane.
    glm::vec2 at(const glm::vec3& point) const {
        const glm::vec3 from = point - origin;
        return {glm::dot(from, across) / glm::dot(across, across),
                glm::dot(from, down) / glm::dot(down, down)};
    }
};

// The part of the segment a..b that lies in 0..1 in both directions.
std::pair<float, float> part_inside(glm::vec2 a, glm::vec2 b) {
    float from = 0.0f, to = 1.0f;
    for (int side = 0; side < 2; ++side) {
        const float start = a[side], step = b[side] - a[side];
        if (std::abs(step) < 1e-9f) {
            if (start < 0.0f || start > 1.0f) return {1.0f, 0.0f};
            continue;
        }
        const float low = -start / step, high = (1.0f - start) / step;
        from = std::max(from, std::min(low, high));
        to = std::min(to, std::max(low, high));
    }
    return {from, to};
}

}  // namespace

std::vector<std::pair<glm::vec3, glm::vec3>> seen_parts(const glm::vec3& a, const glm::vec3& b,
                                                        const glm::vec3& eye,
                                                        std::span<const PaneCorners> panes) {
    std::vector<std::pair<float, float>> parts{{0.0f, 1.0f}};
    for (const PaneCorners& corners : panes) {
        const Frame pane(corners);
        const float depth = glm::dot(pane.normal, pane.origin - eye), own = glm::dot(pane.normal, a - eye);
        if (depth * own <= 0.0f || std::abs(depth) > std::abs(own) * (1.0f - same_depth)) continue;
        const float scale = depth / own;  // parallel: the same for all of the segment
        const auto [from, to] =
            part_inside(pane.at(eye + (a - eye) * scale), pane.at(eye + (b - eye) * scale));
        if (from >= to) continue;
        std::vector<std::pair<float, float>> left;
        for (const auto& [start, end] : parts) {
            if (std::min(end, from) > start) left.emplace_back(start, std::min(end, from));
            if (end > std::max(start, to)) left.emplace_back(std::max(start, to), end);
        }
        parts = std::move(left);
    }
    std::vector<std::pair<glm::vec3, glm::vec3>> seen;
    for (const auto& [start, end] : parts) seen.emplace_back(glm::mix(a, b, start), glm::mix(a, b, end));
    return seen;
}

float seen_opacity(const PaneCorners& corners, const glm::vec3& eye) {
    const Frame pane(corners);
    const glm::vec2 at = glm::clamp(pane.at(eye), glm::vec2(0.0f), glm::vec2(1.0f));
    const glm::vec3 nearest = pane.origin + at.x * pane.across + at.y * pane.down;
    return glm::smoothstep(gone_u, near_fade_u, glm::length(nearest - eye));
}

}  // namespace weft
