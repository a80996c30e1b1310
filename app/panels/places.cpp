// The saved places of this model: a picture, a name and a key each; fly, cut, rename, delete, undo.

#include <imgui.h>

#include <algorithm>
#include <cstring>

#include "analysis/error.h"
#include "app/panels/panels.h"

namespace weft {

namespace {

constexpr float picture_width_px = 128.0f, picture_height_px = 72.0f;

// A picture without a texture: a grid of coloured vertices, one for each of its pixels, which the device
// shades in between.
void draw_picture_at(ImDrawList* list, const Image& image, const ImVec2& at, const ImVec2& size) {
    const uint32_t columns = image.width, rows = image.height;
    if (columns < 2 || rows < 2 || columns * rows > 16'000) return;
    const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
    list->PrimReserve(static_cast<int>(6 * (columns - 1) * (rows - 1)), static_cast<int>(columns * rows));
    const auto base = list->_VtxCurrentIdx;
    for (uint32_t y = 0; y < rows; ++y)
        for (uint32_t x = 0; x < columns; ++x) {
            const uint8_t* rgba = image.rgba.data() + size_t{4} * (y * columns + x);
            list->PrimWriteVtx({at.x + size.x * static_cast<float>(x) / static_cast<float>(columns - 1),
                                at.y + size.y * static_cast<float>(y) / static_cast<float>(rows - 1)},
                               white, IM_COL32(rgba[0], rgba[1], rgba[2], 255));
        }
    for (uint32_t y = 0; y + 1 < rows; ++y)
        for (uint32_t x = 0; x + 1 < columns; ++x) {
            const uint32_t corner = base + y * columns + x;
            for (const uint32_t index :
                 {corner, corner + 1, corner + columns + 1, corner, corner + columns + 1, corner + columns})
                list->PrimWriteIdx(static_cast<ImDrawIdx>(index));
        }
}

// By its key where it has one: two places may have one name.
std::string reference_of(const SavedPlace& place) {
    return place.key > 0 ? std::to_string(place.key) : place.name;
}

void draw_name(Program& program, ImguiLayer& ui, size_t index) {
    const SavedPlace& place = program.places.all()[index];
    PanelState& panels = program.panels;
    if (panels.renamed != static_cast<int>(index)) {
        const std::string title = place.key > 0 ? std::to_string(place.key) + "  " + place.name : place.name;
        shaped_line(ui, title);
        return;
    }
    char name[most_place_name_bytes + 1] = "";
    std::memcpy(name, panels.place_name.data(), std::min(panels.place_name.size(), most_place_name_bytes));
    ImGui::SetNextItemWidth(-1.0f);
    if (panels.focus_search) ImGui::SetKeyboardFocusHere();
    panels.focus_search = false;
    const bool is_done = ImGui::InputText("##name", name, sizeof name, ImGuiInputTextFlags_EnterReturnsTrue);
    const bool is_given_up = ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Escape));
    const bool is_left = ImGui::IsItemDeactivated() && !is_given_up;
    panels.place_name = name;
    if (is_done || is_left) {
        try {
            program.places.rename(index, panels.place_name);
        } catch (const Error& error) {
            program.session.set_message({error.what(), error.hint()});
        }
    }
    if (is_done || is_left || is_given_up) panels.renamed = -1;
}

void draw_place(Program& program, ImguiLayer& ui, size_t index) {
    const float scale = program.viewport.ui_scale;
    const SavedPlace place = program.places.all()[index];
    const ImVec2 size{picture_width_px * scale, picture_height_px * scale};
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool is_clicked = ImGui::InvisibleButton("picture", size);
    mark_item(program, "place " + reference_of(place));
    const bool is_hovered = ImGui::IsItemHovered();
    if (is_hovered) ImGui::SetTooltip("fly there; with Shift: cut");
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ImGui::GetColorU32(ImGuiCol_FrameBg));
    if (const auto picture = program.places.thumbnail(place)) draw_picture_at(list, *picture, at, size);
    list->AddRect(at, {at.x + size.x, at.y + size.y},
                  ImGui::GetColorU32(is_hovered ? ImGuiCol_Text : ImGuiCol_Border));
    ImGui::SameLine(0.0f, 10.0f * scale);
    ImGui::BeginGroup();
    draw_name(program, ui, index);
    const bool cuts = ImGui::GetIO().KeyShift;
    if (is_clicked) run_command(program, cuts ? "place.cut" : "place.fly", reference_of(place));
    if (ImGui::SmallButton("rename")) {
        program.panels.renamed = static_cast<int>(index);
        program.panels.place_name = place.name;
        program.panels.focus_search = true;
    }
    mark_item(program, "rename " + reference_of(place));
    ImGui::SameLine();
    if (ImGui::SmallButton("delete")) run_command(program, "place.delete", reference_of(place));
    mark_item(program, "delete " + reference_of(place));
    ImGui::EndGroup();
}

}  // namespace

void draw_places_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "places")) {
        const float scale = program.viewport.ui_scale;
        heading(ui, "Saved places");
        if (ImGui::Button("save this view")) run_command(program, "place.save");
        mark_item(program, "save this view");
        if (program.places.can_undo()) {
            ImGui::SameLine();
            if (ImGui::Button("undo")) run_command(program, "place.undo");
            mark_item(program, "undo");
        }
        dim_wrapped("Ctrl+Shift+1 .. 9 saves, Ctrl+1 .. 9 flies there, Alt+1 .. 9 cuts.");
        ImGui::Spacing();
        if (ImGui::BeginChild("list")) {
            for (size_t i = 0; i < program.places.all().size(); ++i) {
                ImGui::PushID(static_cast<int>(i));
                draw_place(program, ui, i);
                ImGui::PopID();
                ImGui::Dummy({1.0f, 4.0f * scale});
            }
        }
        ImGui::EndChild();
    }
    ImGui::End();
}

}  // namespace weft
