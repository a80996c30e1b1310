#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "analysis/error.h"
#include "picture.h"
#include "renderer/frame_list.h"

using namespace weft;
using namespace weft::test;
namespace fs = std::filesystem;

namespace {

struct ShaderFolder {
    fs::path root = fs::temp_directory_path() / ("weft-reload-" + std::to_string(getpid()));
    ShaderFolder() {
        fs::remove_all(root);
        fs::create_directories(root);
        fs::copy(fs::path(WEFT_SOURCE_DIR) / "shaders", root / "shaders", fs::copy_options::recursive);
        for (const auto& file : fs::recursive_directory_iterator(root)) age(file.path());
    }
    ~ShaderFolder() { fs::remove_all(root); }
    static void age(const fs::path& file) {
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(root / "shaders" / name) << text;
        fs::last_write_time(root / "shaders" / name,
                            fs::file_time_type::clock::now() + std::chrono::seconds(++writes_));
    }
    std::string folder() const { return (root / "shaders").string(); }
    mutable int writes_ = 0;
};

}  // namespace

TEST_CASE("a changed shader is used at once, a broken one keeps the old picture") {
    const ShaderFolder shaders;
    RendererSettings settings;
    settings.size = {32, 32};
    settings.validation = true;
    FrameRenderer renderer(settings);
    DrawList list;
    list.camera = front_camera(settings.size);
    list.rects = {{{0, 0}, {32, 32}, {1, 0, 0, 1}}};
    const auto middle = [&] {
        glm::ivec4 got{};
        renderer.capture_next([&](CapturedImage&& picture) { got = pixel(picture, 16, 16); }, false);
        renderer.render(list, nullptr);
        renderer.flush_captures();
        return got;
    };
    CHECK(middle() == glm::ivec4(255, 0, 0, 255));
    CHECK_FALSE(renderer.reload_changed_shaders(shaders.folder()));
    const std::string head =
        "#version 460\nlayout(location = 0) in vec2 in_px;\nlayout(location = 1) flat in int in_rect;\n"
        "layout(location = 0) out vec4 out_color;\n";
    shaders.write("screen_rects.frag", head + "void main() { out_color = vec4(0, 1, 0, 1); }\n");
    CHECK(renderer.reload_changed_shaders(shaders.folder()));
    CHECK(middle() == glm::ivec4(0, 255, 0, 255));
    CHECK_FALSE(renderer.reload_changed_shaders(shaders.folder()));
    shaders.write("screen_rects.frag", head + "void main() { out_color = vec4(0, 1 }\n");
    CHECK_THROWS_AS(renderer.reload_changed_shaders(shaders.folder()), Error);
    CHECK(middle() == glm::ivec4(0, 255, 0, 255));
    CHECK_FALSE(renderer.reload_changed_shaders(shaders.folder()));
    CHECK(renderer.take_validation_messages().empty());
}
