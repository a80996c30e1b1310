// A headless renderer with all validation on, and the pictures it makes. Validation messages fail the test
// that made the device. WEFT_TEST_PICTURES=FOLDER keeps pictures as PNG for humans.
#pragma once

#include <catch2/catch.hpp>

#include "renderer/renderer.h"

namespace weft::test {

struct Rig {
    explicit Rig(glm::ivec2 size = {320, 180}, bool compute_selection = false, bool lines_by_device = false);
    ~Rig();  // CHECKs that the layers said nothing
    CapturedImage draw(const DrawList& list, UiLayer* ui = nullptr, bool without_ui = false);
    std::unique_ptr<Renderer> renderer;
};

glm::ivec4 pixel(const CapturedImage& picture, int x, int y);
void keep(const CapturedImage& picture, const std::string& name);

// Camera at (0, 0, distance) that looks along -z, fov 22 degrees.
DrawCamera front_camera(glm::ivec2 size, float distance_u = 10.0f);
// Twelve panes with `lines` flow lines, as the program draws them.
DrawList stack_list(glm::ivec2 size, int lines, int tokens = 15);

}  // namespace weft::test
