// The running program with a window: what bindings, input, panels and frame loop share. Made by run_window();
// main thread only.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/head_list.h"
#include "app/held_keys.h"
#include "app/imgui_layer.h"
#include "app/latency.h"
#include "app/model_table.h"
#include "app/prompt_line.h"
#include "app/quality_control.h"
#include "app/saved_places.h"
#include "app/session.h"
#include "app/trace_watch.h"
#include "app/view_history.h"
#include "app/window.h"
#include "app/window_recorder.h"

namespace weft {

// At most one panel is docked at the right.
enum class Docked {
    none,
    matrix,
    choices,
    timings,
    models,
    predictions,
    method,
    heads,
    curves,
    agreement,
    places
};

struct PanelState {
    Docked docked = Docked::none;
    bool help = false;
    bool hidden = false;  // F10: only title and ledger
    char help_search[64] = "";
    std::string place_name;  // being written, of the place `renamed`
    int renamed = -1;
    bool focus_search = false;
    std::string method;  // that the method panel explains; empty: the shown quantity
    HeadColumn head_order = HeadColumn::name;
    bool heads_descending = false;
    std::set<std::string> asked;                 // methods that a button of the open panel asked for
    FramePtr frame;                              // that the docked panel shows
    std::map<std::string, glm::vec2> clickable;  // of the docked panel: where, px
};

struct PointerState {
    glm::vec2 position_px{0.0f}, pressed_px{0.0f};
    int button = -1;  // held over the scene; -1: none
    bool dragged = false, in_prompt = false, with_shift = false, with_alt = false;
    double last_click_s = -1.0;
    std::optional<glm::vec2> first_px;
};

struct Program {
    Program(const Options& given, Window& its_window, Renderer& its_renderer, Session& its_session)
        : options(given),
          window(its_window),
          renderer(its_renderer),
          session(its_session),
          measure(its_renderer.text_measure()) {}

    const Options& options;
    Window& window;
    Renderer& renderer;
    Session& session;
    ImguiLayer* ui = nullptr;  // set once it stands
    MeasureText measure;
    CommandTable commands;
    InputMode mode = InputMode::typing;
    HeldFlight held;
    Flight flight;
    PointerState pointer;
    PanelState panels;
    PromptLine prompt_line;
    QualityControl quality;
    Latency latency;
    WindowRecorder recorder;
    std::unique_ptr<TraceWatch> watch;  // null: no folder is watched
    Viewport viewport;
    float ui_scale_setting = 1.0f;
    bool swallow_chars = false;            // the key that switched to typing types nothing
    bool needs_frame = true;               // something changed since the last one
    std::vector<ModelRow> model_rows;      // of the list of models, as it was opened
    std::string model_to_come;             // the name of the one that is loading
    std::string screenshot_path;           // not empty: the next picture goes there
    SavedPlaces places;                    // of the model that is shown
    std::optional<SavedPlace> picture_of;  // that has none yet: taken when the camera stands there
    int pictures_awaited = 0;              // of places
    bool shows_pins = false;
    ViewHistory history;
    std::string history_source;  // whose choices it knows
    std::string history_tokens;  // how many tokens they were made among
    double frame_ms = 0.0;       // smoothed, for the timings panel
};

// Every command of the table does what its help says.
void bind_commands(Program& program);
// One event of the window: to the user interface, the prompt, the camera or a command.
void handle_event(Program& program, const WindowEvent& event);
void release_held_keys(Program& program);
void fly(Program& program, double dt_s);  // with held keys and gamepad
void stop_recording(Program& program);    // and says where it is
void set_input_mode(Program& program, InputMode mode);
// What the model says at this word (its query, else its key) becomes the target. Throws weft::Error where
// nothing is said.
void explain_word(Program& program, const Focus& word);

}  // namespace weft
