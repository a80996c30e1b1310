// Every key with what it does and what its value is now; typing narrows the list.

#include <imgui.h>

#include <algorithm>
#include <cctype>

#include "app/panels/panels.h"

namespace weft {

namespace {

bool contains(const std::string& text, const std::string& part) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

const char* title_of(WhenActive when) {
    switch (when) {
        case WhenActive::always:
            return "Always";
        case WhenActive::typing:
            return "While typing";
        case WhenActive::flying:
            return "While flying";
    }
    return "";
}

void draw_row(const Command& command, const std::string& keys) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(keys.c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(command.help.c_str());
    ImGui::TableNextColumn();
    if (command.value) ImGui::TextUnformatted(command.value().c_str());
    ImGui::TableNextColumn();
    dim_text(command.name.c_str());
}

}  // namespace

void draw_help(Program& program, ImguiLayer& ui) {
    const float scale = program.viewport.ui_scale;
    const ImVec2 size{820.0f * scale, 330.0f * scale};  // 29 % of the window: the picture keeps the rest
    const auto width = static_cast<float>(program.viewport.size.x);
    ImGui::SetNextWindowPos({std::max(0.0f, (width - size.x) * 0.5f), 120.0f * scale});
    ImGui::SetNextWindowSize(size);
    if (ImGui::Begin("help", nullptr,
                     ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                         ImGuiWindowFlags_NoSavedSettings)) {
        heading(ui, "Keys and commands");
        ImGui::SameLine();
        dim_text(
            "drag: orbit \u00b7 right drag: look \u00b7 middle drag: pan \u00b7 wheel: zoom \u00b7 Esc "
            "closes");
        if (std::exchange(program.panels.focus_search, false)) ImGui::SetKeyboardFocusHere();
        ImGui::SetNextItemWidth(-1.0f);
        ImGui::InputTextWithHint("##search", "search", program.panels.help_search,
                                 sizeof program.panels.help_search);
        const std::string search = program.panels.help_search;
        if (ImGui::BeginTable("keys", 4, ImGuiTableFlags_ScrollY)) {
            ImGui::TableSetupColumn("key", ImGuiTableColumnFlags_WidthFixed, 130.0f * scale);
            ImGui::TableSetupColumn("help", ImGuiTableColumnFlags_WidthStretch);
            ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthFixed, 100.0f * scale);
            ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthFixed, 150.0f * scale);
            for (const WhenActive when : {WhenActive::always, WhenActive::typing, WhenActive::flying}) {
                bool has_title = false;
                for (const Command& command : program.commands.all()) {
                    const std::string keys = keys_text(command);
                    if (command.when != when) continue;
                    if (!contains(command.help + " " + command.name + " " + keys, search)) continue;
                    if (!std::exchange(has_title, true)) {
                        ImGui::TableNextRow();
                        ImGui::TableNextColumn();
                        heading(ui, title_of(when));
                    }
                    draw_row(command, keys);
                }
            }
            ImGui::EndTable();
        }
    }
    ImGui::End();
}

}  // namespace weft
