// An image in several sizes, so that a plane or thumbnail of any size shows it without flicker: each pixel of
// a smaller copy is the mean, in linear light, of those it stands for. Pure; any thread.
#pragma once

#include <memory>
#include <vector>

#include "analysis/attention_frame.h"
#include "renderer/draw_list.h"

namespace weft {

struct ImageLevels {
    std::vector<std::shared_ptr<const Image>>
        images;            // largest first, each at most half as large; never empty
    bool is_real = false;  // false: there is no image, one grey pixel stands for it
    // The smallest that has at least `pixels` on its longer side, or the largest.
    const std::shared_ptr<const Image>& at_least(float pixels) const;
    // Blown up, its own pixels stay to be seen.
    bool is_small(float pixels) const;
};

// Of the grid's original. The largest copy has at most 2,048 pixels on its longer side. Whoever shows it
// keeps it, so that the renderer can tell by identity.
std::shared_ptr<const ImageLevels> image_levels(const PatchGrid& grid);

}  // namespace weft
