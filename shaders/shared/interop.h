// Structs in shared/ compile as C++ and as GLSL (std430; std140 where they are read from a uniform buffer). A vec3 is always followed by a scalar, so that both
// languages agree; tests/renderer/layout_test compares them by reflection.
#ifndef WEFT_INTEROP_H
#define WEFT_INTEROP_H
#ifdef __cplusplus
#include <cstdint>
#include <glm/glm.hpp>
namespace weft::gpu {
using uint = uint32_t;
using vec2 = glm::vec2;
using vec3 = glm::vec3;
using vec4 = glm::vec4;
using mat4 = glm::mat4;
}  // namespace weft::gpu
#define WEFT_GPU_BEGIN namespace weft::gpu {
#define WEFT_GPU_END }
#else
#define WEFT_GPU_BEGIN
#define WEFT_GPU_END
#endif
#endif
