// Labels become quads and texels: the part of the label pass that needs no device. Owned by the label pass;
// main thread only.
//
// A label's pictures are composed once and kept in `texels`, memory that the device can read; they are found
// again by what they look like (text, size, weight, halo radius, angle), so position and colour may change
// every frame. Memory is only ever appended to. When it is full the owner hands over a new piece and
// everything visible is composed again; pieces that the device may still read are never written.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "renderer/draw_list.h"
#include "renderer/text/label_image.h"
#include "shaders/shared/labels.h"

namespace weft {

class LabelBatch {
  public:
    // All pictures are forgotten; `texels` is empty and must be written sequentially at most (it may be
    // uncached).
    void use_memory(std::span<uint32_t> texels);

    // Appends the quads of all labels that touch `visible` (x, y, width, height in px), in order; but a halo that
    // reaches a neighbour's letters comes before all of them. False: the
    // memory is full; `quads` then has the labels before the one that did not fit. Whoever calls hands over
    // larger memory and asks again.
    bool append(std::span<const Label> labels, const glm::ivec4& visible, std::vector<gpu::LabelQuad>& quads);

    TextShaper& shaper() { return shaper_; }
    size_t used_bytes() const { return used_ * sizeof(uint32_t); }
    uint64_t pictures_composed() const { return composed_; }

  private:
    struct Entry {
        LabelLayout layout;
        std::vector<uint32_t> tiles;  // offset of each, in 16-bit steps; not_composed before it is seen
    };

    const std::string& key_of(const Label& label, const LabelStyle& style, float max_width_em);
    Entry& entry_of(const Label& label, const LabelStyle& style, const ShapedLine& line, float max_width_em);
    bool append_label(const Label& label, const glm::ivec4& visible, std::vector<gpu::LabelQuad>& quads);
    bool append_text(Entry& entry, const Label& label, float halo_px, glm::ivec2 origin,
                     const glm::ivec4& visible, std::vector<gpu::LabelQuad>& quads);
    bool append_pictures(const Entry& entry, const Label& label, glm::ivec2 origin, const glm::ivec4& visible,
                         std::vector<gpu::LabelQuad>& quads);
    uint32_t* allocate(size_t words);

    TextShaper shaper_;
    GlyphCache glyphs_{shaper_.fonts()};
    std::span<uint32_t> texels_;
    size_t used_ = 0;  // words
    uint64_t composed_ = 0;
    std::unordered_map<std::string, Entry> entries_;
    std::unordered_map<GlyphKey, uint32_t, GlyphKeyHash> pictures_;  // offset, in 32-bit steps
    std::string key_;
    std::vector<gpu::LabelQuad> halos_;
    std::vector<uint16_t> scratch_;
};

// Anything that would change the picture: equal hashes, equal quads (but for the odds of 64 bits).
uint64_t hash_labels(std::span<const Label> labels);

}  // namespace weft
