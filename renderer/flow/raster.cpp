#include "renderer/flow/raster.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>

#include "renderer/flow/piece.h"

namespace weft {
namespace {

constexpr int band_rows = 32;        // with 1,280 columns: 800 KB
constexpr size_t lines_a_step = 64;  // of a thread, until it asks for more
constexpr size_t few_lines = 32;     // not worth a thread

FlowEffects effects_of(const FlowRasterBatch& batch) {
    const gpu::FlowParams& params = batch.params;
    FlowEffects effects;
    effects.pulses = batch.pulses;
    effects.pulse_phase = params.pulse_phase;
    effects.pulse_inverse_sigma = 1.0f / params.pulse_sigma;
    effects.pulse_gain = params.pulse_gain;
    effects.pulse_base = params.pulse_base;
    effects.pulse_white = params.pulse_white;
    effects.dash_count = params.negative_dashes;
    return effects;
}

size_t thread_count(size_t lines) {
    if (lines < few_lines) return 1;
    return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
}

}  // namespace

void FlowRaster::draw(const gpu::FrameParams& frame, std::span<const FlowRasterBatch> batches, glm::ivec2 low,
                      glm::ivec2 high, uint16_t* picture) {
    const glm::ivec2 size = glm::max(high - low, glm::ivec2(0));
    scene_px_ = frame.scene_px;

    lines_.clear();
    size_t points = 0;
    for (uint32_t batch = 0; batch < batches.size(); ++batch)
        for (uint32_t entry = 0; entry < batches[batch].indices.size(); ++entry) {
            const FlowRasterBatch& own = batches[batch];
            const size_t count =
                size_t(segments_of_line(frame, own.params, own.indices[entry], own.segments)) + 1;
            lines_.push_back({.batch = batch, .entry = entry, .first_point = points, .points = count});
            points += count;
        }
    points_.resize(points);

    const size_t threads = thread_count(lines_.size());
    if (bands_.size() < threads || bands_.front().columns_with_room() < size.x)
        bands_.assign(threads, FlowBand(size.x, band_rows));
    for (FlowBand& band : bands_) band.columns = size.x;

    std::atomic<size_t> next_line = 0;
    std::atomic<int> next_row = 0;
    std::barrier placed(std::ptrdiff_t(threads), [] {});
    const auto work = [&](FlowBand& band) {
        for (size_t first; (first = next_line.fetch_add(lines_a_step)) < lines_.size();)
            place(frame, batches, first, std::min(first + lines_a_step, lines_.size()));
        placed.arrive_and_wait();
        for (int row; (row = next_row.fetch_add(band_rows)) < size.y;) {
            band.first_column = low.x;
            band.first_row = low.y + row;
            band.rows = std::min(band_rows, size.y - row);
            fill(batches, band);
            flow_fill().take(band, picture + size_t(row) * size_t(size.x) * 4);
        }
    };
    std::vector<std::jthread> others;
    for (size_t i = 1; i < threads; ++i) others.emplace_back([&work, &band = bands_[i]] { work(band); });
    work(bands_.front());
}

void FlowRaster::place(const gpu::FrameParams& frame, std::span<const FlowRasterBatch> batches, size_t first,
                       size_t end) {
    for (size_t i = first; i < end; ++i) {
        Line& line = lines_[i];
        const FlowRasterBatch& batch = batches[line.batch];
        const std::span<FlowPoint> points(&points_[line.first_point], line.points);
        line.look = place_points(frame, batch.params, batch.colors, batch.indices[line.entry],
                                 batch.values[line.entry], points);
        line.low_y = 1e9f;
        line.high_y = -1e9f;
        for (size_t k = 0; k < points.size(); ++k) {
            FlowPoint& point = points[k];
            if (!point.is_in_front()) {  // where the line passes the near plane can be anywhere
                line.low_y = -1e9f;
                line.high_y = 1e9f;
                continue;
            }
            const float reach = (point.half_px + 1.0f) * std::max(1.0f, glm::length(point.side));
            line.low_y = std::min(line.low_y, point.px.y - reach);
            line.high_y = std::max(line.high_y, point.px.y + reach);
        }
    }
}

void FlowRaster::fill(std::span<const FlowRasterBatch> batches, FlowBand& band) {
    const auto low = float(band.first_row), high = float(band.first_row + band.rows);
    for (size_t i = 0; i < lines_.size(); ++i) {
        const Line& line = lines_[i];
        if (line.low_y >= high || line.high_y <= low) continue;
        FlowEffects effects = effects_of(batches[line.batch]);
        effects.dashes = batches[line.batch].dashes && line.look.is_negative;
        const FlowPoint* const points = &points_[line.first_point];
        for (size_t k = 0; k + 1 < line.points; ++k) {
            FlowPoint a = points[k], b = points[k + 1];
            if (!a.is_in_front() && !b.is_in_front()) continue;
            if (a.is_in_front() != b.is_in_front()) {
                FlowPoint& behind = a.is_in_front() ? b : a;
                behind = at_near_plane(a, b, scene_px_);
            }
            const float reach =
                (std::max(a.half_px, b.half_px) + 1.0f) * std::max(glm::length(a.side), glm::length(b.side));
            if (std::min(a.px.y, b.px.y) - reach >= high || std::max(a.px.y, b.px.y) + reach <= low) continue;
            if (const auto piece = piece_between(a, b, line.look)) flow_fill().add(*piece, effects, band);
        }
    }
}

}  // namespace weft
