#include "app/view_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/method/method_table.h"
#include "analysis/spelling.h"
#include "scenes/image_stack.h"
#include "scenes/shown_block.h"
#include "scenes/text_stack.h"

namespace weft {

namespace {

const std::vector<std::string> theme_names = {"dark", "light", "projector"};
const std::vector<std::string> scene_names = {"auto", "stack", "heads", "neurons"};
const std::vector<std::string> image_look_names = {"spotlight", "map"};
const std::vector<std::string> smoothing_names = {"nearest", "smooth"};
const std::vector<std::string> palette_names = {"theme", "okabe-ito"};
const std::vector<std::string> sink_names = {"bars", "lines", "hidden"};
const std::vector<std::string> segment_names = {"all", "aa", "ab", "ba", "bb"};
const std::vector<std::string> attention_names = {"encoder", "decoder", "cross"};

constexpr const char* number_in_range = "Give a number of that range.";
constexpr double max_coordinate_u = 1e6;
constexpr int64_t max_index =
    1'000'000;  // of layers, heads and tokens; a typing error, not a model, is above

std::string option_and_value(std::string_view option, const std::string& value) {
    return "--" + std::string(option) + " '" + value + "'";
}

std::string short_number(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", number);
    return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    size_t start = 0;
    for (size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, start)) {
        parts.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    parts.push_back(text.substr(start));
    return parts;
}

// A digit string as an index, -1 where it is none.
int parse_index(const std::string& text) {
    int64_t index = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && index >= 0 && index <= max_index ? static_cast<int>(index) : -1;
}

void set_layers(ViewState& view, const std::string& value) {
    if (value == "all") {
        view.first_layer = 0;
        view.last_layer = -1;
        return;
    }
    const auto parts = split(value, '-');
    const int first = parse_index(parts.front());
    const int last = parse_index(parts.back());
    if (parts.size() > 2 || first < 0 || last < 0) {
        throw UsageError(option_and_value("layers", value) + " is no range of layers",
                         "Write the first and the last layer, counted from 0: --layers 2-5.");
    }
    if (last < first) {
        throw UsageError(option_and_value("layers", value) + " ends before it starts",
                         "Did you mean '" + parts.back() + "-" + parts.front() + "'?");
    }
    view.first_layer = first;
    view.last_layer = last;
}

void set_heads(ViewState& view, const std::string& value) {
    std::vector<std::pair<int, int>> heads;
    if (value != "all") {
        for (const std::string& item : split(value, ',')) {
            const auto parts = split(item, '.');
            const int layer = parse_index(parts.front());
            const int head = parse_index(parts.back());
            if (parts.size() != 2 || layer < 0 || head < 0) {
                throw UsageError(option_and_value("heads", value) + ": '" + item + "' is no head",
                                 "Write layer and head, both counted from 0: --heads 3.1,5.0.");
            }
            heads.emplace_back(layer, head);
        }
    }
    view.heads = std::move(heads);
}

void set_query(ViewState& view, const std::string& value) {
    if (value == "mean") {
        view.selected = Focus{FocusKind::layer, 0, -1, -1, -1, -1, false};
        return;
    }
    const auto query = static_cast<int>(parse_integer("query", value, -1, max_index));
    view.selected = Focus{};
    if (query < 0) return;
    view.selected.kind = FocusKind::token;
    view.selected.query = query;
}

float camera_number(const nlohmann::json& json, const char* name, float fallback, float least,
                    float greatest) {
    const auto found = json.find(name);
    if (found == json.end()) return fallback;
    if (!found->is_number()) throw UsageError("--camera: \"" + std::string(name) + "\" is no number");
    const double number = found->get<double>();
    if (!(number >= least && number <= greatest)) {
        throw UsageError("--camera: \"" + std::string(name) + "\" is '" + short_number(number) +
                             "', outside " + short_number(least) + " to " + short_number(greatest),
                         number_in_range);
    }
    return static_cast<float>(number);
}

Camera camera_from_json(const std::string& value) {
    if (value.size() > 4096) throw UsageError("--camera: the JSON is longer than 4096 bytes");
    const auto json = nlohmann::json::parse(value, nullptr, false);
    if (!json.is_object()) {
        throw UsageError(
            "--camera '" + value + "' is no JSON object",
            R"(Write {"target": [0, 0, 0], "yaw": -22, "pitch": 5, "distance": 50, "fov": 22}.)");
    }
    const std::vector<std::string> names = {"target", "yaw", "pitch", "distance", "fov"};
    for (const auto& item : json.items()) parse_choice("camera", item.key(), names);
    Camera camera;
    if (const auto target = json.find("target"); target != json.end()) {
        const bool three =
            target->is_array() && target->size() == 3 && std::ranges::all_of(*target, [](const auto& x) {
                return x.is_number() && std::abs(x.template get<double>()) <= max_coordinate_u;
            });
        if (!three) {
            throw UsageError("--camera: \"target\" is '" + target->dump().substr(0, 80) +
                                 "', not three numbers from -1e+06 to 1e+06",
                             R"(Write {"target": [0, 0, 0]}.)");
        }
        for (int axis = 0; axis < 3; ++axis) camera.target[axis] = (*target)[size_t(axis)].get<float>();
    }
    camera.yaw_deg = camera_number(json, "yaw", camera.yaw_deg, -36000, 36000);
    camera.pitch_deg = camera_number(json, "pitch", camera.pitch_deg, -90, 90);
    camera.distance_u = camera_number(json, "distance", camera.distance_u, 0, 1e6f);
    camera.fov_deg = camera_number(json, "fov", camera.fov_deg, 1, 150);
    return camera;
}

void check_index(std::string_view option, int index, size_t count, const char* what) {
    if (index < static_cast<int>(count)) return;
    throw UsageError(
        "--" + std::string(option) + ": there is no " + what + " '" + std::to_string(index) + "'",
        count == 0 ? std::string("There is none at all.")
                   : "They are counted from 0 to " + std::to_string(count - 1) + ".");
}

}  // namespace

size_t parse_choice(std::string_view option, const std::string& value,
                    const std::vector<std::string>& choices) {
    const auto found = std::ranges::find(choices, value);
    if (found != choices.end()) return static_cast<size_t>(found - choices.begin());
    const std::string near = nearest_spelling(value, choices);
    std::string list;
    for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
    throw UsageError(
        "unknown value " + option_and_value(option, value),
        (near.empty() ? std::string() : "Did you mean '" + near + "'? ") + "One of: " + list + ".");
}

int64_t parse_integer(std::string_view option, const std::string& value, int64_t least, int64_t greatest) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || number < least || number > greatest) {
        throw UsageError(option_and_value(option, value) + " is no whole number from " +
                             std::to_string(least) + " to " + std::to_string(greatest),
                         number_in_range);
    }
    return number;
}

double parse_number(std::string_view option, const std::string& value, double least, double greatest) {
    double number = 0.0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool whole = error == std::errc{} && end == value.data() + value.size();
    if (!whole || !(number >= least && number <= greatest)) {
        throw UsageError(option_and_value(option, value) + " is no number from " + short_number(least) +
                             " to " + short_number(greatest),
                         number_in_range);
    }
    return number;
}

const std::vector<std::string>& quantity_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> drawable;
        for (const MethodRow& row : method_table())
            if (row.shape != MethodShape::other) drawable.push_back(row.name);
        return drawable;
    }();
    return names;
}

const std::vector<std::string>& strip_names() {
    static const std::vector<std::string> names{
        "none", "integrated_gradients", "grad_cam", "token_ablation", "relevance", "flow", "rollout"};
    return names;
}

void set_view_option(ViewState& view, std::string_view option, const std::string& value) {
    if (option == "quantity") {
        view.quantity = quantity_names()[parse_choice(option, value, quantity_names())];
    } else if (option == "strip") {
        view.strip = strip_names()[parse_choice(option, value, strip_names())];
        if (view.strip == "none") view.strip.clear();
    } else if (option == "attention") {
        view.attention = attention_from_name(attention_names[parse_choice(option, value, attention_names)]);
    } else if (option == "layers") {
        set_layers(view, value);
    } else if (option == "heads") {
        set_heads(view, value);
    } else if (option == "query") {
        set_query(view, value);
    } else if (option == "threshold") {
        view.threshold.value = static_cast<float>(parse_number(option, value, 0.0, 1.0));
        view.threshold.mode = ThresholdMode::value;
    } else if (option == "top-k") {
        view.threshold.top_k = static_cast<int>(parse_integer(option, value, 1, max_index));
        view.threshold.mode = ThresholdMode::top_k;
    } else if (option == "mass") {
        view.threshold.mass = static_cast<float>(parse_number(option, value, 0.0, 1.0));
        view.threshold.mode = ThresholdMode::mass;
    } else if (option == "sinks") {
        view.sinks = static_cast<SinkMode>(parse_choice(option, value, sink_names));
    } else if (option == "segments") {
        view.segments = static_cast<SegmentChoice>(parse_choice(option, value, segment_names));
    } else if (option == "scene") {
        view.scene = static_cast<SceneChoice>(parse_choice(option, value, scene_names));
    } else if (option == "image-look") {
        view.image.look = static_cast<ImageLook>(parse_choice(option, value, image_look_names));
    } else if (option == "image-smoothing") {
        view.image.smooth = parse_choice(option, value, smoothing_names) == 1;
    } else if (option == "image-opacity") {
        view.image.opacity = static_cast<float>(parse_number(option, value, 0.0, 1.0));
    } else if (option == "theme") {
        view.theme = static_cast<ThemeName>(parse_choice(option, value, theme_names));
    } else if (option == "palette") {
        view.palette = static_cast<Palette>(parse_choice(option, value, palette_names));
    } else if (option == "title") {
        view.title = value;
    } else {
        WEFT_ASSERT(false, std::string(option));
    }
}

const std::vector<std::string>& camera_preset_names() {
    static const std::vector<std::string> names = {"default", "front", "top", "end", "head", "token"};
    return names;
}

CameraChoice parse_camera(const std::string& value) {
    CameraChoice choice;
    if (value.find('{') != std::string::npos) {
        choice.camera = camera_from_json(value);
    } else {
        choice.preset = static_cast<CameraPreset>(parse_choice("camera", value, camera_preset_names()));
    }
    return choice;
}

std::string camera_json(const Camera& camera) {
    const nlohmann::ordered_json json = {{"target", {camera.target.x, camera.target.y, camera.target.z}},
                                         {"yaw", camera.yaw_deg},
                                         {"pitch", camera.pitch_deg},
                                         {"distance", camera.distance_u},
                                         {"fov", camera.fov_deg}};
    return json.dump();
}

void check_view(const ViewState& view, const AttentionFrame& frame) {
    if (view.scene == SceneChoice::neurons && frame.provenance.is_trace)
        throw UsageError("--scene 'neurons' needs the model: a trace holds its attention alone",
                         "Use --model, or --scene heads for all heads of the trace.");
    if (frame.blocks.empty()) return;
    if (view.attention && !find_block(frame, *view.attention))
        throw UsageError("--attention: this input has no '" + attention_name(*view.attention) + "' attention",
                         frame.blocks.size() == 1 ? "It has one stack: leave --attention out."
                                                  : "One of: encoder, decoder, cross.");
    const AttentionBlock& block = shown_block(frame, view);
    if (view.segments != SegmentChoice::all && !has_two_segments(frame, block))
        throw UsageError("--segments '" + segments_text(view.segments) + "' needs two texts",
                         "Give the second one with --pair; a trace names them in its metadata \"segments\".");
    for (const std::string& method : {view.quantity, view.strip}) {
        const MethodRow* row = find_method(method);
        const std::string option = &method == &view.strip ? "strip" : "quantity";
        if (row && frame.provenance.is_trace && row->needs != MethodNeeds::attention)
            throw UsageError(
                option_and_value(option, method) + " needs the model: a trace holds its attention alone",
                "Use --model, or what attention alone gives, such as rollout or flow.");
        if (row && block.kind == AttentionKind::cross && !row->has_cross)
            throw UsageError("--" + option + ": '" + method + "' is not defined for cross-attention",
                             "Choose the encoder or the decoder, or --quantity entropy.");
    }
    check_index("layers", std::max(view.first_layer, view.last_layer), block.layers, "layer");
    for (const auto& [layer, head] : view.heads) {
        check_index("heads", layer, block.layers, "layer");
        check_index("heads", head, block.heads, "head");
    }
    check_index("query", view.selected.query, block.queries, "token");
    if (view.selected.kind == FocusKind::layer && !shows_image(frame, view))
        throw UsageError("--query 'mean' needs an image: words are not averaged",
                         "Give the number of a word.");
}

std::string theme_text(ThemeName theme) {
    return theme_names.at(static_cast<size_t>(theme));
}
std::string image_look_text(ImageLook look) {
    return image_look_names.at(static_cast<size_t>(look));
}
std::string scene_text(SceneChoice scene) {
    return scene_names.at(static_cast<size_t>(scene));
}
std::string palette_text(Palette palette) {
    return palette_names.at(static_cast<size_t>(palette));
}
std::string sinks_text(SinkMode sinks) {
    return sink_names.at(static_cast<size_t>(sinks));
}

std::string segments_text(SegmentChoice segments) {
    return segment_names.at(static_cast<size_t>(segments));
}

std::string threshold_text(const Thresholding& threshold) {
    switch (threshold.mode) {
        case ThresholdMode::budget:
            return threshold.budget == 0 ? "budget" : "budget " + std::to_string(threshold.budget);
        case ThresholdMode::value:
            return "value " + short_number(threshold.value);
        case ThresholdMode::top_k:
            return "top-k " + std::to_string(threshold.top_k);
        case ThresholdMode::mass:
            return "mass " + short_number(threshold.mass);
    }
    return "";
}

}  // namespace weft
