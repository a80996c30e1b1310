// A plot's picture inside a panel. Main thread, between ImGui's frames.
#pragma once

#include <optional>

#include "app/imgui_layer.h"
#include "app/plot/picture.h"

namespace weft {

PlotLook plot_look(const ImguiLayer& ui, float scale);

// The pointer from where the next item of the panel will be, if the panel is hovered.
std::optional<glm::vec2> plot_pointer();

// At the panel's cursor; takes the picture's room. True: it was clicked.
bool draw_picture(ImguiLayer& ui, const char* name, PlotPicture picture);

}  // namespace weft
