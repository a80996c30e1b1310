// What every command of the table does in the window.
#include "app/bindings.h"

#include <cstdio>
#include <string>

#include "app/view_options.h"

namespace weft {

std::string on_off(bool on) {
    return on ? "on" : "off";
}
bool toggled(bool now, const std::string& argument) {
    return argument.empty() ? !now : argument == "on";
}

std::string number_text(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", number);
    return text;
}

ViewState view_with(const Program& program, const std::string& option, const std::string& value) {
    ViewState view = program.session.view();
    set_view_option(view, option, value);
    if (const FramePtr frame = program.session.frame()) check_view(view, *frame);
    return view;
}

namespace {

void bind_program(Program& program) {
    CommandTable& commands = program.commands;
    const auto mode = [&program] { return program.mode == InputMode::typing ? "typing" : "flying"; };
    commands.bind(
        "input.switch",
        [&program](const std::string&) {
            set_input_mode(program,
                           program.mode == InputMode::typing ? InputMode::flying : InputMode::typing);
        },
        mode);
    commands.bind(
        "prompt.focus", [&program](const std::string&) { set_input_mode(program, InputMode::typing); }, mode);
    commands.bind(
        "flight.focus", [&program](const std::string&) { set_input_mode(program, InputMode::flying); }, mode);
    commands.bind("selection.clear", [&program](const std::string&) {
        Session& session = program.session;
        if (program.panels.help) {
            program.panels.help = false;
        } else if (session.message() && !session.message()->passes) {
            session.clear_message();
        } else if (session.load_fraction() && session.plan()) {
            session.cancel_model_change();
        } else if (session.can_cancel_method()) {
            program.commands.run("method.cancel");
        } else if (program.mode == InputMode::typing) {
            set_input_mode(program, InputMode::flying);
        } else {
            session.select({});
            session.animator().follow_token(-1);
            if (session.preset() == CameraPreset::head || session.preset() == CameraPreset::token)
                session.show_preset(CameraPreset::default_view);
        }
    });
    commands.bind("app.quit", [&program](const std::string&) { program.window.request_close(); });
    commands.bind(
        "window.fullscreen",
        [&program](const std::string& a) {
            program.window.set_fullscreen(toggled(program.window.is_fullscreen(), a));
        },
        [&program] { return on_off(program.window.is_fullscreen()); });
}

}  // namespace

void bind_commands(Program& program) {
    bind_program(program);
    bind_panels(program);
    bind_source(program);
    bind_recording(program);
    bind_camera(program);
    bind_attention(program);
    bind_lines(program);
    bind_look(program);
    bind_prompt(program);
    bind_methods(program);
    bind_image(program);
    bind_places(program);
    bind_history(program);
}

}  // namespace weft
