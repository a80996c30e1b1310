#include "app/record_command.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/error.h"
#include "app/headless.h"
#include "app/interrupt.h"
#include "app/progress.h"
#include "app/prompt_line.h"
#include "app/recorder.h"
#include "app/session_settings.h"
#include "app/typing_pace.h"
#include "app/view_options.h"
#include "app/viewport.h"

namespace weft {

namespace {

// A text that is typed: an empty line before, a look at the whole after, a flight to where the default path
// begins.
constexpr double before_typing_s = 0.8, after_typing_s = 2.4, flight_to_path_s = 1.2, caret_blink_s = 0.53;

// What happens when: first the typing (if any), then the path.
struct Timeline {
    std::string typed;
    TypingPace pace;
    double path_from_s = 0.0, seconds = 0.0;

    std::string_view text_at(double time_s) const {
        return std::string_view(typed).substr(0, typed_bytes(pace, time_s - before_typing_s));
    }
};

Timeline timeline_of(const Options& options) {
    Timeline timeline;
    if (options.typed_text) {
        timeline.typed = *options.typed_text;
        timeline.pace = typing_pace(timeline.typed);
        timeline.path_from_s = before_typing_s + timeline.pace.duration_s + after_typing_s;
    }
    timeline.seconds = options.seconds.value_or(timeline.path_from_s + default_path_duration_s);
    return timeline;
}

// A caret blinks from the last key on.
bool caret_is_on(const Timeline& timeline, double time_s) {
    double last_s = 0.0;
    for (const double key_s : timeline.pace.times_s) {
        if (key_s + before_typing_s <= time_s) last_s = key_s + before_typing_s;
    }
    return std::fmod(time_s - last_s, 2.0 * caret_blink_s) < caret_blink_s;
}

int finish_left_recordings() {
    const std::vector<UnfinishedRecording> unfinished = find_unfinished();
    if (unfinished.empty()) std::printf("No recording is unfinished.\n");
    for (const UnfinishedRecording& recording : unfinished) {
        const std::filesystem::path video = finish_recording(recording.part);
        std::printf("%s  %.1f s, from %s\n", video.c_str(), recording.seconds, recording.part.c_str());
    }
    return 0;
}

void mention_left_recordings() {
    for (const UnfinishedRecording& recording : find_unfinished()) {
        std::fprintf(stderr,
                     "weft: '%s' was not finished (%.1f s): \"weft record --finish\" makes a video of it\n",
                     recording.part.c_str(), recording.seconds);
    }
}

int report(const RecordingResult& result, bool interrupted) {
    if (!result.failure.empty()) {
        std::fprintf(stderr, "weft: the recording ended early: %s\n", result.failure.c_str());
        if (!result.hint.empty()) std::fprintf(stderr, "      %s\n", result.hint.c_str());
    }
    if (result.output.empty()) return 1;
    std::printf("%s  %lld frames, %.1f s%s\n", result.output.c_str(), static_cast<long long>(result.frames),
                result.seconds, interrupted ? ", stopped early" : "");
    return result.failure.empty() ? 0 : 1;
}

}  // namespace

int run_record(const Options& options) {
    if (options.finish) return finish_left_recordings();
    mention_left_recordings();
    const Timeline timeline = timeline_of(options);
    SessionSettings settings = headless_settings_of(options);
    if (options.typed_text) settings.text.clear();
    settings.waits_for_text = options.typed_text.has_value();
    Session session(std::move(settings), {});
    Options even = options;
    even.size = even_size(options.size);
    const std::unique_ptr<Renderer> renderer = create_headless_renderer(even);
    session.set_largest_layer(renderer->largest_block_bytes());
    const MeasureText measure = renderer->text_measure();

    RecorderSettings recording;
    recording.output = options.output;
    recording.size = options.size;
    recording.frames_per_second = options.frames_per_second;
    Recorder recorder(recording);
    for (const std::string& remark : recorder.remarks()) std::fprintf(stderr, "weft: %s\n", remark.c_str());
    wait_with_lines(session);
    if (session.frame()) {
        check_view(options.view, *session.frame());
        if (!has_quantity(*session.frame(), options.view))
            throw Error("the model gives no '" + options.view.quantity + "' for this input",
                        "Choose another --quantity, or --attention.");
    }
    session.view().show_hud = !options.hide_ui;

    const InterruptGuard interrupts;
    const double step_s = 1.0 / options.frames_per_second;
    const auto frames = static_cast<int64_t>(std::llround(timeline.seconds * options.frames_per_second));
    const Viewport viewport =
        viewport_of(even.size, options.ui_scale, 0.0f, Viewport{}.segments, options.typed_text.has_value());
    PromptLine prompt_line;
    Progress progress("recording", timeline.seconds, "s");
    int64_t drawn = 0;
    double wave_resumes_s = 0.0;
    for (; drawn < frames && !InterruptGuard::interrupted() && !recorder.failure(); ++drawn) {
        const double time_s = static_cast<double>(drawn) * step_s;
        if (const std::string_view text = timeline.text_at(time_s);
            text.size() > session.prompt().text().size()) {
            session.prompt().insert(text.substr(session.prompt().text().size()));
            session.submit_prompt();
            session.wait_for_analysis();
            session.animator().rest_wave();
            wave_resumes_s = time_s + wave_rests_s;
        }
        if (wave_resumes_s > 0.0 && time_s >= wave_resumes_s) {
            session.animator().restart_wave();
            wave_resumes_s = 0.0;
        }
        if (drawn == 0) {
            session.advance(0.0, viewport);
            apply_start_view(session, options);
            session.advance(0.0, viewport);
            session.animator().finish();
        }
        const bool on_path =
            time_s >= timeline.path_from_s && time_s < timeline.path_from_s + default_path_duration_s;
        if (on_path && session.show() == Show::none && !options.has_camera) {
            session.play(Show::path, time_s - timeline.path_from_s - step_s);
        }
        const bool nears_path =
            time_s >= timeline.path_from_s - flight_to_path_s && time_s < timeline.path_from_s;
        if (options.typed_text && nears_path && !options.has_camera && !session.is_folded()) {
            session.show_preset(CameraPreset::front);
        }
        session.advance(step_s, viewport);
        DrawList list = session.draw(viewport, measure);
        if (options.typed_text && time_s < timeline.path_from_s) {
            PromptLine::Look look;
            look.shows_mode = false;
            look.caret_is_on = caret_is_on(timeline, time_s);
            if (session.frame()) look.truncation = session.frame()->truncation;
            look.colors = ui_colors(session.view().theme);
            prompt_line.draw(list, session.prompt(), look, viewport, measure);
        }
        renderer->capture_next(
            [&recorder, drawn](CapturedImage&& picture) { recorder.add(std::move(picture), drawn); });
        renderer->render(list, nullptr);
        progress.update(static_cast<double>(drawn + 1) * step_s);
    }
    renderer->flush_captures();
    progress.finish();
    say_truncation(session);
    const int recorded = report(recorder.stop(drawn), InterruptGuard::interrupted());
    const int validated = report_validation(*renderer);
    return std::max(recorded, validated);
}

}  // namespace weft
