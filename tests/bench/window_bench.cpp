// What a frame of the window costs beside one that draws the same lines and nothing else: real attention,
// labels, HUD, the docked matrix panel, the wave running, at the best quality and with nothing that waits for
// the next sixtieth of a second. Needs a display. Both sides in turn; prints one JSON object.
// A text has the matrix docked; a trace is shown as the window opens it. LEAST_LINES 0: the view's own
// number.
//   window_bench TEXT|TRACE.safetensors LEAST_LINES ROUNDS FRAMES
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "app/panels/panels.h"
#include "app/session_settings.h"
#include "app/viewport.h"

namespace weft {
namespace {

constexpr double step_s = 1.0 / 30.0;

double since_ms(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + long(values.size() / 2), values.end());
    return values[values.size() / 2];
}

struct Cost {
    double wall_ms = 0.0, processor_ms = 0.0;  // of one frame
};

class Bench {
  public:
    explicit Bench(const Options& options)
        : window_("Weft", options.size), session_(session_settings_of(options), {}) {
        RendererSettings settings;
        settings.size = window_.size_px();
        settings.surface = window_.surface_source();
        renderer_ = Renderer::create(settings);
        program_ = std::make_unique<Program>(options, window_, *renderer_, session_);
        ui_ = std::make_unique<ImguiLayer>(window_, *renderer_, 1.0f);
        program_->ui = ui_.get();
        bind_commands(*program_);
        if (options.text) program_->panels.docked = Docked::matrix;
        program_->viewport = viewport_of(window_.size_px(), 1.0f, docked_px(program_->panels, 1.0f));
        session_.wait_for_analysis();
        session_.advance(0.0, program_->viewport);
        for (int i = 0; i < 10; ++i) draw_whole();  // fonts, pipelines, the window's images
    }

    // The smallest line budget that gives at least so many lines.
    void show_lines(uint64_t least) {
        if (least == 0) return;
        Thresholding& threshold = session_.view().threshold;
        for (threshold.budget = int(least); threshold.budget < 1'000'000;
             threshold.budget += int(least) / 20) {
            session_.advance(0.0, program_->viewport);
            if (session_.plan()->ledger.lines >= least) return;
        }
        throw Error("this text has no " + std::to_string(least) + " lines");
    }

    // `frames` frames as the window draws them. Their lines go to `lists`.
    Cost cost_of_whole(int frames, std::vector<DrawList>& lists) {
        lists.clear();
        return measured(frames, [&](int) {
            lists.push_back(draw_whole());
            DrawList& lines = lists.back();
            lines.planes.clear();
            lines.strokes_below.clear();
            lines.strokes_above.clear();
            lines.rects.clear();
            lines.labels.clear();
        });
    }
    Cost cost_of_lines(const std::vector<DrawList>& lists) {
        return measured(int(lists.size()), [&](int i) { renderer_->render(lists[size_t(i)], nullptr); });
    }

    // Milliseconds of the main thread by what it does, then of every pass on the device.
    nlohmann::ordered_json parts() const {
        nlohmann::ordered_json json = {{"panels", median(panels_ms_)},
                                       {"draw list", median(list_ms_)},
                                       {"recording, waiting for the device", median(render_ms_)}};
        for (const PassTiming& pass : renderer_->stats().passes) json["device: " + pass.name] = pass.gpu_ms;
        return json;
    }
    int budget() const { return session_.view().threshold.budget; }
    uint64_t lines() const { return renderer_->stats().lines_drawn; }
    size_t tokens() const { return session_.frame()->stacks.front().tokens.size(); }
    const std::string& device() const { return renderer_->device().name; }

  private:
    DrawList draw_whole() {
        const auto began = std::chrono::steady_clock::now();
        window_.poll();
        window_.take_events();
        ui_->begin_frame(1.0f, ui_colors(session_.view().theme));
        draw_panels(*program_, *ui_);
        ui_->end_frame();
        const double panels = since_ms(began);
        session_.advance(step_s, program_->viewport);
        DrawList list = session_.draw(program_->viewport, program_->measure);
        const double built = since_ms(began);
        renderer_->render(list, ui_.get());
        panels_ms_.push_back(panels);
        list_ms_.push_back(built - panels);
        render_ms_.push_back(since_ms(began) - built);
        return list;
    }

    template <typename Draw>
    Cost measured(int frames, Draw draw) {
        renderer_->flush_captures();  // the device is at rest
        const std::clock_t processor = std::clock();
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < frames; ++i) draw(i);
        renderer_->flush_captures();
        return {since_ms(began) / frames, 1e3 * double(std::clock() - processor) / CLOCKS_PER_SEC / frames};
    }

    Window window_;
    Session session_;
    std::unique_ptr<Renderer> renderer_;
    std::unique_ptr<Program> program_;
    std::unique_ptr<ImguiLayer> ui_;
    std::vector<double> panels_ms_, list_ms_, render_ms_;
};

void run(const std::string& shown, uint64_t least_lines, int rounds, int frames) {
    Options options;
    (shown.ends_with(".safetensors") ? options.trace_file : options.text.emplace()) = shown;
    Bench bench(options);
    bench.show_lines(least_lines);
    std::vector<double> whole_wall, whole_processor, lines_wall, lines_processor;
    std::vector<DrawList> lists;
    nlohmann::ordered_json parts;
    for (int i = 0; i < rounds + 1; ++i) {
        const Cost whole = bench.cost_of_whole(frames, lists);
        parts = bench.parts();
        const Cost lines = bench.cost_of_lines(lists);
        if (i == 0) continue;  // warm-up
        whole_wall.push_back(whole.wall_ms);
        whole_processor.push_back(whole.processor_ms);
        lines_wall.push_back(lines.wall_ms);
        lines_processor.push_back(lines.processor_ms);
    }
    const nlohmann::ordered_json json = {{"device", bench.device()},
                                         {"tokens", bench.tokens()},
                                         {"lines", bench.lines()},
                                         {"budget", bench.budget()},
                                         {"whole_ms", median(whole_wall)},
                                         {"whole_processor_ms", median(whole_processor)},
                                         {"lines_ms", median(lines_wall)},
                                         {"lines_processor_ms", median(lines_processor)},
                                         {"parts_ms", parts}};
    std::printf("%s\n", json.dump().c_str());
}

}  // namespace
}  // namespace weft

int main(int argument_count, char** arguments) {
    if (argument_count != 5) {
        std::fprintf(stderr, "usage: window_bench TEXT|TRACE.safetensors LEAST_LINES ROUNDS FRAMES\n");
        return 2;
    }
    try {
        weft::run(arguments[1], uint64_t(std::atoll(arguments[2])), std::atoi(arguments[3]),
                  std::atoi(arguments[4]));
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
        return 1;
    }
    return 0;
}
