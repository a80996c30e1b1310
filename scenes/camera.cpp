#include <cmath>

#include "scenes/view_state.h"

namespace weft {

// Yaw 0, pitch 0 looks along -z. Positive pitch looks from above; negative yaw looks from the left.
glm::vec3 Camera::forward() const {
    const float yaw = glm::radians(yaw_deg), pitch = glm::radians(pitch_deg);
    return {-std::sin(yaw) * std::cos(pitch), -std::sin(pitch), -std::cos(yaw) * std::cos(pitch)};
}

glm::vec3 Camera::eye() const {
    return target - forward() * distance_u;
}

}  // namespace weft
