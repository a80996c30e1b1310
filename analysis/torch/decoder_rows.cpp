#include "analysis/torch/decoder_rows.h"

#include <algorithm>
#include <cmath>

#include "analysis/error.h"
#include "analysis/method/frame_steps.h"
#include "analysis/torch/finite.h"

namespace weft::torch_part {

namespace {

// Numbers before row `row` of rows [heads, row + 1].
size_t before_row(int64_t row, int64_t heads) {
    return static_cast<size_t>(heads * row * (row + 1) / 2);
}

void append(std::vector<float>& to, const float* from, int64_t count) {
    to.insert(to.end(), from, from + count);
}

float* room_behind(std::vector<float>& values, int64_t count) {
    values.resize(values.size() + static_cast<size_t>(count));
    return values.data() + values.size() - count;
}

}  // namespace

DecoderRows::DecoderRows(const DecoderSizes& sizes, int64_t source, bool has_hidden, bool has_outputs)
    : sizes_(sizes),
      source_(source),
      has_hidden_(has_hidden),
      has_outputs_(has_outputs),
      self_(static_cast<size_t>(sizes.layers)),
      cross_(static_cast<size_t>(sizes.layers)),
      hidden_(has_hidden ? static_cast<size_t>(sizes.layers + 1) : 0) {}

int64_t DecoderRows::shared_with(std::span<const int32_t> ids) const {
    return std::ranges::mismatch(ids, ids_).in1 - ids.begin();
}

void DecoderRows::cut(int64_t count) {
    const size_t rows = static_cast<size_t>(count);
    ids_.resize(std::min(ids_.size(), rows));
    errors_.resize(std::min(errors_.size(), rows));
    const auto cut_to = [](std::vector<float>& values, size_t size) {
        values.resize(std::min(values.size(), size));
    };
    for (std::vector<float>& layer : self_) cut_to(layer, before_row(count, sizes_.heads));
    for (std::vector<float>& layer : cross_)
        cut_to(layer, static_cast<size_t>(count * sizes_.heads * source_));
    for (std::vector<float>& layer : hidden_) cut_to(layer, static_cast<size_t>(count * sizes_.hidden));
    cut_to(outputs_, static_cast<size_t>(count * sizes_.hidden));
}

bool DecoderRows::extend(StackForward& decoder, std::span<const int32_t> ids,
                         const std::function<bool()>& stop) {
    const int64_t kept = shared_with(ids), count = static_cast<int64_t>(ids.size()), rows = count - kept;
    cut(kept);
    if (rows == 0) return true;
    const int64_t heads = sizes_.heads, state = rows * sizes_.hidden;
    decoder.embed(ids, {}, kept);
    if (has_hidden_) decoder.copy_hidden(room_behind(hidden_[0], state));
    self_scratch_.resize(static_cast<size_t>(heads * count * count));
    cross_scratch_.resize(static_cast<size_t>(heads * count * source_));
    RowErrors worst;
    for (int64_t layer = 0; layer < sizes_.layers; ++layer) {
        const size_t l = static_cast<size_t>(layer);
        // What the last layer makes of its attention is nobody's attention any more.
        const bool advance = has_outputs_ || has_hidden_ || layer + 1 < sizes_.layers;
        const RowErrors errors =
            decoder.run_layer(layer, {self_scratch_.data(), cross_scratch_.data()}, advance);
        if (!std::isfinite(errors.self))
            throw_not_finite("\"attention.decoder\" of layer " + std::to_string(layer));
        if (!std::isfinite(errors.cross))
            throw_not_finite("\"attention.cross\" of layer " + std::to_string(layer));
        worst = {std::max(worst.self, errors.self), std::max(worst.cross, errors.cross)};
        for (int64_t i = kept; i < count; ++i)
            for (int64_t h = 0; h < heads; ++h) {
                append(self_[l], self_scratch_.data() + (h * count + i) * count, i + 1);
                append(cross_[l], cross_scratch_.data() + (h * count + i) * source_, source_);
            }
        if (has_hidden_) decoder.copy_hidden(room_behind(hidden_[l + 1], state));
        if (stop()) {
            cut(kept);
            return false;
        }
    }
    if (has_outputs_) decoder.copy_output(room_behind(outputs_, state));
    ids_.assign(ids.begin(), ids.end());
    errors_.resize(ids_.size(), worst);
    return true;
}

void DecoderRows::copy_self(int64_t layer, float* attention) const {
    const float* from = self_[static_cast<size_t>(layer)].data();
    const int64_t rows = count();
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t h = 0; h < sizes_.heads; ++h, from += i + 1) {
            float* to = attention + (h * rows + i) * rows;
            std::copy_n(from, i + 1, to);
            std::fill(to + i + 1, to + rows, 0.0f);
        }
}

void DecoderRows::copy_cross(int64_t layer, float* attention) const {
    const float* from = cross_[static_cast<size_t>(layer)].data();
    const int64_t rows = count();
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t h = 0; h < sizes_.heads; ++h, from += source_)
            std::copy_n(from, source_, attention + (h * rows + i) * source_);
}

void DecoderRows::copy_hidden(float* states) const {
    for (const std::vector<float>& layer : hidden_) states = std::ranges::copy(layer, states).out;
}

RowErrors DecoderRows::largest_errors() const {
    RowErrors largest;
    for (const RowErrors& row : errors_)
        largest = {std::max(largest.self, row.self), std::max(largest.cross, row.cross)};
    return largest;
}

}  // namespace weft::torch_part
