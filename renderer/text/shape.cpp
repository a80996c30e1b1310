#include "renderer/text/shape.h"

#include <hb.h>

#include <algorithm>
#include <cmath>

#include "renderer/text/bidi.h"
#include "renderer/text/hex_box.h"

namespace weft {
namespace {

struct Run {
    uint32_t first = 0, count = 0;  // code points
    FaceId face = hex_box_face;
    hb_script_t script = HB_SCRIPT_COMMON;
    uint8_t level = 0;
    bool hidden = false;
};

bool is_real(hb_script_t script) {
    return script != HB_SCRIPT_COMMON && script != HB_SCRIPT_INHERITED && script != HB_SCRIPT_UNKNOWN;
}

// Punctuation and spaces belong to the script before them, at the beginning to the first one that comes.
std::vector<hb_script_t> resolved_scripts(const std::vector<CodePoint>& text,
                                          const std::vector<FontUnit>& units) {
    std::vector<hb_script_t> scripts(units.size());
    hb_script_t current = HB_SCRIPT_LATIN;
    const auto own = [&](const FontUnit& unit) {
        return hb_unicode_script(hb_unicode_funcs_get_default(), text[unit.first].value);
    };
    const auto first =
        std::find_if(units.begin(), units.end(), [&](const FontUnit& u) { return is_real(own(u)); });
    if (first != units.end()) current = own(*first);
    for (size_t k = 0; k < units.size(); ++k) {
        if (const hb_script_t script = own(units[k]); is_real(script)) current = script;
        scripts[k] = current;
    }
    return scripts;
}

std::vector<Run> itemise(FontSet& fonts, const std::vector<CodePoint>& text,
                         const std::vector<uint8_t>& levels, bool bold) {
    const std::vector<FontUnit> units = font_units(text);
    const std::vector<hb_script_t> scripts = resolved_scripts(text, units);
    std::vector<Run> runs;
    for (size_t k = 0; k < units.size(); ++k) {
        const FontUnit& unit = units[k];
        const FaceId previous =
            runs.empty() || runs.back().script != scripts[k] ? hex_box_face : runs.back().face;
        const FaceId face = unit.hidden
                                ? hex_box_face
                                : fonts.face_for({&text[unit.first], unit.count}, unit.emoji, bold, previous);
        const Run run{unit.first, unit.count, face, scripts[k], levels[unit.first], unit.hidden};
        if (!runs.empty() && runs.back().face == run.face && runs.back().script == run.script &&
            runs.back().level == run.level && runs.back().hidden == run.hidden) {
            runs.back().count += run.count;
        } else {
            runs.push_back(run);
        }
    }
    return runs;
}

void append_boxes(const std::vector<CodePoint>& text, const Run& run, std::vector<ShapedGlyph>& glyphs) {
    for (uint32_t k = 0; k < run.count; ++k) {
        const uint32_t at = run.level % 2 ? run.first + run.count - 1 - k : run.first + k;
        const char32_t c = text[at].value;
        glyphs.push_back({hex_box_face, c, 0.0f, 0.0f, hex_box_advance_em(c), text[at].byte});
    }
}

void append_shaped(const Face& face, const std::vector<CodePoint>& text, const std::vector<uint32_t>& values,
                   const Run& run, hb_buffer_t* buffer, std::vector<ShapedGlyph>& glyphs) {
    hb_buffer_clear_contents(buffer);
    hb_buffer_add_codepoints(buffer, values.data(), static_cast<int>(values.size()), run.first,
                             static_cast<int>(run.count));
    hb_buffer_set_direction(buffer, run.level % 2 ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, run.script);
    hb_shape(face.font, buffer, nullptr, 0);
    unsigned count = 0;
    const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, &count);
    for (unsigned k = 0; k < count; ++k) {
        const auto em = [&](hb_position_t units) { return static_cast<float>(units) / face.units_per_em; };
        glyphs.push_back({run.face, infos[k].codepoint, em(positions[k].x_offset), em(positions[k].y_offset),
                          em(positions[k].x_advance), text[infos[k].cluster].byte});
    }
}

}  // namespace

ShapedLine shape_line(FontSet& fonts, std::string_view text, bool bold) {
    const std::vector<CodePoint> code_points = code_points_of(text);
    const BidiLevels bidi = bidi_levels(code_points);
    const std::vector<Run> runs = itemise(fonts, code_points, bidi.levels, bold);
    std::vector<uint32_t> values(code_points.size());
    std::transform(code_points.begin(), code_points.end(), values.begin(),
                   [](const CodePoint& c) { return static_cast<uint32_t>(visible(c.value)); });
    std::vector<uint8_t> run_levels;
    for (const Run& run : runs) run_levels.push_back(run.level);

    ShapedLine line;
    line.is_right_to_left = bidi.base == 1;
    hb_buffer_t* buffer = hb_buffer_create();
    for (const uint32_t k : visual_order(run_levels)) {
        if (runs[k].face == hex_box_face)
            append_boxes(code_points, runs[k], line.glyphs);
        else
            append_shaped(fonts.face(runs[k].face), code_points, values, runs[k], buffer, line.glyphs);
    }
    hb_buffer_destroy(buffer);

    float pen = 0.0f;
    for (ShapedGlyph& glyph : line.glyphs) {
        glyph.x_em += pen;
        pen += glyph.advance_em;
        line.clusters.push_back(glyph.byte);
    }
    line.width_em = pen;
    std::sort(line.clusters.begin(), line.clusters.end());
    line.clusters.erase(std::unique(line.clusters.begin(), line.clusters.end()), line.clusters.end());
    return line;
}

ShapedLine shape_cut_line(FontSet& fonts, std::string_view text, bool bold, float max_width_em) {
    ShapedLine line = shape_line(fonts, text, bold);
    if (line.width_em <= max_width_em) return line;

    // Advances in reading order bound where the cut can be; shaping what is left decides, because the last
    // letter of a joined script changes its form.
    std::vector<float> advances(line.clusters.size(), 0.0f);
    for (const ShapedGlyph& glyph : line.glyphs) {
        const auto cluster = std::lower_bound(line.clusters.begin(), line.clusters.end(), glyph.byte);
        advances[static_cast<size_t>(cluster - line.clusters.begin())] += glyph.advance_em;
    }
    size_t kept = 0;
    for (float sum = 0.0f; kept < advances.size(); ++kept) {
        sum += advances[kept];
        if (sum > max_width_em) break;
    }
    while (true) {
        std::string cut(text.substr(0, kept < line.clusters.size() ? line.clusters[kept] : text.size()));
        while (!cut.empty() && cut.back() == ' ') cut.pop_back();
        ShapedLine shorter = shape_line(fonts, cut + "\u2026", bold);
        shorter.is_cut = true;
        if (kept == 0 || shorter.width_em <= max_width_em) return shorter;
        --kept;
    }
}

float drawn_size_px(float size_px) {
    if (!(size_px > 1.0f)) return 1.0f;  // also what is not a number
    return std::min(512.0f, std::round(size_px * 4.0f) / 4.0f);
}

std::shared_ptr<const ShapedLine> TextShaper::line(std::string_view text, bool bold, float max_width_em) {
    key_.assign(text);
    key_ += bold ? 'b' : 'r';
    key_.append(reinterpret_cast<const char*>(&max_width_em), sizeof max_width_em);
    if (const auto found = found_.find(key_); found != found_.end()) {
        lines_.splice(lines_.begin(), lines_, found->second);
        return found->second->second;
    }
    auto line = std::make_shared<const ShapedLine>(max_width_em > 0.0f
                                                       ? shape_cut_line(fonts_, text, bold, max_width_em)
                                                       : shape_line(fonts_, text, bold));
    lines_.emplace_front(key_, line);
    found_.emplace(lines_.front().first, lines_.begin());
    if (lines_.size() > capacity_) {
        found_.erase(lines_.back().first);
        lines_.pop_back();
    }
    return line;
}

float TextShaper::measure_px(std::string_view text, float size_px, bool bold) {
    return line(text, bold)->width_em * drawn_size_px(size_px);
}

}  // namespace weft
