// What the commands of videos and pictures do in the window.
#include <string>

#include "app/bindings.h"
#include "app/clock.h"
#include "app/file_name.h"

namespace weft {

namespace {

void start_recording(Program& program) {
    program.recorder.start(program.renderer.size(), clock_s());
    for (const std::string& remark : program.recorder.remarks())
        program.session.set_message({remark, "", true});
}

}  // namespace

void stop_recording(Program& program) {
    program.renderer.flush_captures();
    const RecordingResult result = program.recorder.stop(clock_s());
    if (!result.failure.empty()) {
        const bool plays = !result.output.empty();
        program.session.set_message(
            {"the recording ended early: " + result.failure,
             (plays ? "'" + result.output.string() + "' plays up to there. " : "") + result.hint});
    } else if (!result.output.empty()) {
        program.session.set_message(
            {"recorded '" + result.output.string() + "', " + number_text(result.seconds) + " s" +
                 (result.dropped > 0 ? ", " + std::to_string(result.dropped) + " frames dropped" : ""),
             "", true});
    }
}

void bind_recording(Program& program) {
    CommandTable& commands = program.commands;
    commands.bind(
        "record.toggle",
        [&program](const std::string& a) {
            const bool wanted = toggled(program.recorder.is_running(), a);
            if (wanted && !program.recorder.is_running()) start_recording(program);
            if (!wanted && program.recorder.is_running()) stop_recording(program);
        },
        [&program] { return on_off(program.recorder.is_running()); });
    commands.bind("screenshot", [&program](const std::string& a) {
        program.screenshot_path = a.empty() ? unused_file_name("weft", ".png") : a;
    });
}

}  // namespace weft
