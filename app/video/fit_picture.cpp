extern "C" {
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <memory>

#include "analysis/error.h"
#include "app/video/part.h"

namespace weft {

namespace {

struct FreeScaler {
    void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

}  // namespace

void video_part::fit_picture(const CapturedImage& image, glm::ivec2 size, std::vector<uint8_t>& pixels) {
    pixels.assign(static_cast<size_t>(size.x) * size.y * 4, 0);
    for (size_t alpha = 3; alpha < pixels.size(); alpha += 4) pixels[alpha] = 255;
    if (image.width == 0 || image.height == 0) return;
    const double scale = std::min(double(size.x) / image.width, double(size.y) / image.height);
    const glm::ivec2 inner{std::max(1, int(image.width * scale + 0.5)),
                           std::max(1, int(image.height * scale + 0.5))};
    const glm::ivec2 offset = (size - inner) / 2;
    const std::unique_ptr<SwsContext, FreeScaler> scaler(
        sws_getContext(int(image.width), int(image.height), AV_PIX_FMT_RGBA, inner.x, inner.y,
                       AV_PIX_FMT_RGBA, SWS_BILINEAR, nullptr, nullptr, nullptr));
    WEFT_ASSERT(scaler, std::to_string(inner.x) + "x" + std::to_string(inner.y));
    const uint8_t* source[] = {image.rgba.data()};
    const int source_stride[] = {int(image.width) * 4};
    uint8_t* target[] = {pixels.data() + (static_cast<size_t>(offset.y) * size.x + offset.x) * 4};
    const int target_stride[] = {size.x * 4};
    sws_scale(scaler.get(), source, source_stride, 0, int(image.height), target, target_stride);
}

}  // namespace weft
