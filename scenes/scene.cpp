#include "scenes/scene.h"

#include "scenes/layout.h"

namespace weft {

std::shared_ptr<const Scene> plan_scene(std::shared_ptr<const AttentionFrame> frame, const ViewState& view,
                                        const Scene* previous) {
    auto scene = std::make_shared<Scene>();
    scene->stack = plan_text_stack(std::move(frame), view, previous ? previous->stack.get() : nullptr);
    return scene;
}

DrawList draw_scene(const Scene& scene, const ViewState& view, const ViewMotion& motion, const Camera& camera,
                    double time_s, const Viewport& viewport, const MeasureText& measure) {
    switch (scene.kind) {
        case SceneKind::text_stack:
            break;
    }
    return draw_text_stack(*scene.stack, view, motion, camera, time_s, viewport, measure);
}

Camera scene_camera(const Scene& scene, CameraPreset preset, const ViewMotion& motion, const Focus& focus,
                    const Viewport& viewport) {
    switch (scene.kind) {
        case SceneKind::text_stack:
            break;
    }
    return text_stack_camera(*scene.stack, preset, motion, focus, viewport);
}

Focus pick_scene(const Scene& scene, const ViewMotion& motion, const Camera& camera, const Viewport& viewport,
                 glm::vec2 pointer_px, bool out_of_key) {
    switch (scene.kind) {
        case SceneKind::text_stack:
            break;
    }
    return pick_text_stack(*scene.stack, motion, camera, viewport, pointer_px, out_of_key);
}

std::array<glm::vec3, 8> scene_box(const Scene& scene, const ViewMotion& motion, const Viewport& viewport) {
    switch (scene.kind) {
        case SceneKind::text_stack:
            break;
    }
    return make_layout(*scene.stack, motion, viewport).box_corners();
}

}  // namespace weft
