// From a trace file to the first picture of all its heads, as the running program makes it: read, plan, draw,
// and the device's pixels copied back. Answers each line of its input with one of JSON.
//   sheet_bench TRACE.safetensors
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/error.h"
#include "app/headless.h"
#include "app/session_settings.h"
#include "app/viewport.h"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

double ms_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
}

nlohmann::ordered_json first_picture(const Options& options, Renderer& renderer, const MeasureText& measure) {
    const auto began = Clock::now();
    Session session(session_settings_of(options), {});
    const auto read = Clock::now();
    const Viewport viewport = viewport_of(options.size, 1.0f);
    session.advance(0.0, viewport);
    session.animator().finish();
    const auto planned = Clock::now();
    size_t pixels = 0;
    renderer.capture_next([&](CapturedImage&& picture) { pixels = picture.rgba.size() / 4; });
    renderer.render(session.draw(viewport, measure), nullptr);
    renderer.flush_captures();
    const auto drawn = Clock::now();
    if (pixels != size_t(options.size.x) * size_t(options.size.y) || !session.shows_sheet())
        throw Error("no picture of all heads");
    return {{"ms", ms_between(began, drawn)},
            {"read_ms", ms_between(began, read)},
            {"plan_ms", ms_between(read, planned)},
            {"draw_ms", ms_between(planned, drawn)}};
}

void run(const std::string& trace) {
    Options options;
    options.trace_file = trace;
    options.view.scene = SceneChoice::heads;
    options.view.motion = false;
    const std::unique_ptr<Renderer> renderer = create_headless_renderer(options);
    const MeasureText measure = renderer->text_measure();
    // The running program has drawn before: fonts and pipelines stand.
    first_picture(options, *renderer, measure);
    std::cout << nlohmann::json{{"device", renderer->device().name}} << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << first_picture(options, *renderer, measure) << std::endl;
}

}  // namespace
}  // namespace weft

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: sheet_bench TRACE.safetensors\n");
        return 2;
    }
    try {
        weft::run(arguments[1]);
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
        return 1;
    }
    return 0;
}
