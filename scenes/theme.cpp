#include "scenes/theme.h"

#include <algorithm>

namespace weft {
namespace {

template <size_t n>
std::array<glm::vec4, n> colors(const uint32_t (&rgb)[n]) {
    std::array<glm::vec4, n> result{};
    for (size_t i = 0; i < n; ++i) result[i] = srgb_color(rgb[i]);
    return result;
}

Theme dark_theme() {
    Theme t;
    t.ground = srgb_color(0x0B0E14);
    t.panel = srgb_color(0x141925);
    t.rule = srgb_color(0x2A3346);
    t.text = srgb_color(0xE8ECF4);
    t.dim_text = srgb_color(0x8E9BB3);
    t.pane = srgb_color(0x9DB2D6);
    t.sink = srgb_color(0x808080);
    t.drawn = srgb_color(0x7FD6C2);
    t.neighbours = srgb_color(0x4C7F93);
    t.selected = srgb_color(0xFFFFFF);
    t.amber = srgb_color(0xFFC857);
    t.heads_12 = colors({0xC1ECB5, 0xC089BF, 0x0DD179, 0xD0BFFF, 0x6F9C68, 0xFEE345, 0x58FAE6, 0xA39125,
                         0x0095FF, 0xFEA6BB, 0x9DC000, 0xFF4A99});
    t.heads_8 = colors({0x4CFCDB, 0xBE8F12, 0x9D84FF, 0xFFDE37, 0xFF53AD, 0xB4D78C, 0xFABFFF, 0x23AA7C});
    t.weight_map = colors({0x12161F, 0x233A73, 0x1F7FA6, 0x56BD93, 0xCFE27C, 0xFFF9DC});
    t.difference_map = colors({0x6CB4FF, 0x2F6FB5, 0x1D2433, 0xB5642A, 0xFFAE66});
    return t;
}

Theme light_theme() {
    Theme t;
    t.name = ThemeName::light;
    t.dark = false;
    t.ground = srgb_color(0xFBFAF7);
    t.panel = srgb_color(0xFFFFFF);
    t.rule = srgb_color(0xD5D9E2);
    t.text = srgb_color(0x1A1F2B);
    t.dim_text = srgb_color(0x5B6475);
    t.pane = srgb_color(0x3C4A66);
    t.sink = srgb_color(0x7C8794);
    t.drawn = srgb_color(0x0B7A63);
    t.neighbours = srgb_color(0x4C8CA3);
    t.selected = srgb_color(0x000000);
    t.amber = srgb_color(0xB87400);  // of a mark's contrast on a light ground
    t.heads_12 = colors({0xD30157, 0x0760D5, 0x504109, 0x0CA382, 0x4E279E, 0xA29203, 0x820552, 0x9F78FE,
                         0x206646, 0xED57B0, 0x626F04, 0x935C84});
    t.heads_8 = colors({0x747202, 0x7078FE, 0xFF2F54, 0x5A22AF, 0x099E73, 0x0B521C, 0xB776A7, 0x782E4E});
    t.weight_map = colors({0xFBFAF7, 0xCDE3D3, 0x7DBFB9, 0x3389B0, 0x2B539A, 0x231A5C});
    t.difference_map = colors({0x0A4FA8, 0x7FB0E0, 0xF6F4F0, 0xE8A673, 0xA8460A});
    t.line_width_u = 0.16f;
    t.opacity_power = 0.35f;
    t.opacity_min = 0.35f;
    t.opacity_max = 1.0f;
    t.line_budget = 450;
    return t;
}

Theme projector_theme() {
    Theme t = light_theme();
    t.name = ThemeName::projector;
    t.ground = srgb_color(0xFFFFFF);
    t.text = srgb_color(0x000000);
    t.dim_text = srgb_color(0x3A4252);
    t.pane = srgb_color(0x2B3A55);
    t.sink = srgb_color(0x6E6E6E);
    t.line_width_u = 0.26f;
    t.line_min_px = 1.5f;
    t.line_budget = 200;
    t.text_scale = 1.35f;
    return t;
}

// M. Okabe, K. Ito, "Color Universal Design", 2008.
constexpr uint32_t okabe_ito[] = {0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7};

Theme with_palette(Theme t, Palette palette) {
    t.palette = palette;
    t.okabe_ito = colors(okabe_ito);
    return t;
}

// Arrays of one colour for each lane, made once for every theme and every usual number of lanes.
class KeptColors {
  public:
    using Colors = std::shared_ptr<const std::vector<glm::vec4>>;
    using ColorOf = glm::vec4 (*)(const Theme& theme, int lane, int lanes);

    explicit KeptColors(ColorOf color_of, Palette palette = Palette::theme)
        : color_of_(color_of), palette_(palette) {
        for (size_t t = 0; t < kept_.size(); ++t)
            for (int lanes = 0; lanes <= kept_lanes; ++lanes)
                kept_[t][static_cast<size_t>(lanes)] = make(static_cast<ThemeName>(t), lanes);
    }
    Colors get(ThemeName name, int lanes) const {
        if (lanes < 0 || lanes > kept_lanes) return make(name, std::max(lanes, 0));
        return kept_[static_cast<size_t>(name)][static_cast<size_t>(lanes)];
    }

  private:
    static constexpr int kept_lanes = 64;
    Colors make(ThemeName name, int lanes) const {
        auto colors = std::make_shared<std::vector<glm::vec4>>();
        for (int lane = 0; lane < lanes; ++lane)
            colors->push_back(color_of_(theme(name, palette_), lane, lanes));
        return colors;
    }
    ColorOf color_of_;
    Palette palette_;
    std::array<std::array<Colors, kept_lanes + 1>, 3> kept_;
};

}  // namespace

const Theme& theme(ThemeName name, Palette palette) {
    static const auto all = [](Palette which) {
        return std::array<Theme, 3>{with_palette(dark_theme(), which), with_palette(light_theme(), which),
                                    with_palette(projector_theme(), which)};
    };
    static const std::array<std::array<Theme, 3>, 2> themes{all(Palette::theme), all(Palette::okabe_ito)};
    return themes[static_cast<size_t>(palette)][static_cast<size_t>(name)];
}

glm::vec4 srgb_color(uint32_t rgb, float alpha) {
    return {static_cast<float>(rgb >> 16 & 255u) / 255.0f, static_cast<float>(rgb >> 8 & 255u) / 255.0f,
            static_cast<float>(rgb & 255u) / 255.0f, alpha};
}

glm::vec4 with_alpha(glm::vec4 color, float alpha) {
    return {glm::vec3(color), alpha};
}

int lanes_per_color(const Theme& theme, int heads) {
    if (theme.palette == Palette::okabe_ito) return std::max((heads + 6) / 7, 1);
    return heads <= 12 ? 1 : (heads + 7) / 8;
}

glm::vec4 head_color(const Theme& theme, int head, int heads) {
    const int group = lanes_per_color(theme, heads);
    if (theme.palette == Palette::okabe_ito)
        return theme.okabe_ito[static_cast<size_t>(std::min(head / group, 6))];
    if (heads <= 8) return theme.heads_8[static_cast<size_t>(head % 8)];
    if (heads <= 12) return theme.heads_12[static_cast<size_t>(head % 12)];
    return theme.heads_8[static_cast<size_t>(std::min(head / group, 7))];
}

std::shared_ptr<const std::vector<glm::vec4>> head_colors(ThemeName name, int heads, Palette palette) {
    static const KeptColors own(head_color), okabe_ito(head_color, Palette::okabe_ito);
    return (palette == Palette::okabe_ito ? okabe_ito : own).get(name, heads);
}

std::shared_ptr<const std::vector<glm::vec4>> sink_colors(ThemeName name, int lanes) {
    static const KeptColors kept([](const Theme& t, int, int) { return t.sink; });
    return kept.get(name, lanes);
}

std::shared_ptr<const std::vector<glm::vec4>> drawn_colors(ThemeName name, int lanes) {
    static const KeptColors kept([](const Theme& t, int, int) { return t.drawn; });
    return kept.get(name, lanes);
}

std::shared_ptr<const std::vector<glm::vec4>> amber_colors(ThemeName name, int lanes) {
    static const KeptColors kept([](const Theme& t, int, int) { return t.amber; });
    return kept.get(name, lanes);
}

std::shared_ptr<const std::vector<glm::vec4>> plus_colors(ThemeName name, int lanes) {
    static const KeptColors kept([](const Theme& t, int, int) { return t.difference_map.back(); });
    return kept.get(name, lanes);
}

}  // namespace weft
