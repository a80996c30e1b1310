#include "scenes/image_light.h"

#include <cmath>

#include "scenes/image_face.h"

namespace weft {
namespace {

bool has_numbers(const ImageStackPlan& plan, int pane) {
    return !plan.row.empty() && pane == (plan.on_queries ? plan.query_pane : plan.key_pane);
}

float grey_of(const ImageStackPlan& plan, int pane) {
    if (pane == -1) return 0.0f;
    return has_numbers(plan, pane) ? grey_under_numbers(plan) : grey_of_queries(plan);
}

}  // namespace

std::shared_ptr<const Image> mixed_numbers(const std::shared_ptr<const Image>& from,
                                           const std::shared_ptr<const Image>& to, float part) {
    const bool fits = !from || !to || (from->width == to->width && from->height == to->height);
    if (from == to || part >= 1.0f || !fits) return to;
    auto mixed = std::make_shared<Image>(to ? *to : *from);
    for (size_t i = 3; i < mixed->rgba.size(); i += 4) {
        const float a = from ? static_cast<float>(from->rgba[i]) : 0.0f,
                    b = to ? static_cast<float>(to->rgba[i]) : 0.0f;
        mixed->rgba[i] = static_cast<uint8_t>(std::lround(std::lerp(a, b, part)));
    }
    return mixed;
}

bool same_light(const ImageStackPlan& a, const ImageStackPlan& b) {
    return a.key_pane == b.key_pane && a.query_pane == b.query_pane && a.on_queries == b.on_queries &&
           a.row == b.row && a.heads == b.heads && a.is_map() == b.is_map();
}

PaneLight light_on(const ImageStackPlan& plan, const ImageStackPlan* former, float part, int pane) {
    const auto of = [&](const ImageStackPlan& some) {
        return has_numbers(some, pane) ? some.numbers : std::shared_ptr<const Image>();
    };
    if (!former) return {of(plan), grey_of(plan, pane)};
    return {mixed_numbers(of(*former), of(plan), part),
            std::lerp(grey_of(*former, pane), grey_of(plan, pane), part)};
}

const ImageStackPlan* former_light(const ImageStackPlan& plan, const ViewMotion& motion) {
    const ImageStackPlan* former = motion.former_image.get();
    const bool has_same_colors = former && former->is_map() == plan.is_map() &&
                                 former->is_signed == plan.is_signed && former->kind == plan.kind;
    return has_same_colors && former->frame == plan.frame ? former : nullptr;
}

}  // namespace weft
