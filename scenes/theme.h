// The three themes: every colour, width and opacity law that a picture uses. Constant data; any thread.
// Colours are sRGB 0..1 with straight alpha, as DrawList wants them.
#pragma once

#include <array>
#include <glm/glm.hpp>
#include <memory>
#include <vector>

#include "scenes/view_state.h"

namespace weft {

struct Theme {
    ThemeName name = ThemeName::dark;
    bool dark = true;
    glm::vec4 ground{0.0f}, panel{0.0f}, rule{0.0f};
    glm::vec4 text{0.0f}, dim_text{0.0f};
    glm::vec4 pane{0.0f}, sink{0.0f}, drawn{0.0f};
    glm::vec4 neighbours{0.0f};  // their share in the ledger
    glm::vec4 selected{0.0f};    // what hovered and selected lines mix with: white on dark, ink on light
    glm::vec4 amber{0.0f};       // the selected patch
    std::array<glm::vec4, 12> heads_12{};
    std::array<glm::vec4, 8> heads_8{};
    Palette palette = Palette::theme;
    std::array<glm::vec4, 7> okabe_ito{};
    std::array<glm::vec4, 6> weight_map{};      // stops at equal distances, interpolated in Lab
    std::array<glm::vec4, 5> difference_map{};  // -1, -0.5, 0, 0.5, 1

    float line_width_u = 0.13f;  // of weight 1: width = line_width_u * sqrt(weight)
    float line_min_px = 1.1f, line_max_px = 24.0f;
    float opacity_power = 0.8f, opacity_min = 0.05f, opacity_max = 0.95f;
    int line_budget = 650;
    float text_scale = 1.0f;

    // Opacities of panes: fill, border, hairlines of the tokens.
    float pane_fill = 0.035f, pane_edge = 0.22f, pane_hairline = 0.13f;
};

const Theme& theme(ThemeName name, Palette palette = Palette::theme);

// 0xRRGGBB, opaque.
glm::vec4 srgb_color(uint32_t rgb, float alpha = 1.0f);
glm::vec4 with_alpha(glm::vec4 color, float alpha);

// How many neighbouring lanes share a colour: 1 up to 12 heads, then ceil(heads / 8), so that no colour is
// invented. Of Okabe and Ito's 7 colours ceil(heads / 7).
int lanes_per_color(const Theme& theme, int heads);
glm::vec4 head_color(const Theme& theme, int head, int heads);

// One colour for each lane, the same array for the same arguments, so that the renderer can tell by identity.
std::shared_ptr<const std::vector<glm::vec4>> head_colors(ThemeName name, int heads,
                                                          Palette palette = Palette::theme);
// The sinks' grey in every lane; the one colour of lines that are no head's. As above, the same arrays.
std::shared_ptr<const std::vector<glm::vec4>> sink_colors(ThemeName name, int lanes);
std::shared_ptr<const std::vector<glm::vec4>> drawn_colors(ThemeName name, int lanes);
// Of lines of the selected patch.
std::shared_ptr<const std::vector<glm::vec4>> amber_colors(ThemeName name, int lanes);
// Of signed lines above zero.
std::shared_ptr<const std::vector<glm::vec4>> plus_colors(ThemeName name, int lanes);

// WCAG contrast 1..21 of two opaque colours.
float contrast(const glm::vec4& a, const glm::vec4& b);
constexpr float least_text_contrast = 4.5f;
// `color` for text: as much of the theme's ink in it as a contrast of 4.5 with the ground asks for.
glm::vec4 readable(const Theme& theme, const glm::vec4& color);

// Colour of a weight 0..1: the map (the theme's own where it is null) at sqrt(weight). Lightness rises (dark)
// or falls (light) strictly.
glm::vec4 weight_color(const Theme& theme, float weight, const ColorMap* map = nullptr);
// Colour of a difference -1..1; 0 is the ground's neutral.
glm::vec4 difference_color(const Theme& theme, float difference);

}  // namespace weft
