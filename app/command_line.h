// The command line as a value. Throws UsageError (exit code 2) with the value in quotes and the nearest right
// spelling. Nothing is opened or loaded here, except the --text-file of tokenize.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/model.h"
#include "app/shard.h"
#include "app/view_options.h"
#include "scenes/view_state.h"

namespace weft {

enum class Subcommand { view, record, analyze, merge, tokenize, models, doctor };

struct Options {
    Subcommand subcommand = Subcommand::view;
    std::string answer;  // not empty: print it and end with 0 (--help, --version)

    // Input
    std::string model;                       // folder, name or Hugging Face id; empty: the default model
    std::string trace_file;                  // weft view|record|analyze FILE
    std::string watch_folder;                // --watch: traces are shown as they arrive here
    std::optional<std::string> text, pair;   // valid UTF-8
    std::optional<std::string> target_text;  // of an encoder-decoder; none: generated
    GenerationOptions generation;
    std::string image;               // --image, of a vision model instead of a text
    std::string text_file;           // --text-file, one text a line (tokenize, analyze)
    std::vector<std::string> texts;  // its lines (tokenize)
    std::optional<Shard> shard;      // --shard: of its lines only these (analyze)
    std::vector<std::string> parts;  // weft merge PART...
    std::string device = "auto";     // cpu, cuda, auto: where the analysis runs

    // What is shown
    ViewState view;
    CameraChoice camera;
    bool has_camera = false;
    bool fold = false;  // lanes folded into the flat graph
    bool stack = false;
    std::string places_file;  // --places: saved places instead of the user's own
    bool shows_path = false;  // --path-cameras
    std::string prop_file;    // --prop: a mesh that stands in the picture
    std::optional<glm::vec3> prop_at;
    float prop_scale_u = 1.0f;
    bool hide_ui = false;   // --no-ui
    float ui_scale = 1.0f;  // 0.5 .. 3, times the picture's own scale
    glm::ivec2 size{1280, 720};
    bool has_size = false;
    std::optional<double> time_s;  // of a picture on the way of motion; none: at rest
    std::string graphics_device;   // part of a Vulkan device's name
    int graphics_memory_mib = 0;   // that pictures may take of its memory; 0: what it grants
    bool validation = false;
    std::string script_file;  // --script: named commands that the window runs
    std::string state_file;   // --state: where the window says what it shows, as JSON
    bool finish = false;      // --finish: make videos of the recordings that were left unfinished

    // Output
    std::string output;                     // empty: a window (view), or wrong usage (record, analyze)
    std::optional<std::string> typed_text;  // --type
    std::optional<double> seconds;          // --seconds; none: the path's or the typing's own length
    int frames_per_second = 30;

    // analyze, METHODS.md
    std::vector<std::string> methods{"attention", "rollout", "entropy"};  // "attention" always among them
    bool has_methods = false;
    MethodOptions method;
    std::vector<HeadAblation> ablations;
    bool truncate = false;
    bool json = false;  // models: for programs
    int repeat = 0;     // 0: once, plain timings
};

// argv[0] is the program.
Options parse_command_line(int argc, const char* const* argv);

}  // namespace weft
