#include "scenes/label_fades.h"

#include <algorithm>

namespace weft {
namespace {

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

}  // namespace

void LabelFades::apply(DrawList& list, double dt_s) {
    if (cuts_) known_.clear();
    const double step = cuts_ ? 1.0 : dt_s / label_fade_s;
    cuts_ = false;
    for (auto& [id, known] : known_) known.stands = false;

    for (const Label& label : list.absent_labels)
        if (const auto found = known_.find(label.id); found != known_.end()) found->second.label = label;
    for (const ScreenRect& rect : list.absent_rects)
        if (const auto found = known_.find(rect.owner); found != known_.end()) found->second.tick = rect;
    for (Label& label : list.labels) {
        if (label.id == 0) continue;
        Known& known = known_[label.id];
        known.label = label;
        known.tick.reset();
        known.stands = true;
        known.opacity = std::min(known.opacity + step, 1.0);
        label = faded(label, known.opacity);
    }
    for (ScreenRect& rect : list.rects) {
        const auto found = rect.owner == 0 ? known_.end() : known_.find(rect.owner);
        if (found == known_.end()) continue;
        found->second.tick = rect;
        rect = faded(rect, found->second.opacity);
    }

    std::vector<Label> going;
    for (auto it = known_.begin(); it != known_.end();) {
        Known& known = it->second;
        if (!known.stands) known.opacity -= step;
        if (known.opacity <= 0.0) {
            it = known_.erase(it);
            continue;
        }
        if (!known.stands) {
            going.push_back(faded(known.label, known.opacity));
            if (known.tick) list.rects.push_back(faded(*known.tick, known.opacity));
        }
        ++it;
    }
    // Below the others: who comes is read over who goes.
    list.labels.insert(list.labels.begin(), going.begin(), going.end());
    list.absent_labels.clear();
    list.absent_rects.clear();
    fades_ = std::any_of(known_.begin(), known_.end(), [](const auto& entry) {
        return !entry.second.stands || entry.second.opacity < 1.0;
    });
}

}  // namespace weft
