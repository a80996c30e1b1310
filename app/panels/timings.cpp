// What the last frame and the last analysis cost, by name.

#include <imgui.h>

#include <cstdio>

#include "app/panels/panels.h"

namespace weft {

namespace {

constexpr double mib = 1024.0 * 1024.0;

void row(const std::string& name, const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    value_row(name.c_str(), text);
}

}  // namespace

void draw_timings_panel(Program& program, ImguiLayer& ui) {
    if (begin_docked(program, "timings")) {
        heading(ui, "Times");
        const RenderStats stats = program.renderer.stats();
        row("frame", "%.1f ms", program.frame_ms);
        const Quality quality = program.renderer.quality();
        char text[64];
        std::snprintf(text, sizeof text, "%d segments, %.2g of the pixels", quality.segments,
                      double(quality.resolution_scale));
        value_row("quality", text);
        row("lines", "%.0f", double(stats.lines_drawn));
        std::snprintf(text, sizeof text, "%.0f of %.0f MiB", double(stats.memory_bytes) / mib,
                      double(stats.memory_budget_bytes) / mib);
        value_row("device memory", text);
        row("key to attention", "%.1f ms", program.latency.last_ms());
        row("its median", "%.1f ms", program.latency.median_ms());

        ImGui::Spacing();
        heading(ui, "Passes");
        ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize("CPU / device, ms").x);
        dim_text("CPU / device, ms");
        for (const PassTiming& pass : stats.passes) {
            std::snprintf(text, sizeof text, "%.2f / %.2f", pass.cpu_ms, pass.gpu_ms);
            value_row(pass.name.c_str(), text);
        }

        if (const FramePtr frame = program.session.frame()) {
            ImGui::Spacing();
            heading(ui, "Analysis");
            for (const auto& [name, ms] : frame->timings_ms)
                frame->kept.contains(name) ? value_row(name.c_str(), "kept") : row(name, "%.2f ms", ms);
            row("largest |row sum - 1|", "%.1e", frame->max_row_sum_error);
            value_row("device", frame->provenance.device.c_str());
        }
        ImGui::Spacing();
        dim_text(program.renderer.device().name.c_str());
    }
    ImGui::End();
}

}  // namespace weft
