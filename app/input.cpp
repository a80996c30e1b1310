// Where each event of the window goes. Two modes that never fight: typing (plain keys are text) and flying
// (plain keys are commands); the pointer works the same in both.

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <optional>
#include <string>

#include "analysis/error.h"
#include "analysis/utf8.h"
#include "app/keys.h"
#include "app/program.h"

namespace weft {

namespace {

constexpr float drag_starts_px = 4.0f, pointing_px = 8.0f;
constexpr double double_click_s = 0.35;

void run_command(Program& program, const Command& command, const std::string& argument) {
    try {
        program.commands.run(command.name, argument);
    } catch (const Error& error) {
        program.session.set_message({error.what(), error.hint()});
    }
}

const Command* command_for(const Program& program, KeyChord chord) {
    if (const Command* command = program.commands.find(chord, program.mode)) return command;
    // Shift makes flight faster, it does not change the key.
    if (!chord.shift) return nullptr;
    chord.shift = false;
    const Command* command = program.commands.find(chord, program.mode);
    return command && command->argument == ArgumentType::held ? command : nullptr;
}

// All of an open help's keys are its search's, also before a frame has given that the focus; so are those of
// a name that is being written.
bool keys_are_taken(const Program& program) {
    const bool writes_name = program.panels.docked == Docked::places && program.panels.renamed >= 0;
    return program.panels.help || writes_name || (program.ui && program.ui->wants_keys());
}

void on_key(Program& program, const KeyEvent& event) {
    if (!event.pressed) {
        const Command* command = command_for(program, {chord_from_glfw(event.key, 0).key});
        if (command && command->argument == ArgumentType::held) run_command(program, *command, "off");
        return;
    }
    const InputMode mode_before = program.mode;
    const KeyChord chord = chord_from_glfw(event.key, event.mods);
    const bool leaves_search = chord.key == Key::escape || chord.key == Key::f1;
    program.swallow_chars = false;
    if (program.session.show() == Show::intro) program.session.end_show();
    if (keys_are_taken(program) && !leaves_search) return;
    const Command* command = command_for(program, chord);
    if (command && (!event.repeated || command->repeats)) {
        const auto at = std::ranges::find(command->chords, chord) - command->chords.begin();
        const bool has_own = static_cast<size_t>(at) < command->chord_arguments.size();
        run_command(program, *command,
                    has_own ? command->chord_arguments[static_cast<size_t>(at)]
                    : command->argument == ArgumentType::held ? "on"
                                                              : "");
    }
    program.swallow_chars = mode_before == InputMode::flying || (command && (chord.ctrl || chord.alt));
}

void on_char(Program& program, char32_t code_point) {
    if (program.mode != InputMode::typing || program.swallow_chars) return;
    if (keys_are_taken(program)) return;
    std::string character;
    append_utf8(character, code_point);
    program.session.prompt().insert(character);
}

void take_camera(Program& program, const std::function<void(Camera&)>& move) {
    if (program.session.shows_sheet()) return;
    program.session.camera_taken_by_hand();
    move(program.session.animator().camera());
}

void on_pointer(Program& program, glm::vec2 position_px) {
    PointerState& pointer = program.pointer;
    const glm::vec2 step = position_px - pointer.position_px;
    pointer.position_px = position_px;
    // The window opens under a resting pointer: only a movement is input.
    if (!pointer.first_px) pointer.first_px = position_px;
    if (program.session.show() == Show::intro && glm::length(position_px - *pointer.first_px) > pointing_px)
        program.session.end_show();
    if (pointer.in_prompt) {
        const auto byte = program.prompt_line.byte_at(position_px, program.session.prompt(), program.measure);
        if (byte) program.session.prompt().place_caret(*byte, true);
        return;
    }
    if (pointer.button < 0) return;
    if (!pointer.dragged && glm::length(position_px - pointer.pressed_px) < drag_starts_px) return;
    pointer.dragged = true;
    const bool pans = pointer.button == GLFW_MOUSE_BUTTON_MIDDLE || pointer.with_shift;
    const std::optional<glm::vec3> pivot = program.session.selection_pivot();
    take_camera(program, [&](Camera& camera) {
        if (pans) return pan(camera, step, program.viewport.size);
        if (pointer.button == GLFW_MOUSE_BUTTON_RIGHT) return look(camera, step);
        if (pivot) return orbit(camera, step, *pivot);
        orbit(camera, step);
    });
}

// A head or a line: into its head. Anything else: nearer to the point; empty ground: everything.
void focus_on_pointer(Program& program) {
    Session& session = program.session;
    const Focus hovered = session.view().hovered;
    if (session.view().scene == SceneChoice::neurons) return;
    if (hovered.kind == FocusKind::edge || hovered.kind == FocusKind::head) {
        session.select(hovered);
        return session.enter_head({hovered.layer, hovered.head});
    }
    if (session.shows_sheet()) return;
    if (hovered.kind == FocusKind::none) {
        return session.show_preset(session.preset().value_or(CameraPreset::default_view));
    }
    if (session.opens_layers() && hovered.head >= 0) return;  // a thumbnail stands beside the place
    session.camera_taken_by_hand();
    Camera camera = session.animator().camera();
    camera.target = point_under_pointer(camera, program.pointer.position_px, program.viewport.size);
    camera.distance_u *= 0.5f;
    session.animator().fly_to(camera);
}

// A tile opens beside its sheet; the open one is entered.
void open_tile(Program& program, const Focus& tile) {
    Session& session = program.session;
    if (tile.kind == FocusKind::head && session.view().selected == tile)
        return session.enter_head({tile.layer, tile.head});
    session.select(tile);
    if (tile.kind == FocusKind::head) program.panels.docked = Docked::matrix;
}

void on_press(Program& program, const ButtonEvent& event) {
    PointerState& pointer = program.pointer;
    pointer.position_px = pointer.pressed_px = event.position_px;
    pointer.dragged = false;
    pointer.with_shift = (event.mods & GLFW_MOD_SHIFT) != 0;
    pointer.with_alt = (event.mods & GLFW_MOD_ALT) != 0;
    const bool left = event.button == GLFW_MOUSE_BUTTON_LEFT;
    const bool is_double = left && event.time_s - pointer.last_click_s < double_click_s;
    if (left) pointer.last_click_s = event.time_s;
    PromptEdit& prompt = program.session.prompt();
    const auto byte =
        left ? program.prompt_line.byte_at(event.position_px, prompt, program.measure) : std::nullopt;
    if (byte) {
        set_input_mode(program, InputMode::typing);
        pointer.in_prompt = !is_double;
        if (is_double) return prompt.select_word(*byte);
        return prompt.place_caret(*byte, pointer.with_shift);
    }
    if (is_double) return focus_on_pointer(program);
    pointer.button = event.button;
}

void on_release(Program& program, const ButtonEvent& event) {
    PointerState& pointer = program.pointer;
    const bool is_click =
        pointer.button == event.button && event.button == GLFW_MOUSE_BUTTON_LEFT && !pointer.dragged;
    pointer.in_prompt = false;
    if (pointer.button == event.button) pointer.button = -1;
    if (!is_click) return;
    Session& session = program.session;
    if (const auto layer = session.closed_layer_at(event.position_px, program.viewport))
        return session.open_layer(*layer);
    const Focus hovered = session.view().hovered;
    if (session.view().scene == SceneChoice::heads) return open_tile(program, hovered);
    session.select(hovered);
    if (!pointer.with_alt) return;
    try {
        explain_word(program, hovered);
    } catch (const Error& error) {
        session.set_message({error.what(), error.hint()});
    }
}

void on_button(Program& program, const ButtonEvent& event) {
    if (!event.pressed) return on_release(program, event);
    if (program.session.show() == Show::intro) program.session.end_show();
    if (program.ui && program.ui->wants_pointer()) return;
    on_press(program, event);
}

void on_scroll(Program& program, const ScrollEvent& event) {
    if (program.ui && program.ui->wants_pointer()) return;
    if (program.pointer.button == GLFW_MOUSE_BUTTON_RIGHT) {
        return program.flight.step_speed(event.steps.y > 0.0f ? 1 : -1);
    }
    if (program.session.closed_layer_at(event.position_px, program.viewport))
        return program.commands.run(event.steps.y > 0.0f ? "layer.previous" : "layer.next");
    take_camera(program, [&](Camera& camera) {
        zoom_to(camera, event.steps.y, event.position_px, program.viewport.size);
    });
}

}  // namespace

void set_input_mode(Program& program, InputMode mode) {
    if (mode == program.mode) return;
    program.mode = mode;
    release_held_keys(program);
}

void release_held_keys(Program& program) {
    program.held = {};
}

void handle_event(Program& program, const WindowEvent& event) {
    if (program.ui) program.ui->take_event(event);
    if (const auto* key = std::get_if<KeyEvent>(&event)) on_key(program, *key);
    if (const auto* typed = std::get_if<CharEvent>(&event)) on_char(program, typed->code_point);
    if (const auto* pointer = std::get_if<PointerEvent>(&event)) on_pointer(program, pointer->position_px);
    if (const auto* button = std::get_if<ButtonEvent>(&event)) on_button(program, *button);
    if (const auto* scroll = std::get_if<ScrollEvent>(&event)) on_scroll(program, *scroll);
    if (const auto* focus = std::get_if<FocusEvent>(&event); focus && !focus->focused) {
        release_held_keys(program);
        program.pointer.button = -1;
    }
}

}  // namespace weft
