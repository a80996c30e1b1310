#include "app/prop_file.h"

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "app/view_options.h"
#include "scenes/obj_mesh.h"

namespace weft {

std::shared_ptr<const MeshData> load_prop(const std::string& path) {
    return with_hint("Give a Wavefront OBJ file with faces.", [&] {
        return standing_mesh(*parse_obj(read_text_file(path, obj_most_bytes), path), path);
    });
}

glm::vec3 parse_point(const std::string& option, const std::string& value) {
    glm::vec3 point(0.0f);
    size_t start = 0;
    for (int axis = 0; axis < 3; ++axis) {
        const size_t comma = value.find(',', start);
        if ((comma == std::string::npos) != (axis == 2))
            throw UsageError("--" + option + " '" + value + "' is no point",
                             "Write three numbers: 0,1.5,-2.");
        const size_t end = axis == 2 ? value.size() : comma;
        point[axis] = static_cast<float>(parse_number(option, value.substr(start, end - start), -1e6, 1e6));
        start = end + 1;
    }
    return point;
}

}  // namespace weft
