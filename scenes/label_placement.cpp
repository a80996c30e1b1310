#include "scenes/label_placement.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace weft {

namespace {

// Of the em: how far letters reach above and below the baseline.
constexpr float ascent_em = 0.74f, descent_em = 0.24f;
constexpr float border_px = 2.0f;
constexpr float landmark_pitch_em = 15.0f / 13.0f;  // from one landmark to the next

}  // namespace

uint64_t label_id(std::string_view kind, int a, int b, int c) {
    uint64_t id = 14695981039346656037ull;  // FNV-1a
    const auto mix = [&](uint64_t value) { id = (id ^ value) * 1099511628211ull; };
    for (const char letter : kind) mix(static_cast<unsigned char>(letter));
    for (const int number : {a, b, c})
        for (int byte = 0; byte < 4; ++byte) mix(static_cast<uint32_t>(number) >> (8 * byte) & 0xFFu);
    return id;
}

bool overlap(const ScreenBounds& a, const ScreenBounds& b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

ScreenBounds label_bounds(const Label& label, const MeasureText& measure) {
    float width = measure(label.text, label.size_px, label.bold);
    if (label.max_width_px > 0.0f) width = std::min(width, label.max_width_px);
    const float shift = label.align == LabelAlign::left    ? 0.0f
                        : label.align == LabelAlign::right ? -width
                                                           : -0.5f * width;
    const float pad = label.pill ? 0.35f * label.size_px : 0.0f;
    const float xs[2] = {shift - pad, shift + width + pad};
    const float ys[2] = {-ascent_em * label.size_px - 0.5f * pad, descent_em * label.size_px + 0.5f * pad};
    const float c = std::cos(label.angle_rad), s = std::sin(label.angle_rad);
    ScreenBounds box{1e9f, 1e9f, -1e9f, -1e9f};
    for (const float x : xs) {
        for (const float y : ys) {
            const glm::vec2 corner = label.position + glm::vec2(c * x + s * y, -s * x + c * y);
            box.left = std::min(box.left, corner.x);
            box.right = std::max(box.right, corner.x);
            box.top = std::min(box.top, corner.y);
            box.bottom = std::max(box.bottom, corner.y);
        }
    }
    return box;
}

LabelPlacement::LabelPlacement(const Viewport& viewport, const MeasureText& measure) : measure_(measure) {
    picture_ = {border_px, border_px, static_cast<float>(viewport.size.x) - viewport.panel_px - border_px,
                static_cast<float>(viewport.size.y) - border_px};
}

void LabelPlacement::reserve(const ScreenBounds& bounds) {
    taken_.push_back({bounds, 0.0f, bounds});
}

void LabelPlacement::reserve_all(const DrawList& list) {
    for (const ScreenRect& rect : list.rects) reserve({rect.min.x, rect.min.y, rect.max.x, rect.max.y});
    for (const Label& label : list.labels) reserve(label_bounds(label, measure_));
}

void LabelPlacement::add(Label label, float priority, const ScreenRect* tick, const Label* companion) {
    if (label.color.a <= 0.004f) return;
    Candidate candidate{
        std::move(label), priority, tick != nullptr, tick ? *tick : ScreenRect{}, {}, 0.0f, {}};
    candidate.tick.owner = candidate.label.id;
    if (companion) candidate.companion = *companion;
    candidates_.push_back(std::move(candidate));
}

void LabelPlacement::add_apart(Label label, float priority, float room_px) {
    const size_t before = candidates_.size();
    add(std::move(label), priority);
    if (candidates_.size() > before) candidates_.back().room_px = room_px;
}

void LabelPlacement::add_one_of(std::vector<Label> labels, float priority) {
    if (labels.empty() || labels.front().color.a <= 0.004f) return;
    Candidate candidate{std::move(labels.front()), priority, false, {}, {}, 0.0f, {}};
    candidate.otherwise.assign(std::make_move_iterator(labels.begin() + 1),
                               std::make_move_iterator(labels.end()));
    candidates_.push_back(std::move(candidate));
}

// Those that are not chosen are absent: each fades where it stood.
void LabelPlacement::choose_free(Candidate& candidate, DrawList& list) const {
    const auto absent = [&](const Label& label) {
        if (label.id != 0) list.absent_labels.push_back(label);
    };
    bool is_chosen = candidate.otherwise.empty() || is_free(place_of(candidate));
    for (Label& other : candidate.otherwise) {
        const bool fits = !is_chosen && is_free(place_of({other, 0.0f, false, {}, {}, 0.0f, {}}));
        if (fits) std::swap(candidate.label, other);
        is_chosen = is_chosen || fits;
        absent(other);
    }
}

LabelPlacement::Place LabelPlacement::place_of(const Candidate& candidate) const {
    Place place{label_bounds(candidate.label, measure_), candidate.label.angle_rad, {}};
    place.box.left -= candidate.room_px;
    place.box.right += candidate.room_px;
    if (candidate.has_tick) {
        const float more = landmark_pitch_em * candidate.label.size_px - (place.box.bottom - place.box.top);
        place.box.top -= 0.5f * std::max(more, 0.0f);
        place.box.bottom += 0.5f * std::max(more, 0.0f);
    }
    Label upright = candidate.label;
    const float c = std::cos(place.angle_rad), s = std::sin(place.angle_rad);
    upright.position = {c * upright.position.x - s * upright.position.y,
                        s * upright.position.x + c * upright.position.y};
    upright.angle_rad = 0.0f;
    place.turned = label_bounds(upright, measure_);
    return place;
}

bool LabelPlacement::is_free(const Place& place) const {
    const ScreenBounds& box = place.box;
    if (box.left < picture_.left || box.top < picture_.top || box.right > picture_.right ||
        box.bottom > picture_.bottom) {
        return false;
    }
    return std::none_of(taken_.begin(), taken_.end(), [&](const Place& other) {
        const bool parallel = place.angle_rad != 0.0f && place.angle_rad == other.angle_rad;
        return overlap(box, other.box) && (!parallel || overlap(place.turned, other.turned));
    });
}

void LabelPlacement::place(DrawList& list) {
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.priority > b.priority; });
    for (Candidate& candidate : candidates_) {
        choose_free(candidate, list);
        const Place place = place_of(candidate);
        if (!is_free(place)) {
            if (candidate.label.id == 0) continue;
            if (candidate.has_tick) list.absent_rects.push_back(candidate.tick);
            list.absent_labels.push_back(std::move(candidate.label));
            if (candidate.companion) list.absent_labels.push_back(std::move(*candidate.companion));
            continue;
        }
        taken_.push_back(place);
        if (candidate.has_tick) list.rects.push_back(candidate.tick);
        list.labels.push_back(std::move(candidate.label));
        if (!candidate.companion) continue;
        const Place beside = place_of({*candidate.companion, 0.0f, false, {}, {}, 0.0f, {}});
        const bool has_room = is_free(beside);
        if (has_room) taken_.push_back(beside);
        (has_room ? list.labels : list.absent_labels).push_back(std::move(*candidate.companion));
    }
    candidates_.clear();
}

}  // namespace weft
