// The two halves of `weft record` alone: the frames of the default path rendered and copied back, and the
// same pictures encoded, in turn, so many frames at a time. Prints one JSON object.
//   record_bench TEXT FRAMES FRAMES_PER_SECOND OUTPUT.mp4
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "app/headless.h"
#include "app/session_settings.h"
#include "app/video_encoder.h"
#include "app/viewport.h"

namespace weft {
namespace {

constexpr int frames_at_a_time = 50;

class Stopwatch {
  public:
    void start() {
        began_ = std::chrono::steady_clock::now();
        processor_began_ = std::clock();
    }
    void stop() {
        wall_s += std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
        processor_s += double(std::clock() - processor_began_) / CLOCKS_PER_SEC;
    }
    double wall_s = 0.0, processor_s = 0.0;

  private:
    std::chrono::steady_clock::time_point began_;
    std::clock_t processor_began_ = 0;
};

void run(const std::string& text, int frames, int frames_per_second, const std::string& output) {
    Options options;
    options.text = text;
    Session session(session_settings_of(options), {});
    const std::unique_ptr<Renderer> renderer = create_headless_renderer(options);
    const MeasureText measure = renderer->text_measure();
    const Viewport viewport = viewport_of(options.size, options.ui_scale);
    const double step_s = 1.0 / frames_per_second;
    session.wait_for_analysis();
    session.advance(0.0, viewport);
    session.play(Show::path, -step_s);
    const std::unique_ptr<VideoEncoder> encoder =
        VideoEncoder::open({output, options.size, frames_per_second});

    Stopwatch rendering, encoding;
    std::vector<CapturedImage> pictures;
    for (int drawn = 0; drawn < frames; drawn += frames_at_a_time) {
        pictures.clear();
        rendering.start();
        for (int i = drawn; i < std::min(frames, drawn + frames_at_a_time); ++i) {
            session.advance(step_s, viewport);
            renderer->capture_next([&](CapturedImage&& picture) { pictures.push_back(std::move(picture)); });
            renderer->render(session.draw(viewport, measure), nullptr);
        }
        renderer->flush_captures();
        rendering.stop();
        encoding.start();
        for (const CapturedImage& picture : pictures) encoder->encode(picture.rgba.data(), picture.width * 4);
        encoding.stop();
    }
    encoding.start();
    encoder->finish();
    encoding.stop();
    const nlohmann::ordered_json json = {{"frames", frames},
                                         {"encoder", encoder->encoder_name()},
                                         {"render_s", rendering.wall_s},
                                         {"render_processor_s", rendering.processor_s},
                                         {"encode_s", encoding.wall_s},
                                         {"encode_processor_s", encoding.processor_s}};
    std::printf("%s\n", json.dump().c_str());
}

}  // namespace
}  // namespace weft

int main(int argument_count, char** arguments) {
    if (argument_count != 5) {
        std::fprintf(stderr, "usage: record_bench TEXT FRAMES FRAMES_PER_SECOND OUTPUT.mp4\n");
        return 2;
    }
    try {
        weft::run(arguments[1], std::atoi(arguments[2]), std::atoi(arguments[3]), arguments[4]);
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
        return 1;
    }
    return 0;
}
