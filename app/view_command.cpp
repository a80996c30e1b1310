#include "app/view_command.h"

#include <cstdio>
#include <filesystem>

#include "analysis/error.h"
#include "app/headless.h"
#include "app/picture_file.h"
#include "app/session_settings.h"
#include "app/view_options.h"
#include "app/viewport.h"

namespace weft {

int run_view_picture(const Options& options) {
    check_picture_path(options.output);
    // The model loads on the worker's thread while the device and the fonts start here.
    Session session(headless_settings_of(options), {});
    const std::unique_ptr<Renderer> renderer = create_headless_renderer(options);
    session.set_largest_layer(renderer->largest_block_bytes());
    const MeasureText measure = renderer->text_measure();
    measure("weft", 15.0f, false);

    wait_with_lines(session);
    check_view(options.view, *session.frame());
    say_truncation(session);
    const Viewport viewport = viewport_of(options.size, options.ui_scale);
    session.view().show_hud = !options.hide_ui;
    session.view().motion = false;  // a still is true without pulses
    session.advance(0.0, viewport);
    if (const auto& message = session.message()) throw Error(message->text, message->hint);
    if (options.time_s) {
        session.play(Show::path, *options.time_s);
    } else {
        apply_start_view(session, options);
        wait_with_lines(session);  // of the head that is chosen now
    }
    session.advance(0.0, viewport);
    if (!options.time_s) session.animator().finish();  // a picture shows where transitions end

    const CapturedImage picture = renderer->render_still(session.draw(viewport, measure), options.size);
    WEFT_ASSERT(!picture.rgba.empty(), "no picture");
    write_picture(options.output, picture);
    return report_validation(*renderer);
}

}  // namespace weft
