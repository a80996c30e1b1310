#include "app/frame_loop.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/error.h"
#include "app/clock.h"
#include "app/history_commands.h"
#include "app/panels/panels.h"
#include "app/picture_file.h"
#include "app/place_commands.h"
#include "app/state_file.h"
#include "app/viewport.h"
#include "scenes/quantity.h"

namespace weft {

namespace {

constexpr double least_frame_s = 1.0 / 60.0;  // nothing is gained by more
constexpr double longest_step_s = 0.1;        // of motion, after a frame that took long
// A frame waits so long for the attention of a text just changed, so that one frame shows both.
constexpr double hold_s = 0.04;
constexpr double caret_blink_s = 0.53, caret_rests_after_s = 10.0;
constexpr double state_every_s = 0.1, message_passes_s = 5.0;
constexpr int frames_to_settle = 3;  // of the user interface, after an event

class FrameLoop {
  public:
    FrameLoop(Program& program, Script script)
        : program_(program), ui_(*program.ui), script_(std::move(script)) {}

    int run() {
        while (!program_.window.should_close()) {
            sleep();
            take_events();
            take_watched();
            run_script();
            resume_wave(clock_s());
            if (waits_for_attention()) continue;
            if (!update_size()) continue;
            if (seconds_until_frame(clock_s()) > 0.0) continue;
            draw_frame();
            finish_frame();
        }
        if (program_.recorder.is_running()) stop_recording(program_);
        return exit_code_;
    }

  private:
    bool is_moving() const {
        return program_.session.is_moving() || program_.flight.is_moving() || program_.held.any() ||
               animates_;
    }

    // 0: at once. The caret's blink is the slowest clock.
    double seconds_until_frame(double now) const {
        const double earliest =
            program_.latency.is_waiting() ? 0.0 : std::max(0.0, last_frame_s_ + least_frame_s - now);
        if (settling_ > 0 || is_moving() || program_.needs_frame) return earliest;
        double wait = 1.0;
        if (message_goes_s_ > 0.0) wait = std::min(wait, std::max(0.0, message_goes_s_ - now));
        if (wave_resumes_s_ > 0.0) wait = std::min(wait, std::max(0.0, wave_resumes_s_ - now));
        if (program_.recorder.is_running()) wait = std::min(wait, program_.recorder.seconds_until_due(now));
        if (program_.mode == InputMode::typing && now - last_input_s_ < caret_rests_after_s) {
            wait = std::min(wait, caret_blink_s - std::fmod(now - last_input_s_, caret_blink_s) + 0.001);
            if (caret_is_on(now) != caret_was_on_) return earliest;
        }
        if (program_.panels.docked == Docked::timings) wait = std::min(wait, last_frame_s_ + 0.5 - now);
        if (program_.session.has_pending_analysis()) wait = std::min(wait, 0.02);
        if (program_.session.load_fraction() || program_.session.method_progress())
            wait = std::min(wait, std::max(0.0, last_frame_s_ + 0.1 - now));
        if (!script_.is_done()) wait = std::min(wait, 0.01);
        if (is_refined_ || program_.quality.step() == 0 || wave_resumes_s_ > 0.0) return std::max(wait, 0.0);
        return std::max(0.0, std::min(wait, last_frame_s_ + 0.2 - now));
    }

    bool caret_is_on(double now) const {
        const double since = now - last_input_s_;
        return since > caret_rests_after_s || std::fmod(since, 2.0 * caret_blink_s) < caret_blink_s;
    }

    void sleep() {
        const double now = clock_s();
        const double wait = seconds_until_frame(now);
        was_idle_ = was_idle_ || !is_moving();
        const bool is_minimised = program_.viewport.size.x == 0 || program_.viewport.size.y == 0;
        if (is_minimised && drew_once_) return program_.window.wait(0.25);
        // A connected gamepad sends no events: it is asked.
        const double longest = program_.window.gamepad().connected ? least_frame_s : 1.0;
        if (wait <= 0.0) return program_.window.poll();
        program_.window.wait(std::min(wait, longest));
    }

    void take_events() {
        const double now = clock_s();
        for (const WindowEvent& event : program_.window.take_events()) {
            handle_event(program_, event);
            last_input_s_ = now;
            settling_ = frames_to_settle;
        }
        if (program_.window.take_redraw_request()) program_.needs_frame = true;
        const FramePtr shown = program_.session.frame();
        if (program_.session.submit_prompt()) text_changed(now);
        program_.session.take_news();
        if (shows_more(shown.get(), program_.session.frame().get())) program_.needs_frame = true;
        if (program_.session.take_message_change()) {
            program_.needs_frame = true;
            const auto& message = program_.session.message();
            message_goes_s_ = message && message->passes ? now + message_passes_s : 0.0;
        }
        if (message_goes_s_ > 0.0 && now >= message_goes_s_) program_.session.clear_message();
    }

    // Whether the picture or an open panel may change from one frame of the analysis to the next.
    bool shows_more(const AttentionFrame* before, const AttentionFrame* now) const {
        if (!now || now == before) return false;
        const ViewState& view = program_.session.view();
        return !before || before->revision != now->revision || program_.panels.docked != Docked::none ||
               !same_numbers(*before, *now, view);
    }

    void take_watched() {
        if (!program_.watch) return;
        WatchNews news = program_.watch->take_news();
        if (!news.has_changed) return;
        program_.needs_frame = true;
        Session& session = program_.session;
        if (news.frame) {
            session.show_trace(std::move(news.frame));
            while (session.message()) session.clear_message();
        }
        if (!news.message.empty()) session.set_message({news.message, news.hint});
        if (news.name.empty()) return;
        const std::string& own = program_.options.view.title;
        session.view().title = (own.empty() ? "" : own + " · ") + news.name + " · " +
                               std::to_string(news.number) + " of " + std::to_string(news.count);
    }

    void run_script() {
        if (script_.is_done()) return;
        const bool has_failed = program_.session.message() && !program_.session.plan();
        const bool at_rest = drew_once_ && (program_.session.is_settled() || has_failed) &&
                             !program_.flight.is_moving() && settling_ == 0 && !program_.needs_frame;
        const size_t before = script_.lines_left();
        try {
            script_.run_due(program_.commands, clock_s(), at_rest);
        } catch (const Error& error) {
            std::fprintf(stderr, "weft: %s\n", error.what());
            exit_code_ = 1;
            program_.window.request_close();
        }
        if (script_.lines_left() == before) return;
        settling_ = frames_to_settle;
        if (program_.session.submit_prompt()) text_changed(clock_s());
    }

    void text_changed(double now) {
        program_.latency.text_changed(now, program_.session.submitted_revision());
        program_.session.animator().rest_wave();
        wave_resumes_s_ = now + wave_rests_s;
    }

    void resume_wave(double now) {
        if (wave_resumes_s_ <= 0.0 || now < wave_resumes_s_) return;
        wave_resumes_s_ = 0.0;
        program_.session.animator().restart_wave();
        program_.needs_frame = true;
    }

    bool waits_for_attention() {
        if (!program_.latency.is_waiting() || !program_.session.has_pending_analysis()) return false;
        const double waited = program_.latency.waited_s(clock_s());
        if (waited >= hold_s || !drew_once_) return false;
        program_.window.wait(hold_s - waited);
        return true;
    }

    bool update_size() {
        const glm::ivec2 size = program_.window.size_px();
        if (size != program_.renderer.size()) {
            program_.renderer.resize(size);
            program_.needs_frame = true;
            settling_ = frames_to_settle;
        }
        const float scale = viewport_of(size, program_.ui_scale_setting).ui_scale;
        program_.viewport = viewport_of(size, program_.ui_scale_setting, docked_px(program_.panels, scale),
                                        program_.renderer.quality().segments, shows_prompt());
        return size.x > 0 && size.y > 0;
    }

    void draw_frame() {
        Session& session = program_.session;
        const double now = clock_s();
        const double dt_s = was_idle_ ? least_frame_s : std::min(now - last_frame_s_, longest_step_s);
        follows_frame_ = !was_idle_;
        frame_gap_ms_ = (now - last_frame_s_) * 1e3;
        was_idle_ = false;
        last_frame_s_ = now;
        program_.needs_frame = false;
        settling_ = std::max(0, settling_ - 1);

        fly(program_, dt_s);
        const bool over_ui = ui_.wants_pointer();
        const bool shift =
            program_.window.is_down(GLFW_KEY_LEFT_SHIFT) || program_.window.is_down(GLFW_KEY_RIGHT_SHIFT);
        if (over_ui || program_.pointer.dragged) session.set_hovered({});
        if (!over_ui && program_.pointer.button < 0)
            session.hover(program_.pointer.position_px, program_.viewport, shift,
                          program_.flight.is_moving());

        update_places(program_);
        update_history(program_);
        ViewState& view = session.view();
        const UiColors colors = ui_colors(view.theme);
        ui_.begin_frame(program_.viewport.ui_scale, colors);
        draw_panels(program_, ui_);
        ui_.end_frame();
        if (ui_.has_events()) program_.needs_frame = true;

        set_quality();
        session.advance(dt_s, program_.viewport);
        view.show_hud = !program_.panels.hidden;
        DrawList list = session.draw(program_.viewport, program_.measure);
        draw_prompt(list, colors, now);
        animates_ = list.animates;

        ask_captures(now);
        if (!program_.renderer.render(list, &ui_)) program_.needs_frame = true;
        drew_once_ = true;
        say_memory_note();
    }

    void say_memory_note() {
        const std::string note = program_.renderer.stats().memory_note;
        if (note == memory_note_) return;
        memory_note_ = note;
        if (!note.empty()) program_.session.set_message({note, "", true});
    }

    // At rest the best quality is affordable; while things move, what the device can do in time.
    void set_quality() {
        const bool moves = is_moving() || program_.pointer.button >= 0 || program_.latency.is_waiting();
        is_refined_ = !moves;
        program_.renderer.set_quality(moves ? program_.quality.quality() : quality_steps.front());
        program_.viewport.segments = program_.renderer.quality().segments;
    }

    bool shows_prompt() const { return !program_.panels.hidden && program_.session.is_live(); }

    void draw_prompt(DrawList& list, const UiColors& colors, double now) {
        const Session& session = program_.session;
        caret_was_on_ = caret_is_on(now);
        if (!shows_prompt()) return;
        PromptLine::Look look;
        look.mode = program_.mode;
        look.caret_is_on = caret_was_on_;
        if (const FramePtr frame = session.frame()) look.truncation = frame->truncation;
        look.colors = colors;
        if (session.prompt().text().empty()) look.hint = "Type a sentence.";
        if (session.show() == Show::intro) look.hint = "Type to change the sentence. Point at a word.";
        program_.prompt_line.draw(list, session.prompt(), look, program_.viewport, program_.measure);
    }

    void ask_captures(double now) {
        if (program_.recorder.is_due(now)) {
            const int64_t index = program_.recorder.index_at(now);
            program_.recorder.frame_asked(index);
            program_.renderer.capture_next(
                [this, index](CapturedImage&& picture) { program_.recorder.add(std::move(picture), index); },
                true);
        }
        if (!program_.screenshot_path.empty()) {
            program_.renderer.capture_next([this, path = std::exchange(program_.screenshot_path, {})](
                                               CapturedImage&& picture) { save_screenshot(path, picture); });
            takes_screenshot_ = true;
        }
    }

    void save_screenshot(const std::string& path, const CapturedImage& picture) {
        try {
            write_picture(path, picture);
            program_.session.set_message({"saved '" + path + "'", "", true});
        } catch (const Error& error) {
            program_.session.set_message({error.what(), error.hint()});
        }
    }

    void finish_frame() {
        const double now = clock_s();
        program_.latency.frame_shown(now, program_.session.shown_revision());
        if (follows_frame_) {
            program_.frame_ms =
                program_.frame_ms <= 0.0 ? frame_gap_ms_ : program_.frame_ms * 0.9 + frame_gap_ms_ * 0.1;
            program_.quality.frame_took(frame_gap_ms_);
        } else {
            program_.quality.paused();
        }
        if (std::exchange(takes_screenshot_, false)) program_.renderer.flush_captures();
        if (program_.recorder.has_failed()) stop_recording(program_);
        for (const std::string& message : program_.renderer.take_validation_messages()) {
            std::fprintf(stderr, "weft: validation: %s\n", message.c_str());
            ++validation_messages_;
            exit_code_ = 1;
        }
        const std::string& path = program_.options.state_file;
        if (path.empty() || (now - last_state_s_ < state_every_s && is_moving())) return;
        last_state_s_ = now;
        write_state(path, state_json(program_, validation_messages_));
    }

    Program& program_;
    ImguiLayer& ui_;
    Script script_;
    double last_frame_s_ = 0.0, last_input_s_ = 0.0, last_state_s_ = 0.0, frame_gap_ms_ = 0.0,
           message_goes_s_ = 0.0,  // 0: it stays, or there is none
        wave_resumes_s_ = 0.0;     // 0: it runs, or does not rest for typing
    int settling_ = frames_to_settle;
    uint64_t validation_messages_ = 0;
    std::string memory_note_;
    bool was_idle_ = true, follows_frame_ = false, drew_once_ = false, animates_ = false, is_refined_ = false;
    bool caret_was_on_ = true, takes_screenshot_ = false;
    int exit_code_ = 0;
};

}  // namespace

int run_frames(Program& program, Script script) {
    return FrameLoop(program, std::move(script)).run();
}

}  // namespace weft
