// The SPIR-V of shaders/, put into the library by the build.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weft {

struct EmbeddedShader {
    const char* name;  // "strokes.vert"
    std::span<const uint32_t> code;
};

std::vector<EmbeddedShader> embedded_shaders();

}  // namespace weft
