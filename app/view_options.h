// The options that choose what is shown, by the names that command line, menus and scripts share:
// "--quantity rollout" and the command "quantity.set rollout" end here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/attention_frame.h"
#include "scenes/view_state.h"

namespace weft {

// Methods whose numbers can be drawn at lines, heads or words; and those that can colour the words beside any
// of them, with "none" in front.
const std::vector<std::string>& quantity_names();
const std::vector<std::string>& strip_names();

// Sets one field of `view`. `option`: quantity, strip, layers (A-B, A or all), heads (L.H,... or all), query
// (N or mean), image-look, image-smoothing, image-opacity, threshold, top-k, mass, sinks, segments, scene,
// theme, palette, title. Throws UsageError with the value in quotes.
void set_view_option(ViewState& view, std::string_view option, const std::string& value);

// A camera by preset name, or as JSON: {"target": [x, y, z], "yaw": -22, "pitch": 5, "distance": 50, "fov":
// 22}, every field but "target" optional; angles in degrees, lengths in u.
struct CameraChoice {
    CameraPreset preset = CameraPreset::default_view;
    std::optional<Camera> camera;  // wins over the preset
};
CameraChoice parse_camera(const std::string& value);
std::string camera_json(const Camera& camera);          // what parse_camera reads
const std::vector<std::string>& camera_preset_names();  // in the order of CameraPreset

// The numbers against what there is: throws UsageError that names the option and what the frame has.
void check_view(const ViewState& view, const AttentionFrame& frame);

// Names as the options spell them.
std::string theme_text(ThemeName theme);
std::string scene_text(SceneChoice scene);
std::string image_look_text(ImageLook look);
std::string palette_text(Palette palette);
std::string sinks_text(SinkMode sinks);
std::string segments_text(SegmentChoice segments);
std::string threshold_text(const Thresholding& threshold);  // "budget", "value 0.1", "top-k 3", "mass 0.5"

// Numbers of options: the whole text must be one number in [least, greatest]. `option` is for the message.
int64_t parse_integer(std::string_view option, const std::string& value, int64_t least, int64_t greatest);
double parse_number(std::string_view option, const std::string& value, double least, double greatest);

// The index of `value` in `choices`, or UsageError with the nearest spelling.
size_t parse_choice(std::string_view option, const std::string& value,
                    const std::vector<std::string>& choices);

}  // namespace weft
