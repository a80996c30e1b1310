// What the commands of standard views, of fold and stack and of flying do in the window.
#include <string>

#include "app/bindings.h"
#include "app/view_options.h"

namespace weft {

namespace {

void bind_views(Program& program) {
    Session& session = program.session;
    CommandTable& commands = program.commands;
    const auto preset = [&](const char* name, CameraPreset which) {
        commands.bind(
            name,
            [&session, which](const std::string&) {
                session.leave_sheet();
                session.show_preset(which);
            },
            [&session, which] { return session.preset() == which ? "shown" : ""; });
    };
    preset("camera.default", CameraPreset::default_view);
    preset("camera.front", CameraPreset::front);
    preset("camera.top", CameraPreset::top);
    preset("camera.end", CameraPreset::end);
    preset("camera.token", CameraPreset::token);
    commands.bind(
        "camera.head", [&session](const std::string&) { session.enter_head(session.head_choice()); },
        [&session] {
            return std::to_string(session.head_choice().layer) + "." +
                   std::to_string(session.head_choice().head);
        });
    commands.bind("camera.frame", [&session](const std::string&) {
        session.leave_sheet();
        session.show_preset(session.preset().value_or(CameraPreset::default_view));
    });
    commands.bind(
        "camera.set",
        [&session](const std::string& value) {
            const CameraChoice choice = parse_camera(value);
            if (!choice.camera) return session.show_preset(choice.preset);
            session.camera_taken_by_hand();
            session.animator().fly_to(*choice.camera);
        },
        [&session] { return camera_json(session.animator().camera()); });
    commands.bind(
        "path.play",
        [&session](const std::string&) {
            session.show() == Show::path ? session.end_show() : session.play(Show::path);
        },
        [&session] { return on_off(session.show() == Show::path); });
    commands.bind(
        "view.fold", [&session](const std::string& a) { session.set_fold(toggled(session.is_folded(), a)); },
        [&session] { return on_off(session.is_folded()); });
    commands.bind(
        "view.stack",
        [&session](const std::string& a) { session.set_stack(toggled(session.is_stacked(), a)); },
        [&session] { return on_off(session.is_stacked()); });
    commands.bind("wave.play", [&session](const std::string&) { session.animator().restart_wave(); });
}

void bind_flight(Program& program) {
    CommandTable& commands = program.commands;
    const auto held = [&](const char* name, bool HeldFlight::*which) {
        commands.bind(name, [&program, which](const std::string& a) { program.held.*which = a == "on"; });
    };
    held("flight.forward", &HeldFlight::forward);
    held("flight.back", &HeldFlight::back);
    held("flight.left", &HeldFlight::left);
    held("flight.right", &HeldFlight::right);
    held("flight.up", &HeldFlight::up);
    held("flight.down", &HeldFlight::down);
    const auto speed = [&program] { return number_text(program.flight.speed_u_s()) + " u/s"; };
    commands.bind(
        "flight.speed", [&program](const std::string& a) { program.flight.set_speed_u_s(std::stof(a)); },
        speed);
    commands.bind(
        "flight.faster", [&program](const std::string&) { program.flight.step_speed(1); }, speed);
    commands.bind(
        "flight.slower", [&program](const std::string&) { program.flight.step_speed(-1); }, speed);
}

}  // namespace

void bind_camera(Program& program) {
    bind_views(program);
    bind_flight(program);
}

}  // namespace weft
