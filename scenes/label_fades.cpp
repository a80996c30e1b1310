#include "scenes/label_fades.h"

#include <algorithm>

#include "scenes/label_placement.h"

namespace weft {
namespace {

constexpr float box_from_em = 1.5f;  // rects at least so high are boxes, lower ones bars and ticks

Label faded(Label label, double opacity) {
    const auto amount = static_cast<float>(opacity);
    label.color.a *= amount;
    label.halo.a *= amount;
    if (label.pill) label.pill->a *= amount;
    return label;
}

ScreenRect faded(ScreenRect rect, double opacity) {
    rect.fill.a *= static_cast<float>(opacity);
    rect.border.a *= static_cast<float>(opacity);
    return rect;
}

bool lies_on_box(const DrawList& list, const Label& label, const ScreenBounds& bounds) {
    return std::any_of(list.rects.begin(), list.rects.end(), [&](const ScreenRect& rect) {
        return rect.max.y - rect.min.y >= box_from_em * label.size_px &&
               overlap(bounds, {rect.min.x, rect.min.y, rect.max.x, rect.max.y});
    });
}

}  // namespace

void LabelFades::recognise(const DrawList& list) {
    for (auto& [id, known] : known_) known.stands = false;
    for (const Label& label : list.absent_labels)
        if (const auto found = known_.find(label.id); found != known_.end()) found->second.label = label;
    for (const ScreenRect& rect : list.absent_rects)
        if (const auto found = known_.find(rect.owner); found != known_.end()) found->second.tick = rect;
    for (const Label& label : list.labels) {
        if (label.id == 0) continue;
        Known& known = known_[label.id];
        known.label = label;
        known.tick.reset();
        known.stands = true;
    }
    for (const ScreenRect& rect : list.rects)
        if (const auto found = rect.owner == 0 ? known_.end() : known_.find(rect.owner);
            found != known_.end())
            found->second.tick = rect;
}

void LabelFades::go(const DrawList& list, double step, const MeasureText& measure) {
    for (auto it = known_.begin(); it != known_.end();) {
        Known& known = it->second;
        if (!known.stands) {
            const ScreenBounds bounds = label_bounds(known.label, measure);
            const bool is_in_the_way = std::any_of(
                list.labels.begin(), list.labels.end(),
                [&](const Label& label) { return overlap(bounds, label_bounds(label, measure)); });
            known.waited = false;
            known.opacity -= is_in_the_way ? 2.0 * step : step;
            if (lies_on_box(list, known.label, bounds)) known.opacity = 0.0;
        }
        it = known.opacity <= 1e-6 && !known.stands ? known_.erase(it) : std::next(it);
    }
}

void LabelFades::come(double step, const MeasureText& measure) {
    std::vector<ScreenBounds> going;
    for (const auto& [id, known] : known_)
        if (!known.stands) going.push_back(label_bounds(known.label, measure));
    for (auto& [id, known] : known_) {
        if (!known.stands || known.opacity >= 1.0) continue;
        const ScreenBounds bounds = label_bounds(known.label, measure);
        const bool waits =
            known.opacity <= 0.0 && std::any_of(going.begin(), going.end(),
                                                [&](const auto& other) { return overlap(bounds, other); });
        known.waited = known.waited || waits;
        if (!waits) known.opacity = std::min(known.opacity + (known.waited ? 2.0 : 1.0) * step, 1.0);
    }
}

void LabelFades::apply(DrawList& list, double dt_s, const MeasureText& measure) {
    if (cuts_) known_.clear();
    const double step = cuts_ ? 1.0 : dt_s / label_fade_s;
    cuts_ = false;
    recognise(list);
    go(list, step, measure);
    come(step, measure);

    for (Label& label : list.labels)
        if (label.id != 0) label = faded(label, known_.at(label.id).opacity);
    for (ScreenRect& rect : list.rects)
        if (const auto found = rect.owner == 0 ? known_.end() : known_.find(rect.owner);
            found != known_.end())
            rect = faded(rect, found->second.opacity);
    fades_ = false;
    for (const auto& [id, known] : known_) {
        fades_ = fades_ || !known.stands || known.opacity < 1.0;
        if (known.stands) continue;
        list.labels.push_back(faded(known.label, known.opacity));
        if (known.tick) list.rects.push_back(faded(*known.tick, known.opacity));
    }
    list.absent_labels.clear();
    list.absent_rects.clear();
}

}  // namespace weft
