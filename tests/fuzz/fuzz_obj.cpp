#include <cmath>

#include "analysis/error.h"
#include "scenes/obj_mesh.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

int fuzz_obj(const uint8_t* data, size_t size) {
    try {
        const auto mesh = parse_obj({reinterpret_cast<const char*>(data), size}, "fuzz.obj");
        WEFT_ASSERT(mesh->indices.size() % 3 == 0 && mesh->indices.size() == mesh->positions.size() &&
                        mesh->normals.size() == mesh->positions.size(),
                    std::to_string(mesh->indices.size()));
        for (const uint32_t index : mesh->indices)
            WEFT_ASSERT(index < mesh->positions.size(), std::to_string(index));
        for (size_t i = 0; i < mesh->positions.size(); ++i)
            for (int axis = 0; axis < 3; ++axis)
                WEFT_ASSERT(std::isfinite(mesh->positions[i][axis]) && std::isfinite(mesh->normals[i][axis]),
                            std::to_string(i));
        standing_mesh(*mesh, "fuzz.obj");
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
