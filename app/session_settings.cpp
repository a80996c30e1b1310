#include "app/session_settings.h"

#include <filesystem>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/trace.h"
#include "app/chosen_model.h"
#include "app/prop_file.h"
#include "app/saved_places.h"
#include "app/view_options.h"

namespace weft {

namespace {

constexpr uint64_t large_trace_bytes = 64u << 20;

// Of a trace with so many weights nothing is computed beforehand: rollout grows with the cube of the text.
bool is_large(const std::string& trace_file) {
    std::error_code error;
    const uint64_t bytes = std::filesystem::file_size(trace_file, error);
    return !error && bytes > large_trace_bytes;
}

}  // namespace

LoadModel load_of(const std::string& model, const std::string& device) {
    return [folder = chosen_model(model).folder, device](const std::shared_ptr<LoadProgress>& progress) {
        return Model::load(folder, device, progress);
    };
}

namespace {

Markers markers_of(const Options& options) {
    Markers markers;
    if (!options.places_file.empty())
        for (const SavedPlace& place : places_of(options))
            markers.pins.push_back({place.camera, place.name, place.key});
    if (!options.prop_file.empty())
        markers.prop = Prop{load_prop(options.prop_file), options.prop_at, options.prop_scale_u};
    return markers;
}

}  // namespace

std::vector<SavedPlace> places_of(const Options& options) {
    return places_from_json(read_text_file(options.places_file, most_places_bytes), options.places_file);
}

SessionSettings session_settings_of(const Options& options) {
    SessionSettings settings;
    settings.markers = markers_of(options);
    settings.shows_path = options.shows_path;
    settings.view = options.view;
    settings.preset = options.camera.preset;
    settings.camera = options.camera.camera;
    settings.analysis.truncate = true;
    settings.analysis.method = options.method;
    settings.analysis.ablations = options.ablations;
    if (!options.trace_file.empty()) {
        if (is_large(options.trace_file)) settings.analysis.methods.clear();
        settings.trace = read_trace(options.trace_file, settings.analysis);
        check_view(options.view, *settings.trace);
        return settings;
    }
    if (!options.watch_folder.empty()) {
        settings.awaited = "Waiting for a trace in " + options.watch_folder;
        return settings;
    }
    settings.load_model = load_of(options.model, options.device);
    settings.image = options.image;
    if (!settings.image.empty()) return settings;
    settings.text = options.text.value_or(default_sentence);
    if (settings.text.find_first_not_of(" \t\n") == std::string::npos && !options.typed_text) {
        throw Error("the text is empty: '" + settings.text + "'", "Give a sentence: --text \"...\".");
    }
    settings.has_pair = options.pair.has_value();
    settings.pair = options.pair.value_or("");
    settings.has_target = options.target_text.has_value();
    settings.target_text = options.target_text.value_or("");
    settings.generation = options.generation;
    settings.generation.follows_config = settings.generation.posts_growth = true;
    return settings;
}

void apply_start_view(Session& session, const Options& options) {
    if (options.stack || options.size.y > options.size.x) session.set_stack(true, true);
    if (options.fold) session.set_fold(true, true);
    if (options.camera.camera) return;
    if (options.camera.preset == CameraPreset::head) {
        if (options.view.heads.empty()) return session.enter_head(session.head_choice(), true);
        const auto [layer, head] = options.view.heads.front();
        return session.enter_head({layer, head}, true);
    }
    session.show_preset(options.camera.preset, true);
    if (options.view.scene == SceneChoice::neurons && !options.view.heads.empty())
        session.choose_head({options.view.heads.front().first, options.view.heads.front().second});
    if (options.fold) session.set_fold(true, true);
}

}  // namespace weft
