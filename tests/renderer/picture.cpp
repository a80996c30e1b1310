#include "picture.h"

#include <png.h>

#include <cstdlib>
#include <cstring>
#include <glm/gtc/matrix_transform.hpp>
#include <random>

namespace weft::test {

Rig::Rig(glm::ivec2 size, bool compute_selection, bool lines_by_device) {
    RendererSettings settings;
    settings.size = size;
    settings.validation = true;
    settings.compute_selection = compute_selection;
    settings.lines_by_device = lines_by_device;
    renderer = Renderer::create(settings);
}

Rig::~Rig() {
    renderer->flush_captures();
    const auto messages = renderer->take_validation_messages();
    for (const std::string& message : messages) UNSCOPED_INFO(message);
    CHECK(messages.empty());
}

CapturedImage Rig::draw(const DrawList& list, UiLayer* ui, bool without_ui) {
    CapturedImage picture;
    renderer->capture_next([&](CapturedImage&& done) { picture = std::move(done); }, without_ui);
    REQUIRE(renderer->render(list, ui));
    renderer->flush_captures();
    return picture;
}

glm::ivec4 pixel(const CapturedImage& picture, int x, int y) {
    const uint8_t* p = &picture.rgba[(size_t(y) * picture.width + size_t(x)) * 4];
    return {p[0], p[1], p[2], p[3]};
}

void keep(const CapturedImage& picture, const std::string& name) {
    const char* folder = std::getenv("WEFT_TEST_PICTURES");
    if (!folder) return;
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = picture.width;
    image.height = picture.height;
    image.format = PNG_FORMAT_RGBA;
    const std::string path = std::string(folder) + "/" + name + ".png";
    CHECK(png_image_write_to_file(&image, path.c_str(), 0, picture.rgba.data(), 0, nullptr) != 0);
}

DrawCamera front_camera(glm::ivec2 size, float distance_u) {
    DrawCamera camera;
    camera.eye = {0.0f, 0.0f, distance_u};
    camera.view_from_world = glm::translate(glm::mat4(1.0f), -camera.eye);
    camera.clip_from_view =
        glm::perspectiveRH_ZO(glm::radians(22.0f), float(size.x) / float(size.y), 0.1f, 200.0f);
    camera.clip_from_view[1][1] *= -1.0f;
    return camera;
}

DrawList stack_list(glm::ivec2 size, int lines, int tokens) {
    constexpr int layers = 12, heads = 12;
    constexpr float pitch = 2.17f, lane = 0.39f;
    const float row = std::min(1.5f, 12.0f / float(tokens - 1));
    DrawList list;
    list.ground = {11 / 255.0f, 14 / 255.0f, 20 / 255.0f, 1.0f};
    list.ui_scale = std::min(float(size.x) / 1280.0f, float(size.y) / 720.0f);
    list.camera = front_camera(size);
    list.camera.eye = {-15.6f, 3.8f, 46.4f};
    list.camera.view_from_world =
        glm::lookAt(list.camera.eye, glm::vec3(-0.4f, -0.5f, -0.1f), glm::vec3(0, 1, 0));
    const glm::vec3 first{-0.5f * layers * pitch, 0.5f * row * float(tokens - 1), 0.5f * lane * (heads - 1)};
    const glm::vec3 pane = {61 * 2.57f / 255.0f, 178 / 255.0f, 214 / 255.0f};
    for (int l = 0; l <= layers; ++l) {
        const float x = first.x + pitch * float(l), y = first.y + 0.5f * row, z = first.z + 0.5f * lane;
        list.planes.push_back({{glm::vec3(x, y, z), {x, y, -z}, {x, -y, -z}, {x, -y, z}},
                               glm::vec4(pane, 0.035f),
                               glm::vec4(pane, 0.22f),
                               1.0f});
    }
    const uint32_t colors[]{0xC1ECB5, 0xC089BF, 0x0DD179, 0xD0BFFF, 0x6F9C68, 0xFEE345,
                            0x58FAE6, 0xA39125, 0x0095FF, 0xFEA6BB, 0x9DC000, 0xFF4A99};
    auto slice_colors = std::make_shared<std::vector<glm::vec4>>();
    for (const uint32_t c : colors)
        slice_colors->push_back(
            {float(c >> 16) / 255.0f, float(c >> 8 & 255) / 255.0f, float(c & 255) / 255.0f, 1.0f});
    std::mt19937 random(7);
    for (int l = 0; l < layers; ++l) {
        const auto count = size_t(heads) * size_t(tokens) * size_t(tokens);
        auto values = std::make_shared<std::vector<float>>(count, 0.0f);
        for (int i = 0; i < lines / layers; ++i) {
            const float u = float(random() % 1000) / 1000.0f;
            (*values)[random() % count] = 0.2f + 0.75f * u * u * u;
        }
        list.blocks.push_back({values, heads, uint32_t(tokens), uint32_t(tokens)});
        FlowBatch flow;
        flow.block = uint32_t(l);
        flow.selection.threshold = 0.1f;
        flow.source_origin = first + glm::vec3(pitch * float(l), 0, 0);
        flow.target_origin = first + glm::vec3(pitch * float(l + 1), 0, 0);
        flow.source_slice_step = flow.target_slice_step = {0, 0, -lane};
        flow.source_column_step = flow.target_row_step = {0, -row, 0};
        flow.handle_u = 0.5f * pitch;
        flow.slice_colors = slice_colors;
        list.flows.push_back(flow);
    }
    return list;
}

}  // namespace weft::test
