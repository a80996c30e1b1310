#include "app/recorder.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "analysis/error.h"
#include "tests/app/temporary_folder.h"
#include "tests/app/video_reading.h"

using namespace weft;
namespace fs = std::filesystem;

namespace {

CapturedImage plain_picture(int width, int height, uint8_t r, uint8_t g, uint8_t b) {
    CapturedImage image;
    image.width = uint32_t(width);
    image.height = uint32_t(height);
    image.rgba.resize(size_t(width) * height * 4, 255);
    for (size_t i = 0; i < image.rgba.size(); i += 4) {
        image.rgba[i] = r;
        image.rgba[i + 1] = g;
        image.rgba[i + 2] = b;
    }
    return image;
}

// Changes completely from frame to frame, so that the file grows quickly.
CapturedImage noise_picture(int width, int height, uint32_t seed) {
    CapturedImage image = plain_picture(width, height, 0, 0, 0);
    for (uint8_t& byte : image.rgba) byte = uint8_t((seed = seed * 1664525u + 1013904223u) >> 24);
    return image;
}

// No jump that would look like a new scene: a keyframe there would begin a fragment by itself.
uint8_t grey_of_frame(int64_t index) {
    return uint8_t(40 + index);
}

}  // namespace

TEST_CASE("what goes in comes out: count, times, size, tags and colour") {
    const TemporaryFolder folder;
    Recorder recorder({folder / "a.mp4", {320, 180}, 25, false});
    CHECK(recorder.remarks().empty());
    for (int i = 0; i < 60; ++i) CHECK(recorder.add(plain_picture(320, 180, 200, 60, 30), i));
    const RecordingResult result = recorder.stop();
    CHECK(result.failure.empty());
    CHECK(result.frames == 60);
    CHECK(result.dropped == 0);
    CHECK(result.seconds == Approx(60 / 25.0));
    CHECK_FALSE(fs::exists(folder / "a.mp4.part"));
    CHECK(find_unfinished().empty());
    const ReadVideo video = read_video((folder / "a.mp4").string());
    REQUIRE(video.times_s.size() == 60);
    for (size_t i = 0; i < 60; ++i) CHECK(video.times_s[i] == Approx(double(i) / 25.0).margin(1e-6));
    CHECK(video.codec == "h264");
    CHECK(video.width == 320);
    CHECK(video.height == 180);
    CHECK(video.pixel_format == AV_PIX_FMT_YUV420P);
    CHECK(video.range == AVCOL_RANGE_MPEG);
    CHECK(video.matrix == AVCOL_SPC_BT709);
    CHECK(video.primaries == AVCOL_PRI_BT709);
    CHECK(video.transfer == AVCOL_TRC_BT709);
    const double luma = 0.2126 * 200 / 255 + 0.7152 * 60 / 255 + 0.0722 * 30 / 255;
    CHECK(video.means[30][0] == Approx(16 + 219 * luma).margin(1.5));
    CHECK(video.means[30][1] == Approx(128 + 224 * (30 / 255.0 - luma) / 1.8556).margin(1.5));
    CHECK(video.means[30][2] == Approx(128 + 224 * (200 / 255.0 - luma) / 1.5748).margin(1.5));
}

TEST_CASE("a finished video has its index in front") {
    const TemporaryFolder folder;
    Recorder recorder({folder / "a.mp4", {64, 64}, 30, false});
    for (int i = 0; i < 40; ++i) recorder.add(noise_picture(64, 64, uint32_t(i)), i);
    recorder.stop();
    std::ifstream file(folder / "a.mp4", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    CHECK(bytes.find("moov") < bytes.find("mdat"));
    CHECK(bytes.find("moof") == std::string::npos);
}

TEST_CASE("an odd size is made even, with a word about it") {
    const TemporaryFolder folder;
    Recorder recorder({folder / "odd.mp4", {321, 181}, 30, false});
    CHECK(recorder.size() == glm::ivec2(320, 180));
    REQUIRE(recorder.remarks().size() == 1);
    CHECK(recorder.remarks()[0].starts_with("321x181 becomes 320x180"));
    for (int i = 0; i < 10; ++i) recorder.add(plain_picture(321, 181, 90, 90, 90), i);
    CHECK(recorder.stop().frames == 10);
    const ReadVideo video = read_video((folder / "odd.mp4").string());
    CHECK(video.width == 320);
    CHECK(video.height == 180);
    CHECK(video.means.at(5)[0] == Approx(16 + 219 * 90 / 255.0).margin(1.5));
}

TEST_CASE("moments without a picture show the one before, and the end can be later than the last") {
    const TemporaryFolder folder;
    Recorder recorder({folder / "gaps.mp4", {64, 64}, 10, false});
    recorder.add(plain_picture(64, 64, 50, 50, 50), 100);
    recorder.add(plain_picture(64, 64, 200, 200, 200), 105);
    recorder.add(plain_picture(64, 64, 9, 9, 9), 105);  // the same moment again
    CHECK(recorder.stop(110).frames == 10);
    const ReadVideo video = read_video((folder / "gaps.mp4").string());
    REQUIRE(video.means.size() == 10);
    CHECK(video.means[4][0] == Approx(16 + 219 * 50 / 255.0).margin(2));
    CHECK(video.means[5][0] == Approx(16 + 219 * 200 / 255.0).margin(2));
    CHECK(video.means[9][0] == Approx(16 + 219 * 200 / 255.0).margin(2));
}

TEST_CASE("a picture of another size is fitted between black borders") {
    std::vector<uint8_t> pixels;
    fit_picture(plain_picture(100, 100, 255, 255, 255), {64, 32}, pixels);
    CHECK(pixels[(16 * 64 + 32) * 4] == 255);
    CHECK(pixels[(16 * 64 + 2) * 4] == 0);
    CHECK(pixels[(16 * 64 + 61) * 4] == 0);
    CHECK(pixels[(16 * 64 + 2) * 4 + 3] == 255);
    const TemporaryFolder folder;
    Recorder recorder({folder / "resized.mp4", {64, 32}, 30, false});
    for (int i = 0; i < 5; ++i) recorder.add(plain_picture(64, 32, 120, 120, 120), i);
    for (int i = 5; i < 10; ++i) recorder.add(plain_picture(31 + i * 40, 3 + i, 120, 120, 120), i);
    CHECK(recorder.stop().frames == 10);
}

TEST_CASE("live recording drops and counts, and the times stay right") {
    const TemporaryFolder folder;
    Recorder recorder({folder / "live.mp4", {1280, 720}, 30, true});
    int taken = 0;
    for (int i = 0; i < 60; ++i) taken += recorder.add(noise_picture(1280, 720, 5), i) ? 1 : 0;
    const int64_t dropped = recorder.dropped();
    CHECK(taken + dropped == 60);
    const RecordingResult result = recorder.stop(60);
    CHECK(result.frames == 60);
    CHECK(result.dropped == dropped);
    CHECK(result.seconds == Approx(2.0));
}

TEST_CASE("nothing recorded leaves no file") {
    const TemporaryFolder folder;
    Recorder recorder({folder / "none.mp4", {64, 64}, 30, false});
    CHECK(recorder.stop().output.empty());
    CHECK_FALSE(fs::exists(folder / "none.mp4"));
    CHECK_FALSE(fs::exists(folder / "none.mp4.part"));
    CHECK(find_unfinished().empty());
}

TEST_CASE("a path that can't be written is refused before anything starts") {
    const TemporaryFolder folder;
    CHECK_THROWS_AS(Recorder({folder / "no/such/a.mp4", {64, 64}, 30, false}), Error);
    CHECK_THROWS_AS(Recorder({folder / "a.avi", {64, 64}, 30, false}), Error);
    CHECK_THROWS_AS(Recorder({"/proc/a.mp4", {64, 64}, 30, false}), Error);
    CHECK_THROWS_AS(Recorder({folder / (std::string(300, 'a') + ".mp4"), {64, 64}, 30, false}), Error);
    fs::create_directory(folder / "b.mp4");
    CHECK_THROWS_AS(Recorder({folder / "b.mp4", {64, 64}, 30, false}), Error);
    CHECK(fs::is_empty(folder / "b.mp4"));
}

TEST_CASE("one recording at a time to one file") {
    const TemporaryFolder folder;
    Recorder first({folder / "a.mp4", {64, 64}, 5, false});
    for (int i = 0; i < 20; ++i) first.add(plain_picture(64, 64, 9, 9, 9), i);
    while (first.frames() < 20) usleep(1000);
    CHECK_THROWS_WITH(Recorder({folder / "a.mp4", {64, 64}, 5, false}), Catch::Contains("another program"));
    CHECK(find_unfinished().empty());
    CHECK(first.stop().frames == 20);
}

TEST_CASE("after kill -9 the part plays up to its last second and can be finished") {
    const TemporaryFolder folder;
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        Recorder recorder({folder / "talk.mp4", {320, 180}, 30, false});
        for (int i = 0; i < 150; ++i) recorder.add(plain_picture(320, 180, grey_of_frame(i), 80, 80), i);
        while (recorder.frames() < 150) usleep(1000);
        const char done = 1;
        (void)!write(pipe_ends[1], &done, 1);
        pause();
        _exit(0);
    }
    char done = 0;
    REQUIRE(read(pipe_ends[0], &done, 1) == 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);

    const ReadVideo part = read_video((folder / "talk.mp4.part").string());
    CHECK(part.times_s.size() >= 120);  // 5 s were given
    const auto unfinished = find_unfinished();
    REQUIRE(unfinished.size() == 1);
    CHECK(unfinished[0].part == folder / "talk.mp4.part");
    CHECK(unfinished[0].seconds >= 4.0);
    CHECK(finish_recording(unfinished[0].part) == folder / "talk.mp4");
    CHECK(find_unfinished().empty());
    CHECK_FALSE(fs::exists(folder / "talk.mp4.part"));
    const ReadVideo video = read_video((folder / "talk.mp4").string());
    CHECK(video.times_s.size() == part.times_s.size());
    const double red = grey_of_frame(100) / 255.0, rest = 80 / 255.0;
    CHECK(video.means.at(100)[0] == Approx(16 + 219 * (0.2126 * red + 0.7874 * rest)).margin(2));
}

TEST_CASE("a left part is finished under a free name before a new recording takes its place") {
    const TemporaryFolder folder;
    {
        Recorder recorder({folder / "a.mp4", {64, 64}, 10, false});
        for (int i = 0; i < 50; ++i) recorder.add(noise_picture(64, 64, uint32_t(i)), i);
        while (recorder.frames() < 50) usleep(1000);
        fs::copy_file(folder / "a.mp4.part", folder / "kept");
        recorder.stop();
    }
    fs::rename(folder / "kept", folder / "a.mp4.part");
    const auto before = fs::file_size(folder / "a.mp4");
    Recorder recorder({folder / "a.mp4", {64, 64}, 10, false});
    REQUIRE(recorder.remarks().size() == 1);
    CHECK(recorder.remarks()[0].find("a-recovered.mp4") != std::string::npos);
    CHECK(read_video((folder / "a-recovered.mp4").string()).times_s.size() >= 40);
    CHECK(fs::file_size(folder / "a.mp4") == before);
}

TEST_CASE("half a fragment at the end is cut off, a part without a fragment is refused") {
    const TemporaryFolder folder;
    {
        Recorder recorder({folder / "a.mp4", {64, 64}, 10, false});
        for (int i = 0; i < 50; ++i) recorder.add(noise_picture(64, 64, uint32_t(i)), i);
        while (recorder.frames() < 50) usleep(1000);
        fs::copy_file(folder / "a.mp4.part", folder / "b.mp4.part");
        recorder.stop();
    }
    const uint64_t whole = cut_to_whole_fragments(folder / "b.mp4.part");
    CHECK(whole == fs::file_size(folder / "b.mp4.part"));
    fs::resize_file(folder / "b.mp4.part", whole - 100);
    const uint64_t less = cut_to_whole_fragments(folder / "b.mp4.part");
    CHECK(less < whole - 100);
    CHECK(less > 0);
    CHECK(fs::file_size(folder / "b.mp4.part") == less);
    CHECK(finish_recording(folder / "b.mp4.part") == folder / "b.mp4");
    std::ofstream(folder / "c.mp4.part") << "not a video at all";
    CHECK(cut_to_whole_fragments(folder / "c.mp4.part") == 0);
    CHECK_THROWS_AS(finish_recording(folder / "c.mp4.part"), Error);
    CHECK(fs::exists(folder / "c.mp4.part"));
}

// A limit on the size of files stands for the full disk: write() then gives EFBIG, which is treated like
// ENOSPC.
TEST_CASE("a full disk stops the recording with a message and leaves a playable file") {
    const TemporaryFolder folder;
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{400'000, 400'000};
        setrlimit(RLIMIT_FSIZE, &limit);
        Recorder recorder({folder / "full.mp4", {320, 180}, 30, false});
        int taken = 0;
        for (int i = 0; i < 300 && recorder.add(noise_picture(320, 180, uint32_t(i)), i); ++i) ++taken;
        const bool stopped_early = taken < 300 && recorder.failure().has_value();
        const RecordingResult result = recorder.stop();
        const bool said =
            result.failure.find("the disk is full") != std::string::npos && !result.hint.empty();
        _exit(stopped_early && said && result.output == folder / "full.mp4" && result.seconds > 0 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(read_video((folder / "full.mp4").string()).times_s.size() > 5);
    CHECK_FALSE(fs::exists(folder / "full.mp4.part"));
}
