#include "app/run_window.h"

#include <memory>

#include "analysis/method/method_table.h"
#include "app/color_map_file.h"
#include "app/frame_loop.h"
#include "app/intro.h"
#include "app/session_settings.h"
#include "app/viewport.h"

namespace weft {

namespace {

constexpr double typing_pause_ms = 150.0;

// Computed with every key, so that all panels have them. Tensors of the attention's size only where they are
// shown.
bool is_for_every_text(const MethodRow& row) {
    return row.is_cheap && row.shape != MethodShape::head_weights;
}

void mention_unfinished_recordings(Session& session) {
    const std::vector<UnfinishedRecording> unfinished = find_unfinished();
    if (unfinished.empty()) return;
    session.set_message({"a recording was not finished: '" + unfinished.front().part.string() + "'",
                         "\"weft record --finish\" makes a video of it."});
}

}  // namespace

int run_window(const Options& options) {
    if (!options.watch_folder.empty()) check_watch_folder(options.watch_folder);
    Script script;
    if (!options.script_file.empty()) script = Script(options.script_file);
    Window window("Weft", options.size);
    SessionSettings session_settings = session_settings_of(options);
    session_settings.plays_intro = !options.text && options.trace_file.empty() &&
                                   options.watch_folder.empty() && is_first_start(state_folder());
    session_settings.analysis.predictions = 10;
    session_settings.analysis.pause_ms = typing_pause_ms;
    session_settings.analysis.keeps_going = true;
    const bool is_large_trace = session_settings.trace && session_settings.analysis.methods.empty();
    for (const MethodRow& row : method_table())
        if (!is_large_trace && is_for_every_text(row)) session_settings.analysis.methods.insert(row.name);
    Session session(std::move(session_settings), &Window::wake);

    RendererSettings settings;
    settings.size = window.size_px();
    settings.surface = window.surface_source();
    settings.validation = options.validation;
    settings.device_name = options.graphics_device;
    settings.memory_budget_bytes = uint64_t(options.graphics_memory_mib) << 20;
    const std::unique_ptr<Renderer> renderer = Renderer::create(settings);
    session.set_largest_layer(renderer->largest_block_bytes());

    Program program(options, window, *renderer, session);
    program.ui_scale_setting = options.ui_scale;
    program.panels.hidden = options.hide_ui;
    program.mode = session.is_live() ? InputMode::typing : InputMode::flying;
    ImguiLayer ui(window, *renderer, viewport_of(window.size_px(), options.ui_scale).ui_scale);
    program.ui = &ui;
    bind_commands(program);
    if (!options.places_file.empty()) {
        program.places.add_all(places_of(options));
        program.shows_pins = true;
    }
    if (!options.watch_folder.empty())
        program.watch = std::make_unique<TraceWatch>(options.watch_folder, &Window::wake);
    mention_unfinished_recordings(session);
    if (const std::string remark = color_map_remark(session.view().map.get()); !remark.empty())
        session.set_message({remark, "", true});
    return run_frames(program, std::move(script));
}

}  // namespace weft
