#include "renderer/text/glyph_bitmap.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_SYNTHESIS_H

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "renderer/text/hex_box.h"

namespace weft {
namespace {

constexpr float degrees_per_step = 0.25f;

float radians(int16_t angle_q) {
    return static_cast<float>(angle_q) * degrees_per_step * 3.14159265f / 180.0f;
}

FT_Fixed fixed(float value) {
    return static_cast<FT_Fixed>(std::lround(value * 65536.0f));
}

FT_Matrix rotation(float angle) {
    return {fixed(std::cos(angle)), fixed(-std::sin(angle)), fixed(std::sin(angle)), fixed(std::cos(angle))};
}

// The outline is in 26.6 pixels, its origin at the glyph's.
GlyphBitmap rasterise_outline(FT_Library library, FT_Outline& outline, const GlyphKey& key) {
    if (key.angle_q != 0) {
        const FT_Matrix matrix = rotation(radians(key.angle_q));
        FT_Outline_Transform(&outline, &matrix);
    }
    FT_Outline_Translate(&outline, key.phase_x * 16, key.phase_y * 16);
    FT_BBox box;
    FT_Outline_Get_CBox(&outline, &box);
    const auto floor_px = [](FT_Pos p) { return static_cast<int>(p >> 6); };
    const auto ceil_px = [](FT_Pos p) { return static_cast<int>((p + 63) >> 6); };
    GlyphBitmap out;
    out.left = floor_px(box.xMin);
    out.top = ceil_px(box.yMax);
    out.width = std::clamp(ceil_px(box.xMax) - out.left, 0, 4096);
    out.height = std::clamp(out.top - floor_px(box.yMin), 0, 4096);
    if (out.width == 0 || out.height == 0) return {};
    out.coverage.assign(static_cast<size_t>(out.width) * out.height, 0);
    FT_Bitmap bitmap{};
    bitmap.rows = static_cast<unsigned>(out.height);
    bitmap.width = static_cast<unsigned>(out.width);
    bitmap.pitch = out.width;
    bitmap.buffer = out.coverage.data();
    bitmap.num_grays = 256;
    bitmap.pixel_mode = FT_PIXEL_MODE_GRAY;
    FT_Outline_Translate(&outline, -64 * out.left, -64 * (out.top - out.height));
    if (FT_Outline_Get_Bitmap(library, &outline, &bitmap)) return {};
    return out;
}

GlyphBitmap rasterise_hex_box(FT_Library library, const GlyphKey& key) {
    HexBoxOutline box = hex_box_outline(key.glyph, static_cast<float>(key.size_q) / 4.0f);
    std::vector<FT_Vector> points(box.points.size());
    std::transform(box.points.begin(), box.points.end(), points.begin(), [](const glm::vec2& p) {
        return FT_Vector{std::lround(p.x * 64.0f), std::lround(p.y * 64.0f)};
    });
    std::vector<char> tags(points.size(), FT_CURVE_TAG_ON);
    std::vector<short> ends;
    for (size_t k = 4; k <= points.size(); k += 4) ends.push_back(static_cast<short>(k - 1));
    FT_Outline outline{};
    outline.n_contours = static_cast<short>(ends.size());
    outline.n_points = static_cast<short>(points.size());
    outline.points = points.data();
    outline.tags = tags.data();
    outline.contours = ends.data();
    return rasterise_outline(library, outline, key);
}

// Turns a colour picture around its glyph's origin, bilinearly.
GlyphBitmap rotated(const GlyphBitmap& in, float angle) {
    const float c = std::cos(angle), s = std::sin(angle);
    float x_min = 1e9f, x_max = -1e9f, y_min = 1e9f, y_max = -1e9f;
    for (const int corner : {0, 1, 2, 3}) {
        const float x = static_cast<float>(in.left + (corner & 1 ? in.width : 0));
        const float y = static_cast<float>(in.top - (corner & 2 ? in.height : 0));
        x_min = std::min(x_min, c * x - s * y);
        x_max = std::max(x_max, c * x - s * y);
        y_min = std::min(y_min, s * x + c * y);
        y_max = std::max(y_max, s * x + c * y);
    }
    GlyphBitmap out;
    out.left = static_cast<int>(std::floor(x_min));
    out.top = static_cast<int>(std::ceil(y_max));
    out.width = static_cast<int>(std::ceil(x_max)) - out.left;
    out.height = out.top - static_cast<int>(std::floor(y_min));
    out.rgba.assign(static_cast<size_t>(out.width) * out.height * 4, 0);
    const auto sample = [&](int x, int y, int channel) {
        if (x < 0 || y < 0 || x >= in.width || y >= in.height) return 0.0f;
        return static_cast<float>(in.rgba[(static_cast<size_t>(y) * in.width + x) * 4 + channel]);
    };
    for (int row = 0; row < out.height; ++row) {
        for (int column = 0; column < out.width; ++column) {
            const float x = static_cast<float>(out.left + column) + 0.5f;
            const float y = static_cast<float>(out.top - row) - 0.5f;
            const float u = c * x + s * y - static_cast<float>(in.left) - 0.5f;
            const float v = static_cast<float>(in.top) - (c * y - s * x) - 0.5f;
            const int u0 = static_cast<int>(std::floor(u)), v0 = static_cast<int>(std::floor(v));
            const float fu = u - static_cast<float>(u0), fv = v - static_cast<float>(v0);
            for (int channel = 0; channel < 4; ++channel) {
                const float upper = sample(u0, v0, channel) * (1 - fu) + sample(u0 + 1, v0, channel) * fu;
                const float lower =
                    sample(u0, v0 + 1, channel) * (1 - fu) + sample(u0 + 1, v0 + 1, channel) * fu;
                out.rgba[(static_cast<size_t>(row) * out.width + column) * 4 + channel] =
                    static_cast<uint8_t>(std::lround(upper * (1 - fv) + lower * fv));
            }
        }
    }
    return out;
}

// A picture of the strike that `slot` holds, scaled so that its em is `size_px`.
GlyphBitmap scaled_picture(const FT_GlyphSlot slot, float strike_px, float size_px) {
    const FT_Bitmap& bitmap = slot->bitmap;
    const int width = static_cast<int>(bitmap.width), height = static_cast<int>(bitmap.rows);
    if (bitmap.pixel_mode != FT_PIXEL_MODE_BGRA || width == 0 || height == 0) return {};
    std::vector<uint8_t> rgba(static_cast<size_t>(width) * height * 4);
    for (int y = 0; y < height; ++y) {
        const uint8_t* row = bitmap.buffer + static_cast<std::ptrdiff_t>(y) * bitmap.pitch;
        for (int x = 0; x < width; ++x) {
            uint8_t* pixel = &rgba[(static_cast<size_t>(y) * width + x) * 4];
            pixel[0] = row[x * 4 + 2];
            pixel[1] = row[x * 4 + 1];
            pixel[2] = row[x * 4];
            pixel[3] = row[x * 4 + 3];
        }
    }
    const float scale = size_px / strike_px;
    const auto scaled = [&](int px) { return static_cast<int>(std::lround(static_cast<float>(px) * scale)); };
    GlyphBitmap out;
    out.width = std::max(1, scaled(width));
    out.height = std::max(1, scaled(height));
    out.left = scaled(slot->bitmap_left);
    out.top = scaled(slot->bitmap_top);
    out.rgba = area_average(rgba, width, height, out.width, out.height);
    return out;
}

GlyphBitmap rasterise_color(const Face& face, const GlyphKey& key) {
    const float size_px = static_cast<float>(key.size_q) / 4.0f;
    float strike_px = size_px;
    if (face.ft->num_fixed_sizes > 0) {
        int best = 0;  // the smallest strike that need not be enlarged, else the largest
        for (int k = 0; k < face.ft->num_fixed_sizes; ++k) {
            const auto ppem = [&](int index) { return face.ft->available_sizes[index].y_ppem; };
            const FT_Pos wanted = static_cast<FT_Pos>(size_px * 64.0f);
            const bool enough = ppem(k) >= wanted;
            if (ppem(best) < wanted ? ppem(k) > ppem(best) : enough && ppem(k) < ppem(best)) best = k;
        }
        if (FT_Select_Size(face.ft, best)) return {};
        strike_px = static_cast<float>(face.ft->available_sizes[best].y_ppem) / 64.0f;
    } else if (FT_Set_Char_Size(face.ft, 0, std::lround(size_px * 64.0f), 72, 72)) {
        return {};
    }
    if (FT_Load_Glyph(face.ft, key.glyph, FT_LOAD_COLOR | FT_LOAD_RENDER)) return {};
    GlyphBitmap out = scaled_picture(face.ft->glyph, strike_px, size_px);
    if (key.angle_q != 0 && !out.rgba.empty()) out = rotated(out, radians(key.angle_q));
    out.coverage.resize(out.rgba.size() / 4);
    for (size_t k = 0; k < out.coverage.size(); ++k) out.coverage[k] = out.rgba[k * 4 + 3];
    return out;
}

}  // namespace

size_t GlyphKeyHash::operator()(const GlyphKey& key) const {
    uint64_t h = key.glyph * 0x9E3779B97F4A7C15ull;
    h = (h ^ key.face) * 0xBF58476D1CE4E5B9ull;
    h ^= static_cast<uint64_t>(key.size_q) << 32 |
         static_cast<uint64_t>(static_cast<uint16_t>(key.angle_q)) << 16 |
         static_cast<uint64_t>(key.phase_x << 2 | key.phase_y);
    h *= 0x94D049BB133111EBull;
    return static_cast<size_t>(h ^ h >> 31);
}

std::vector<uint8_t> area_average(const std::vector<uint8_t>& rgba, int width, int height, int new_width,
                                  int new_height) {
    std::vector<uint8_t> out(static_cast<size_t>(new_width) * new_height * 4);
    const float step_x = static_cast<float>(width) / static_cast<float>(new_width);
    const float step_y = static_cast<float>(height) / static_cast<float>(new_height);
    for (int row = 0; row < new_height; ++row) {
        const float y0 = static_cast<float>(row) * step_y,
                    y1 = std::min(y0 + step_y, static_cast<float>(height));
        for (int column = 0; column < new_width; ++column) {
            const float x0 = static_cast<float>(column) * step_x,
                        x1 = std::min(x0 + step_x, static_cast<float>(width));
            float sum[4] = {}, weight_sum = 0.0f;
            for (int y = static_cast<int>(y0); static_cast<float>(y) < y1 && y < height; ++y) {
                for (int x = static_cast<int>(x0); static_cast<float>(x) < x1 && x < width; ++x) {
                    const float fx = static_cast<float>(x), fy = static_cast<float>(y);
                    const float weight =
                        (std::min(fx + 1, x1) - std::max(fx, x0)) * (std::min(fy + 1, y1) - std::max(fy, y0));
                    weight_sum += weight;
                    const uint8_t* pixel = &rgba[(static_cast<size_t>(y) * width + x) * 4];
                    for (int channel = 0; channel < 4; ++channel)
                        sum[channel] += weight * static_cast<float>(pixel[channel]);
                }
            }
            for (int channel = 0; channel < 4; ++channel)
                out[(static_cast<size_t>(row) * new_width + column) * 4 + channel] =
                    static_cast<uint8_t>(std::lround(sum[channel] / std::max(weight_sum, 1e-6f)));
        }
    }
    return out;
}

GlyphBitmap rasterise_glyph(FontSet& fonts, const GlyphKey& key) {
    if (key.face == hex_box_face) return rasterise_hex_box(fonts.freetype(), key);
    const Face& face = fonts.face(key.face);
    if (face.color) return rasterise_color(face, key);
    if (FT_Set_Char_Size(face.ft, 0, key.size_q * 16, 72, 72)) return {};
    const FT_Int32 hinting = key.angle_q == 0 ? FT_LOAD_TARGET_LIGHT : FT_LOAD_NO_HINTING;
    if (FT_Load_Glyph(face.ft, key.glyph, FT_LOAD_NO_BITMAP | hinting)) return {};
    if (face.ft->glyph->format != FT_GLYPH_FORMAT_OUTLINE) return {};
    if (face.embolden) FT_Outline_Embolden(&face.ft->glyph->outline, key.size_q * 16 / 24);
    return rasterise_outline(fonts.freetype(), face.ft->glyph->outline, key);
}

const GlyphBitmap& GlyphCache::bitmap(const GlyphKey& key) {
    if (const auto found = bitmaps_.find(key); found != bitmaps_.end()) return found->second;
    if (bitmaps_.size() >= capacity_) bitmaps_.clear();
    return bitmaps_.emplace(key, rasterise_glyph(fonts_, key)).first->second;
}

}  // namespace weft
