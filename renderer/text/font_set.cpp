#include "renderer/text/font_set.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr const char* install_hint = "install a font, on Debian and Ubuntu: apt install fonts-noto-core";

struct PatternDeleter {
    void operator()(FcPattern* pattern) const { FcPatternDestroy(pattern); }
};
using Pattern = std::unique_ptr<FcPattern, PatternDeleter>;

std::string string_of(const FcPattern* pattern, const char* object) {
    FcChar8* value = nullptr;
    if (FcPatternGetString(pattern, object, 0, &value) != FcResultMatch || !value) return {};
    return reinterpret_cast<const char*>(value);
}

int integer_of(const FcPattern* pattern, const char* object, int otherwise) {
    int value = otherwise;
    return FcPatternGetInteger(pattern, object, 0, &value) == FcResultMatch ? value : otherwise;
}

bool flag_of(const FcPattern* pattern, const char* object) {
    FcBool value = FcFalse;
    return FcPatternGetBool(pattern, object, 0, &value) == FcResultMatch && value;
}

Pattern sans_query(FcConfig* config, const char* family, bool bold) {
    Pattern query(FcPatternCreate());
    FcPatternAddString(query.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(family));
    FcPatternAddInteger(query.get(), FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    FcPatternAddInteger(query.get(), FC_SLANT, FC_SLANT_ROMAN);
    FcConfigSubstitute(config, query.get(), FcMatchPattern);
    FcDefaultSubstitute(query.get());
    return query;
}

bool is_ignorable(char32_t c) {
    return is_zero_width_joiner(c) || c == 0x200C || is_variation_selector(c) ||
           (c >= 0xE0020 && c <= 0xE007F);
}

bool is_western_sign(char32_t c) {
    if (c >= 0x3000) return false;
    switch (hb_unicode_general_category(hb_unicode_funcs_get_default(), visible(c))) {
        case HB_UNICODE_GENERAL_CATEGORY_MATH_SYMBOL:
        case HB_UNICODE_GENERAL_CATEGORY_OTHER_SYMBOL:
        case HB_UNICODE_GENERAL_CATEGORY_CURRENCY_SYMBOL:
            return true;
        default:
            return false;
    }
}

bool has_glyph(const Face& face, char32_t c) {
    hb_codepoint_t glyph = 0;
    return hb_font_get_nominal_glyph(face.font, c, &glyph) && glyph != 0;
}

bool covers(const Face& face, std::span<const CodePoint> unit) {
    return std::all_of(unit.begin(), unit.end(), [&](const CodePoint& c) {
        return is_ignorable(c.value) || has_glyph(face, visible(c.value));
    });
}

bool covers(const FcCharSet* charset, std::span<const CodePoint> unit) {
    return charset && std::all_of(unit.begin(), unit.end(), [&](const CodePoint& c) {
               return is_ignorable(c.value) || FcCharSetHasChar(charset, visible(c.value));
           });
}

}  // namespace

struct FontSet::State {
    // A font of the sorted list, not opened before it is needed.
    struct Candidate {
        FcPattern* pattern = nullptr;  // owned by the font set that it came from
        FcCharSet* charset = nullptr;
        bool color = false, related = false, scalable = true;
        std::optional<FaceId> opened;
        bool broken = false;
    };
    struct Fallbacks {
        FcFontSet* sorted = nullptr;
        std::vector<Candidate> candidates;
    };

    FcConfig* config = nullptr;
    FT_Library library = nullptr;
    std::vector<Face> faces;
    std::map<std::pair<std::string, int>, FaceId> opened;  // by file, index and (negative) synthetic bold
    std::array<FaceId, 2> sans{};
    std::array<std::optional<Fallbacks>, 2> fallbacks;
    std::map<std::pair<std::u32string, int>, FaceId> known;  // unit, emoji and bold

    std::optional<FaceId> open(FcPattern* pattern, bool bold);
    std::optional<FaceId> open_sans(bool bold);
    Fallbacks& sorted_fallbacks(bool bold);
    std::optional<FaceId> search(std::span<const CodePoint> unit, bool emoji, bool bold);
    ~State();
};

FontSet::State::~State() {
    for (Face& face : faces) {
        hb_font_destroy(face.font);
        FT_Done_Face(face.ft);
    }
    for (auto& list : fallbacks)
        if (list && list->sorted) FcFontSetDestroy(list->sorted);
    if (library) FT_Done_FreeType(library);
    if (config) FcConfigDestroy(config);
}

std::optional<FaceId> FontSet::State::open(FcPattern* pattern, bool bold) {
    const std::string file = string_of(pattern, FC_FILE);
    const int index = integer_of(pattern, FC_INDEX, 0);
    const bool color = flag_of(pattern, FC_COLOR);
    const bool embolden =
        bold && !color && integer_of(pattern, FC_WEIGHT, FC_WEIGHT_REGULAR) < FC_WEIGHT_DEMIBOLD;
    const auto key = std::pair{file, embolden ? -1 - index : index};
    if (const auto found = opened.find(key); found != opened.end()) return found->second;
    if (faces.size() >= hex_box_face) return std::nullopt;

    hb_blob_t* blob = hb_blob_create_from_file_or_fail(file.c_str());
    if (!blob) return std::nullopt;
    unsigned size = 0;
    const char* bytes = hb_blob_get_data(blob, &size);
    FT_Face ft = nullptr;
    if (FT_New_Memory_Face(library, reinterpret_cast<const FT_Byte*>(bytes), static_cast<FT_Long>(size),
                           index, &ft)) {
        hb_blob_destroy(blob);
        return std::nullopt;
    }
    hb_face_t* hb_face = hb_face_create(blob, static_cast<unsigned>(index & 0xFFFF));
    hb_blob_destroy(blob);  // the face keeps it, and with it the mapping that FreeType reads
    Face face{string_of(pattern, FC_FAMILY), file, hb_font_create(hb_face), ft, 0.0f, color, embolden};
    const int units_per_em = static_cast<int>(hb_face_get_upem(hb_face));
    hb_face_destroy(hb_face);
    hb_font_set_scale(face.font, units_per_em, units_per_em);
    if (index >> 16) hb_font_set_var_named_instance(face.font, static_cast<unsigned>((index >> 16) - 1));
    face.units_per_em = static_cast<float>(units_per_em);
    faces.push_back(face);
    return opened[key] = static_cast<FaceId>(faces.size() - 1);
}

std::optional<FaceId> FontSet::State::open_sans(bool bold) {
    for (const char* family : {"Noto Sans", "DejaVu Sans", "sans-serif"}) {
        FcResult result = FcResultNoMatch;
        const Pattern match(FcFontMatch(config, sans_query(config, family, bold).get(), &result));
        if (!match) continue;
        const bool is_generic = std::string_view(family) == "sans-serif";
        if (!is_generic && string_of(match.get(), FC_FAMILY) != family) continue;
        if (const auto id = open(match.get(), bold)) return id;
    }
    return std::nullopt;
}

FontSet::State::Fallbacks& FontSet::State::sorted_fallbacks(bool bold) {
    auto& list = fallbacks[bold];
    if (list) return *list;
    list.emplace();
    const std::string& family = faces[sans[bold]].family;
    FcResult result = FcResultNoMatch;
    list->sorted =
        FcFontSort(config, sans_query(config, family.c_str(), bold).get(), FcFalse, nullptr, &result);
    for (int k = 0; list->sorted && k < list->sorted->nfont; ++k) {
        Candidate candidate;
        candidate.pattern = list->sorted->fonts[k];
        if (FcPatternGetCharSet(candidate.pattern, FC_CHARSET, 0, &candidate.charset) != FcResultMatch)
            continue;
        candidate.color = flag_of(candidate.pattern, FC_COLOR);
        candidate.scalable = flag_of(candidate.pattern, FC_SCALABLE) || candidate.color;
        candidate.related = string_of(candidate.pattern, FC_FAMILY).starts_with(family);
        if (candidate.scalable && !flag_of(candidate.pattern, FC_VARIABLE))
            list->candidates.push_back(candidate);
    }
    return *list;
}

std::optional<FaceId> FontSet::State::search(std::span<const CodePoint> unit, bool emoji, bool bold) {
    // Relatives of the sans face first (its Arabic, its Devanagari): they share its weight and proportions.
    // Not for signs: there the relative is often a font for East Asian text, where a sign is as wide as an
    // ideograph.
    const bool relatives_first = !is_western_sign(unit.front().value);
    Fallbacks& list = sorted_fallbacks(bold);
    for (const bool color : {emoji, !emoji}) {
        for (const bool related : {relatives_first, !relatives_first}) {
            for (Candidate& candidate : list.candidates) {
                if (candidate.broken || candidate.color != color) continue;
                if (relatives_first ? candidate.related != related : related) continue;
                if (!covers(candidate.charset, unit)) continue;
                if (!candidate.opened) candidate.opened = open(candidate.pattern, bold);
                if (candidate.opened && covers(faces[*candidate.opened], unit)) return candidate.opened;
                candidate.broken = !candidate.opened;
            }
        }
    }
    return std::nullopt;
}

FontSet::FontSet() : state_(std::make_unique<State>()) {
    state_->config = FcInitLoadConfigAndFonts();
    if (!state_->config)
        throw Error("the fonts of the system cannot be listed: fontconfig failed", install_hint);
    if (FT_Init_FreeType(&state_->library))
        throw Error("FreeType cannot be started", "reinstall libfreetype6");
    const auto regular = state_->open_sans(false);
    if (!regular) throw Error("no usable font \"sans-serif\" on this system", install_hint);
    state_->sans = {*regular, state_->open_sans(true).value_or(*regular)};
}

FontSet::~FontSet() = default;

FT_LibraryRec_* FontSet::freetype() const {
    return state_->library;
}

FaceId FontSet::sans(bool bold) const {
    return state_->sans[bold];
}

const Face& FontSet::face(FaceId id) const {
    WEFT_ASSERT(id < state_->faces.size(), "face " + std::to_string(id));
    return state_->faces[id];
}

FaceId FontSet::face_for(std::span<const CodePoint> unit, bool emoji, bool bold, FaceId previous) {
    if (!emoji) {
        const FaceId sans_id = sans(bold);
        if (covers(face(sans_id), unit)) return sans_id;
        if (previous != hex_box_face && !face(previous).color && covers(face(previous), unit))
            return previous;
    }
    std::u32string text;
    for (const CodePoint& c : unit) text += c.value;
    const auto key = std::pair{std::move(text), (emoji ? 2 : 0) + (bold ? 1 : 0)};
    if (const auto found = state_->known.find(key); found != state_->known.end()) return found->second;

    std::optional<FaceId> id = state_->search(unit, emoji, bold);
    if (!id && unit.size() > 1) id = face_for(unit.first(1), emoji, bold, previous);
    if (state_->known.size() >= 65536) state_->known.clear();
    return state_->known[key] = id.value_or(hex_box_face);
}

}  // namespace weft
