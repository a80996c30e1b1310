#include "scenes/scene.h"

#include "scenes/layout.h"

namespace weft {

std::shared_ptr<const Scene> plan_scene(std::shared_ptr<const AttentionFrame> frame, const ViewState& view,
                                        const Scene* previous) {
    auto scene = std::make_shared<Scene>();
    scene->stack = plan_text_stack(frame, view, previous ? previous->stack.get() : nullptr);
    switch (view.scene) {
        case SceneChoice::heads:
            scene->kind = SceneKind::heads_overview;
            scene->heads = plan_heads_overview(scene->stack, previous ? previous->heads.get() : nullptr);
            break;
        case SceneChoice::neurons:
            scene->kind = SceneKind::neurons;
            scene->neurons = plan_neurons(scene->stack);
            break;
        case SceneChoice::automatic:
            if (!frame || !shows_image(*frame, view)) break;
            scene->kind = SceneKind::image_stack;
            scene->image =
                plan_image_stack(std::move(frame), view, previous ? previous->image.get() : nullptr);
            break;
        case SceneChoice::stack:
            break;
    }
    return scene;
}

std::shared_ptr<const Scene> follow_focus(std::shared_ptr<const Scene> scene, const ViewState& view) {
    if (scene->kind != SceneKind::image_stack) return scene;
    ViewState wanted = view;
    wanted.quantity = scene->stack->view.quantity;
    wanted.attention = scene->stack->view.attention;
    if (same_image_plan(scene->image->view, wanted)) return scene;
    auto followed = std::make_shared<Scene>(*scene);
    followed->image = plan_image_stack(scene->image->frame, wanted, scene->image.get());
    return followed;
}

DrawList draw_scene(const Scene& scene, const ViewState& view, const ViewMotion& motion, const Camera& camera,
                    double time_s, const Viewport& viewport, const MeasureText& measure) {
    switch (scene.kind) {
        case SceneKind::heads_overview:
            return draw_heads_overview(*scene.heads, view, motion, viewport, measure);
        case SceneKind::neurons:
            return draw_neurons(*scene.neurons, view, motion, viewport, measure);
        case SceneKind::text_stack:
            break;
        case SceneKind::image_stack:
            return draw_image_stack(*scene.image, *scene.stack, view, motion, camera, viewport, measure);
    }
    return draw_text_stack(*scene.stack, view, motion, camera, time_s, viewport, measure);
}

Camera scene_camera(const Scene& scene, CameraPreset preset, const ViewMotion& motion, const Focus& focus,
                    const Viewport& viewport) {
    if (scene.kind == SceneKind::image_stack)
        return image_stack_camera(*scene.image, preset, motion, viewport);
    return text_stack_camera(*scene.stack, preset, motion, focus, viewport);
}

Focus pick_scene(const Scene& scene, const ViewState& view, const ViewMotion& motion, const Camera& camera,
                 const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key) {
    switch (scene.kind) {
        case SceneKind::heads_overview:
            return pick_heads_overview(*scene.heads, viewport, pointer_px);
        case SceneKind::neurons:
            return pick_neurons(*scene.neurons, view, viewport, pointer_px);
        case SceneKind::text_stack:
            break;
        case SceneKind::image_stack:
            return pick_image_stack(*scene.image, motion, camera, viewport, pointer_px);
    }
    return pick_text_stack(*scene.stack, motion, camera, viewport, pointer_px, out_of_key);
}

PathPose scene_path(const Scene& scene, double time_s, const Viewport& viewport) {
    if (scene.kind == SceneKind::image_stack) return image_stack_path(*scene.image, time_s, viewport);
    return default_path(*scene.stack, time_s, viewport);
}

std::array<glm::vec3, 8> scene_box(const Scene& scene, const ViewMotion& motion, const Viewport& viewport) {
    if (scene.kind == SceneKind::image_stack) return image_layout(*scene.image, motion).box_corners();
    return make_layout(*scene.stack, motion, viewport).box_corners();
}

}  // namespace weft
