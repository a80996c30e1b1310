#include "scenes/scene.h"

#include "scenes/camera_fit.h"
#include "scenes/focus_camera.h"
#include "scenes/layout.h"
#include "scenes/shown_block.h"
#include "scenes/theme.h"
#include "scenes/two_towers_layout.h"
#include "scenes/two_towers_words.h"

namespace weft {

std::shared_ptr<const Scene> plan_scene(std::shared_ptr<const AttentionFrame> frame, const ViewState& view,
                                        const Scene* previous) {
    auto scene = std::make_shared<Scene>();
    scene->view = view;
    // An image that a text is written about is an image stack of its own while its encoder is in front.
    if (frame && shows_two_towers(*frame, view) && !shows_image(*frame, view)) {
        scene->kind = SceneKind::two_towers;
        scene->towers = plan_two_towers(std::move(frame), view, previous ? previous->towers.get() : nullptr);
        scene->stack = plan_in_front(*scene->towers);
        return scene;
    }
    scene->stack = plan_text_stack(frame, view, previous ? previous->stack.get() : nullptr);
    switch (view.scene) {
        case SceneChoice::heads:
            scene->kind = SceneKind::heads_overview;
            scene->heads =
                plan_heads_overview(scene->stack, view, previous ? previous->heads.get() : nullptr);
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
    if (scene->kind == SceneKind::heads_overview && scene->heads->view.map != view.map) {
        auto recoloured = std::make_shared<Scene>(*scene);
        recoloured->heads = plan_heads_overview(scene->stack, view, scene->heads.get());
        return recoloured;
    }
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
        case SceneKind::two_towers:
            return draw_two_towers(*scene.towers, view, motion, camera, time_s, viewport, measure);
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
    if (scene.kind == SceneKind::two_towers)
        return two_towers_camera(*scene.towers, preset, motion, focus, viewport);
    return text_stack_camera(*scene.stack, preset, motion, focus, viewport);
}

Focus pick_scene(const Scene& scene, const ViewState& view, const ViewMotion& motion, const Camera& camera,
                 const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key) {
    switch (scene.kind) {
        case SceneKind::heads_overview:
            return pick_heads_overview(*scene.heads, viewport, pointer_px);
        case SceneKind::neurons:
            return pick_neurons(*scene.neurons, view, viewport, pointer_px);
        case SceneKind::two_towers:
            return pick_two_towers(*scene.towers, view, motion, camera, viewport, pointer_px, out_of_key);
        case SceneKind::text_stack:
            break;
        case SceneKind::image_stack:
            return pick_image_stack(*scene.image, motion, camera, viewport, pointer_px);
    }
    return pick_text_stack(*scene.stack, motion, camera, viewport, pointer_px, out_of_key);
}

PathPose scene_path(const Scene& scene, double time_s, const Viewport& viewport) {
    if (scene.kind == SceneKind::image_stack) return image_stack_path(*scene.image, time_s, viewport);
    return default_path(scene, time_s, viewport);
}

int wave_layers(const Scene& scene) {
    if (scene.kind == SceneKind::image_stack || scene.is_sheet()) return 0;
    if (scene.kind != SceneKind::two_towers) return static_cast<int>(scene.stack->layers.size());
    return static_cast<int>(scene.towers->encoder->layers.size() + scene.towers->decoder->layers.size());
}

int stack_block(const Scene& scene) {
    return focus_block(*scene.stack->frame, scene.view);
}

Camera fit_scene(const Scene& scene, const Camera& direction, const ViewMotion& motion,
                 const Viewport& viewport) {
    if (scene.kind == SceneKind::two_towers)
        return fit_camera(direction, make_towers_layout(*scene.towers, motion, viewport).corners(),
                          glm::vec3(0.0f), towers_margins(*scene.towers, motion, viewport), viewport);
    const ScreenBounds margins = picture_margins(viewport, theme(scene.view.theme).text_scale);
    return fit_camera(direction, scene_box(scene, motion, viewport), glm::vec3(0.0f), margins, viewport);
}

std::vector<glm::vec3> scene_focus_points(const Scene& scene, const ViewMotion& motion, const Focus& focus,
                                          const Viewport& viewport) {
    switch (scene.kind) {
        case SceneKind::text_stack:
            break;
        case SceneKind::heads_overview:
        case SceneKind::neurons:
            return {};  // sheets have no cameras
        case SceneKind::two_towers:
            return towers_focus_points(*scene.towers, motion, focus, viewport);
        case SceneKind::image_stack:
            return image_focus_points(*scene.image, motion, focus);
    }
    return focus_points(*scene.stack, make_layout(*scene.stack, motion, viewport), focus);
}

std::array<glm::vec3, 8> scene_box(const Scene& scene, const ViewMotion& motion, const Viewport& viewport) {
    if (scene.kind == SceneKind::image_stack) return image_layout(*scene.image, motion).box_corners();
    if (scene.kind == SceneKind::two_towers) {
        const std::vector<glm::vec3> corners = make_towers_layout(*scene.towers, motion, viewport).corners();
        glm::vec3 low = corners.front(), high = corners.front();
        for (const glm::vec3& corner : corners) low = glm::min(low, corner), high = glm::max(high, corner);
        std::array<glm::vec3, 8> box;
        for (size_t c = 0; c < 8; ++c)
            box[c] = {c & 1 ? high.x : low.x, c & 2 ? high.y : low.y, c & 4 ? high.z : low.z};
        return box;
    }
    return make_layout(*scene.stack, motion, viewport).box_corners();
}

}  // namespace weft
