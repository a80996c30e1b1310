// The place that a frame is shown as. Whoever plans, draws, fits a camera or points asks here; each place has
// functions of its own (scenes/text_stack.h). Pure; any thread.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "scenes/camera_path.h"
#include "scenes/heads_overview.h"
#include "scenes/image_stack.h"
#include "scenes/neurons.h"
#include "scenes/two_towers.h"

namespace weft {

enum class SceneKind { text_stack, image_stack, two_towers, heads_overview, neurons };

// What depends on frame and choices. A value; plans are shared and immutable.
struct Scene {
    SceneKind kind = SceneKind::text_stack;
    ViewState view;  // as planned
    // Of the attention that the view shows, in every place: what panels, keys and figures speak of.
    std::shared_ptr<const TextStackPlan> stack;
    std::shared_ptr<const ImageStackPlan> image;     // SceneKind::image_stack
    std::shared_ptr<const HeadsOverviewPlan> heads;  // SceneKind::heads_overview
    std::shared_ptr<const NeuronsPlan> neurons;      // SceneKind::neurons
    std::shared_ptr<const TwoTowersPlan> towers;     // SceneKind::two_towers; `stack` is the one in front

    // A sheet lies flat before every camera: nothing to fly through.
    bool is_sheet() const { return kind == SceneKind::heads_overview || kind == SceneKind::neurons; }
};

// `previous` (may be null) gives rungs and sinks their hysteresis while typing.
std::shared_ptr<const Scene> plan_scene(std::shared_ptr<const AttentionFrame> frame, const ViewState& view,
                                        const Scene* previous);

// The same scene where `view` points at or selects something else and the place depends on it; `scene` itself
// where nothing changes. Its frame and choices stay.
std::shared_ptr<const Scene> follow_focus(std::shared_ptr<const Scene> scene, const ViewState& view);

DrawList draw_scene(const Scene& scene, const ViewState& view, const ViewMotion& motion, const Camera& camera,
                    double time_s, const Viewport& viewport, const MeasureText& measure);

// The camera of a preset, fitted so that the whole place lies in the picture's margins. `focus` names the
// layer and head (or the token) of CameraPreset::head and ::token.
Camera scene_camera(const Scene& scene, CameraPreset preset, const ViewMotion& motion, const Focus& focus,
                    const Viewport& viewport);

// What lies under the pointer, nearest in pixels, or none. `out_of_key`: Shift is held.
Focus pick_scene(const Scene& scene, const ViewState& view, const ViewMotion& motion, const Camera& camera,
                 const Viewport& viewport, glm::vec2 pointer_px, bool out_of_key);

// The default path of a video through this place.
PathPose scene_path(const Scene& scene, double time_s, const Viewport& viewport);
// Layers that a wave of pulses passes through, one after the other; 0: nothing stands there.
int wave_layers(const Scene& scene);
// What Focus::block says where the attention of `scene.stack` is meant.
int stack_block(const Scene& scene);

// Sees all of it in the picture's margins, from the direction of `direction`.
Camera fit_scene(const Scene& scene, const Camera& direction, const ViewMotion& motion,
                 const Viewport& viewport);

// Where what has the focus stands, u; empty where there is none. A camera that frames it:
// scenes/focus_camera.h.
std::vector<glm::vec3> scene_focus_points(const Scene& scene, const ViewMotion& motion, const Focus& focus,
                                          const Viewport& viewport);

// Corners of the box around everything that stands there, u.
std::array<glm::vec3, 8> scene_box(const Scene& scene, const ViewMotion& motion, const Viewport& viewport);

}  // namespace weft
