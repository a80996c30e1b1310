#include "renderer/text/label_batch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

namespace weft {
namespace {

constexpr uint32_t not_composed = 0xFFFFFFFFu;
constexpr int tile_px = 512;
constexpr size_t most_entries = 32768;
constexpr float most_halo_px = 64.0f;

struct Grid {
    int columns = 0, rows = 0;
};

Grid grid_of(const PixelRect& box) {
    return {(box.width + tile_px - 1) / tile_px, (box.height + tile_px - 1) / tile_px};
}

bool touches(const PixelRect& rect, const glm::ivec4& visible) {
    return rect.x < visible.x + visible.z && visible.x < rect.x + rect.width &&
           rect.y < visible.y + visible.w && visible.y < rect.y + rect.height;
}

glm::vec4 as_vec4(const PixelRect& rect) {
    return {static_cast<float>(rect.x), static_cast<float>(rect.y), static_cast<float>(rect.width),
            static_cast<float>(rect.height)};
}

bool touch(const glm::vec4& a, const glm::vec4& b) {
    return a.x < b.x + b.z && b.x < a.x + a.z && a.y < b.y + b.w && b.y < a.y + a.w;
}

PixelRect moved(const PixelRect& rect, glm::ivec2 by) {
    return {rect.x + by.x, rect.y + by.y, rect.width, rect.height};
}

// The left end of the baseline, on whole pixels: letters stand where hinting put them.
glm::ivec2 origin_px(const Label& label, float width_px, float angle_rad) {
    const float before = label.align == LabelAlign::left     ? 0.0f
                         : label.align == LabelAlign::center ? 0.5f * width_px
                                                             : width_px;
    const glm::vec2 origin = label.position - before * glm::vec2(std::cos(angle_rad), -std::sin(angle_rad));
    // Halves upwards also below 0: in each tile of a picture a word lies on the same pixels.
    return glm::ivec2(glm::floor(glm::clamp(origin, -1e6f, 1e6f) + 0.5f));
}

gpu::LabelQuad pill_quad(const Label& label, glm::ivec2 origin, float width_px, float size_px,
                         float angle_rad) {
    const float pad = 0.45f * size_px, above = 0.98f * size_px, below = 0.30f * size_px;
    const glm::vec2 along(std::cos(angle_rad), -std::sin(angle_rad)),
        up(-std::sin(angle_rad), -std::cos(angle_rad));
    const glm::vec2 centre = glm::vec2(origin) + 0.5f * width_px * along + 0.5f * (above - below) * up;
    gpu::LabelQuad quad{};
    quad.rect = glm::vec4(centre, 0.5f * width_px + pad, 0.5f * (above + below));
    if (angle_rad == 0.0f) {  // sharp edges: on whole pixels
        const glm::vec2 least = glm::round(centre - glm::vec2(quad.rect.z, quad.rect.w));
        const glm::vec2 most = glm::round(centre + glm::vec2(quad.rect.z, quad.rect.w));
        quad.rect = glm::vec4(0.5f * (least + most), 0.5f * (most - least));
    }
    quad.color = *label.pill;
    quad.kind = gpu::label_pill;
    quad.angle = angle_rad;
    quad.corner = 0.35f * size_px;
    return quad;
}

template <class T>
void mix(uint64_t& hash, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
    hash = (hash ^ std::hash<std::string_view>()(std::string_view(bytes.data(), bytes.size()))) *
           0x9E3779B97F4A7C15ull;
    hash ^= hash >> 32;
}

}  // namespace

uint64_t hash_labels(std::span<const Label> labels) {
    uint64_t hash = labels.size();
    for (const Label& label : labels) {
        mix(hash, std::hash<std::string>()(label.text));
        const std::array<float, 15> numbers = {
            label.position.x,   label.position.y, label.size_px,
            label.color.x,      label.color.y,    label.color.z,
            label.color.w,      label.halo.x,     label.halo.y,
            label.halo.z,       label.halo.w,     label.halo_px,
            label.max_width_px, label.angle_rad,  label.bold ? 1.0f : 0.0f};
        mix(hash, numbers);
        mix(hash, label.align);
        const glm::vec4 pill = label.pill.value_or(glm::vec4(-1.0f));
        mix(hash, std::array<float, 4>{pill.x, pill.y, pill.z, pill.w});
    }
    return hash;
}

void LabelBatch::use_memory(std::span<uint32_t> texels) {
    texels_ = texels;
    used_ = 0;
    entries_.clear();
    pictures_.clear();
}

uint32_t* LabelBatch::allocate(size_t words) {
    if (words > texels_.size() - used_) return nullptr;
    uint32_t* memory = texels_.data() + used_;
    used_ += words;
    return memory;
}

bool LabelBatch::append(std::span<const Label> labels, const glm::ivec4& visible,
                        std::vector<gpu::LabelQuad>& quads) {
    if (entries_.size() > most_entries) return false;
    halos_.clear();
    const size_t first = quads.size();
    const bool fits = std::all_of(labels.begin(), labels.end(),
                                  [&](const Label& label) { return append_label(label, visible, quads); });
    // A halo that reaches no other letters needs no quad of its own.
    const std::span<gpu::LabelQuad> added(quads.begin() + static_cast<std::ptrdiff_t>(first), quads.end());
    std::erase_if(halos_, [&](const gpu::LabelQuad& halo) {
        const auto own = std::find_if(added.begin(), added.end(), [&](const gpu::LabelQuad& quad) {
            return quad.kind == gpu::label_text && quad.offset == halo.offset && quad.rect == halo.rect &&
                   quad.halo.a == 0.0f;
        });
        const bool alone = std::none_of(added.begin(), added.end(), [&](const gpu::LabelQuad& quad) {
            return &quad != &*own && quad.kind != gpu::label_pill && touch(quad.rect, halo.rect);
        });
        if (alone) own->halo = halo.halo;
        return alone;
    });
    quads.insert(quads.begin() + static_cast<std::ptrdiff_t>(first), halos_.begin(), halos_.end());
    return fits;
}

const std::string& LabelBatch::key_of(const Label& label, const LabelStyle& style, float max_width_em) {
    const std::array<float, 4> numbers = {style.size_px, style.angle_rad, style.halo_px, max_width_em};
    key_.assign(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
    key_ += label.bold ? 'b' : 'r';
    key_ += label.text;
    return key_;
}

LabelBatch::Entry& LabelBatch::entry_of(const Label& label, const LabelStyle& style, const ShapedLine& line,
                                        float max_width_em) {
    const std::string& key = key_of(label, style, max_width_em);
    if (const auto found = entries_.find(key); found != entries_.end()) return found->second;
    Entry entry{layout_label(glyphs_, line, style), {}};
    const Grid grid = grid_of(entry.layout.box);
    entry.tiles.assign(static_cast<size_t>(grid.columns) * grid.rows, not_composed);
    return entries_.emplace(key, std::move(entry)).first->second;
}

bool LabelBatch::append_label(const Label& label, const glm::ivec4& visible,
                              std::vector<gpu::LabelQuad>& quads) {
    if (label.text.empty() || (label.color.a <= 0.0f && label.halo.a <= 0.0f && !label.pill)) return true;
    if (!std::isfinite(label.position.x) || !std::isfinite(label.position.y)) return true;
    const float size_px = drawn_size_px(label.size_px);
    const float angle_rad = drawn_angle_rad(label.angle_rad);
    const bool has_halo = !label.pill && label.halo.a > 0.0f && label.halo_px > 0.0f;
    const float halo_px = has_halo ? std::min(std::round(label.halo_px * 4.0f) / 4.0f, most_halo_px) : 0.0f;
    const float max_width_em = label.max_width_px > 0.0f ? label.max_width_px / size_px : 0.0f;
    const auto line = shaper_.line(label.text, label.bold, max_width_em);
    const float width_px = line->width_em * size_px;
    const glm::ivec2 origin = origin_px(label, width_px, angle_rad);
    if (label.pill) quads.push_back(pill_quad(label, origin, width_px, size_px, angle_rad));
    Entry& entry = entry_of(label, {size_px, angle_rad, halo_px}, *line, max_width_em);
    return append_text(entry, label, halo_px, origin, visible, quads) &&
           append_pictures(entry, label, origin, visible, quads);
}

bool LabelBatch::append_text(Entry& entry, const Label& label, float halo_px, glm::ivec2 origin,
                             const glm::ivec4& visible, std::vector<gpu::LabelQuad>& quads) {
    const PixelRect& box = entry.layout.box;
    if (!touches(moved(box, origin), visible)) return true;
    const Grid grid = grid_of(box);
    for (int row = 0; row < grid.rows; ++row) {
        for (int column = 0; column < grid.columns; ++column) {
            const PixelRect tile{box.x + column * tile_px, box.y + row * tile_px,
                                 std::min(tile_px, box.width - column * tile_px),
                                 std::min(tile_px, box.height - row * tile_px)};
            if (!touches(moved(tile, origin), visible)) continue;
            uint32_t& offset = entry.tiles[static_cast<size_t>(row) * grid.columns + column];
            if (offset == not_composed) {
                const size_t count = static_cast<size_t>(tile.width) * tile.height;
                uint32_t* memory = allocate((count + 1) / 2);
                if (!memory) return false;
                compose_label(glyphs_, entry.layout, halo_px, tile, scratch_);
                std::memcpy(memory, scratch_.data(), count * sizeof(uint16_t));
                offset = static_cast<uint32_t>(memory - texels_.data()) * 2;
                ++composed_;
            }
            gpu::LabelQuad quad{};
            quad.rect = as_vec4(moved(tile, origin));
            quad.kind = gpu::label_text;
            quad.offset = offset;
            if (halo_px > 0.0f) {
                quad.halo = label.halo;
                halos_.push_back(quad);
                quad.halo = glm::vec4(0.0f);
            }
            quad.color = label.color;
            quads.push_back(quad);
        }
    }
    return true;
}

bool LabelBatch::append_pictures(const Entry& entry, const Label& label, glm::ivec2 origin,
                                 const glm::ivec4& visible, std::vector<gpu::LabelQuad>& quads) {
    for (const PlacedGlyph& glyph : entry.layout.glyphs) {
        if (!glyph.color || !touches(moved(glyph.box, origin), visible)) continue;
        auto found = pictures_.find(glyph.key);
        if (found == pictures_.end()) {
            const GlyphBitmap& bitmap = glyphs_.bitmap(glyph.key);
            uint32_t* memory = allocate(bitmap.rgba.size() / 4);
            if (!memory) return false;
            std::memcpy(memory, bitmap.rgba.data(), bitmap.rgba.size());
            found = pictures_.emplace(glyph.key, static_cast<uint32_t>(memory - texels_.data())).first;
            ++composed_;
        }
        gpu::LabelQuad quad{};
        quad.rect = as_vec4(moved(glyph.box, origin));
        quad.color = label.color;
        quad.kind = gpu::label_picture;
        quad.offset = found->second;
        quads.push_back(quad);
    }
    return true;
}

}  // namespace weft
