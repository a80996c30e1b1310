#include "analysis/torch/patch_embedding.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <c10/core/InferenceMode.h>

#include <array>
#include <cmath>

#include "analysis/error.h"

namespace weft::torch_part {

namespace {

std::string size_text(int64_t width, int64_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

// Of a square of `count` places; 0 where that is no square.
int64_t side_of_square(int64_t count) {
    const int64_t side = std::llround(std::sqrt(static_cast<double>(count)));
    return side * side == count ? side : 0;
}

}  // namespace

PatchEmbedding::PatchEmbedding(std::shared_ptr<const ModelWeights> weights, size_t stack,
                               const std::string& device)
    : weights_(std::move(weights)),
      spec_(*weights_->stacks[stack].patch_spec),
      device_(device),
      hidden_(weights_->stacks[stack].spec.hidden) {
    const PatchWeights& from = weights_->stacks[stack].patches;
    projection_ = plain_linear(from.projection, device_);
    prefix_ = plain_tensor(from.cls, {1, hidden_}, device_);
    if (from.distillation)
        prefix_ = at::cat({prefix_, plain_tensor(from.distillation, {1, hidden_}, device_)}, 0);
    registers_ = plain_tensor(from.registers, {spec_.registers, hidden_}, device_);
    table_ = plain_tensor(from.positions, {from.position_rows, hidden_}, device_);
}

bool PatchEmbedding::takes_table_as_it_is(const PixelSize& size) const {
    if (spec_.keeps_own_size && size.height == spec_.image_height && size.width == spec_.image_width)
        return true;
    return size.height == size.width &&
           rows(size) * columns(size) == spec_.table_rows() * spec_.table_columns();
}

void PatchEmbedding::check(const PixelSize& size, const std::string& source) const {
    const std::string input = "\"" + source + "\" is " + size_text(size.width, size.height) + " pixels";
    if (size.channels != spec_.channels)
        throw Error("\"" + source + "\" has " + std::to_string(size.channels) +
                        " colour channels behind the preprocessor, but the model takes " +
                        std::to_string(spec_.channels),
                    "\"num_channels\" of config.json and \"image_mean\" of preprocessor_config.json must be "
                    "of the same model.");
    if (rows(size) < 1 || columns(size) < 1)
        throw Error(input + " behind the preprocessor, smaller than one patch of " +
                        size_text(spec_.patch_width, spec_.patch_height),
                    "Choose a larger image.");
    if (takes_table_as_it_is(size)) return;
    const std::string own = size_text(spec_.image_width, spec_.image_height);
    if (!spec_.interpolates)
        throw Error(input + " behind the preprocessor, but the model's positions are for " + own +
                        ", and with patches that are not square they are not interpolated",
                    "The preprocessor must make images of " + own + ".");
    if (side_of_square(spec_.table_rows() * spec_.table_columns()) == 0)
        throw Error(input + " behind the preprocessor, but the model's positions are for " + own + ": " +
                        std::to_string(spec_.table_rows() * spec_.table_columns()) +
                        " patches are no square that could be interpolated",
                    "The preprocessor must make images of " + own + ".");
}

at::Tensor PatchEmbedding::positions(const PixelSize& size) const {
    if (takes_table_as_it_is(size)) return table_;
    const int64_t placed = spec_.placed_prefix();
    // transformers takes the table for a square, whatever sides the model's own image has.
    const int64_t side = side_of_square(spec_.table_rows() * spec_.table_columns());
    WEFT_ASSERT(side > 0 && spec_.interpolates, "check() lets no such image through");
    const at::Tensor square = table_.slice(0, placed).reshape({1, side, side, hidden_}).permute({0, 3, 1, 2});
    const std::array<int64_t, 2> target = {rows(size), columns(size)};
    const at::Tensor grid =
        spec_.is_antialiased
            ? at::_upsample_bicubic2d_aa(square, at::IntArrayRef(target), false, std::nullopt, std::nullopt)
            : at::upsample_bicubic2d(square, at::IntArrayRef(target), false, std::nullopt, std::nullopt);
    return at::cat({table_.slice(0, 0, placed), grid.permute({0, 2, 3, 1}).reshape({-1, hidden_})}, 0);
}

const at::Tensor& PatchEmbedding::added(const PixelSize& size) const {
    if (last_added_.defined() && size.height == last_size_.height && size.width == last_size_.width)
        return last_added_;
    const c10::InferenceMode off(false);  // it stays for passes that gradients flow through
    const at::NoGradGuard no_gradient;
    const int64_t placed = spec_.placed_prefix();
    const at::Tensor of = positions(size);
    std::vector<at::Tensor> parts = {prefix_ + of.slice(0, 0, placed)};
    if (registers_.defined()) parts.push_back(registers_);
    parts.push_back(of.slice(0, placed));
    last_added_ = at::cat(parts, 0).contiguous();
    last_size_ = size;
    return last_added_;
}

at::Tensor PatchEmbedding::embed(const at::Tensor& pixels) const {
    const PixelSize size{pixels.size(0), pixels.size(1), pixels.size(2)};
    const int64_t down = rows(size), across = columns(size);
    const int64_t height = spec_.patch_height, width = spec_.patch_width;
    const at::Tensor patches = pixels.slice(1, 0, down * height)
                                   .slice(2, 0, across * width)
                                   .reshape({size.channels, down, height, across, width})
                                   .permute({1, 3, 0, 2, 4})
                                   .reshape({down * across, size.channels * height * width});
    const at::Tensor& other = added(size);
    const int64_t prefix = spec_.prefix();
    return at::cat({other.slice(0, 0, prefix), projection_(patches) + other.slice(0, prefix)}, 0);
}

void PatchEmbedding::enter(StackForward& forward, const float* pixels, const PixelSize& size) const {
    const c10::InferenceMode inference;
    if (device_.is_cpu() &&
        forward.enter_image({pixels, size.channels, size.height, size.width, spec_.patch_height,
                             spec_.patch_width, added(size).const_data_ptr<float>(), spec_.prefix()}))
        return;
    const at::Tensor image =
        at::from_blob(const_cast<float*>(pixels), {size.channels, size.height, size.width}, at::kFloat)
            .to(device_);
    const at::Tensor states = embed(image).cpu().contiguous();
    forward.enter(states.const_data_ptr<float>(), states.size(0));
}

}  // namespace weft::torch_part
