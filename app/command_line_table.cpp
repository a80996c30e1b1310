#include "app/command_line_table.h"
#include "app/color_map_file.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/method/head_ablations.h"
#include "analysis/method/method_table.h"
#include "analysis/spelling.h"
#include "analysis/utf8.h"
#include "app/prop_file.h"
#include "app/text_lines.h"

namespace weft {

namespace {

constexpr unsigned in_view = bit(Subcommand::view);
constexpr unsigned in_record = bit(Subcommand::record);
constexpr unsigned in_analyze = bit(Subcommand::analyze);
constexpr unsigned in_tokenize = bit(Subcommand::tokenize);
constexpr unsigned in_pictures = in_view | in_record;
constexpr unsigned in_models = bit(Subcommand::models);

std::string checked_utf8(const char* option, const std::string& value) {
    if (const auto bad = first_invalid_utf8(value)) {
        throw Error(std::string(option) + " is not valid UTF-8 at byte " + std::to_string(*bad),
                    "Send the text as UTF-8; check the terminal's locale.");
    }
    return value;
}

// All of them, each as it is; a broken line is a failure here.
std::vector<std::string> lines_of_file(const std::string& path) {
    std::vector<std::string> texts;
    TextLines lines(path);
    for (TextLine line; lines.next(line);) {
        if (!line.broken.empty() && !line.text.empty())
            throw Error("line " + std::to_string(line.number) + " of '" + path + "': " + line.broken,
                        "Save the file as UTF-8, one text a line; in a .jsonl file one JSON string a line.");
        texts.push_back(line.text);
    }
    return texts;
}

void set_shard(Options& options, const std::string& value) {
    const size_t slash = value.find('/');
    if (slash == std::string::npos)
        throw UsageError("--shard '" + value + "' is no part",
                         "Write its number and how many there are: --shard 0/4.");
    Shard shard;
    shard.count = static_cast<uint64_t>(parse_integer("shard", value.substr(slash + 1), 1, 1'000'000));
    shard.index = static_cast<uint64_t>(
        parse_integer("shard", value.substr(0, slash), 0, static_cast<int64_t>(shard.count)));
    options.shard = shard;
}

std::vector<std::string> split_at_commas(const std::string& value) {
    std::vector<std::string> parts(1);
    for (const char c : value) {
        if (c == ',') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

void set_size(Options& options, const std::string& value) {
    const size_t cross = value.find('x');
    if (cross == std::string::npos) {
        throw UsageError("--size '" + value + "' is no size",
                         "Write width and height in pixels: --size 1280x720.");
    }
    options.size.x = static_cast<int>(parse_integer("size", value.substr(0, cross), 16, 16384));
    options.size.y = static_cast<int>(parse_integer("size", value.substr(cross + 1), 16, 16384));
    options.has_size = true;
}

void set_methods(Options& options, const std::string& value) {
    options.methods = {"attention"};
    options.has_methods = true;
    for (const std::string& method : split_at_commas(value)) {
        parse_choice("methods", method, method_names());
        if (std::ranges::find(options.methods, method) == options.methods.end())
            options.methods.push_back(method);
    }
}

void set_flow_rows(Options& options, const std::string& value) {
    for (const std::string& row : split_at_commas(value))
        options.method.flow_rows.push_back(parse_integer("flow-rows", row, 0, 1'000'000));
}

void set_fuse(Options& options, const std::string& value) {
    const std::vector<std::string> names = {"mean", "max", "min"};
    RolloutOptions& rollout = options.method.rollout;
    if (value.find(',') != std::string::npos) {
        rollout.fuse = Fuse::weights;
        for (const std::string& weight : split_at_commas(value)) {
            rollout.weights.push_back(parse_number("fuse", weight, 0.0, 1e9));
        }
    } else if (!value.empty() && value.find_first_not_of("0123456789") == std::string::npos) {
        rollout.fuse = Fuse::head;
        rollout.head = parse_integer("fuse", value, 0, 1'000'000);
    } else {
        rollout.fuse = static_cast<Fuse>(parse_choice("fuse", value, names));
    }
}

// clang-format off
const std::vector<SubcommandRow> subcommands = {
    {Subcommand::view, "view", "Open the window, or write one picture with --output.",
     "weft [view] [FILE | --watch FOLDER] [--model M] [--text T | --image FILE] [--output FILE.png] [options]"},
    {Subcommand::record, "record", "Write a video without a window.",
     "weft record [FILE] [--model M] (--text T | --type T | --image FILE) --output FILE.mp4 [options]"},
    {Subcommand::analyze, "analyze", "Write attention and methods as numbers.",
     "weft analyze [FILE] [--model M] [--text T | --image FILE | --text-file FILE] --output FILE.safetensors|.json|.csv [options]"},
    {Subcommand::merge, "merge", "Join the parts of a text file's analysis into the result of one run.",
     "weft merge PART... --output FILE.safetensors|.json|.csv"},
    {Subcommand::tokenize, "tokenize", "Print ids, tokens and byte spans, one JSON line a text.",
     "weft tokenize [--model M] (--text T | --text-file FILE)"},
    {Subcommand::models, "models", "List the models on this machine, or describe one.",
     "weft models [--model M] [--json]"},
    {Subcommand::doctor, "doctor", "Say what this machine gives and what to do about what is missing.",
     "weft doctor"},
};

const std::vector<OptionRow> option_rows = {
    {"--model", "FOLDER|NAME|ORG/NAME@REV", in_pictures | in_analyze | in_tokenize | in_models,
     "Model folder in the Hugging Face layout, or the name of one that 'weft models' lists.",
     [](Options& o, const std::string& v) { o.model = v; }},
    {"--text", "TEXT", in_pictures | in_analyze | in_tokenize, "The sentence.",
     [](Options& o, const std::string& v) { o.text = checked_utf8("--text", v); }},
    {"--image", "FILE", in_pictures | in_analyze, "The image, of a vision model: PNG, JPEG or WebP.",
     [](Options& o, const std::string& v) {
         if (v.empty()) throw UsageError("--image '' is no file", "Give the name of an image.");
         o.image = v;
     }},
    {"--text-file", "FILE", in_analyze | in_tokenize, "One text a line; in a .jsonl file one JSON string a line.",
     [](Options& o, const std::string& v) {
         if (v.empty()) throw UsageError("--text-file '' is no file", "Give the name of a file with one text a line.");
         o.text_file = v;
         if (o.subcommand == Subcommand::tokenize) o.texts = lines_of_file(v);
     }},
    {"--shard", "I/N", in_analyze, "Of --text-file only part I of N, counted from 0 or from 1; 'weft merge' joins them.", set_shard},
    {"--pair", "TEXT", in_pictures | in_analyze | in_tokenize, "A second segment.",
     [](Options& o, const std::string& v) { o.pair = checked_utf8("--pair", v); }},
    {"--target-text", "TEXT", in_pictures | in_analyze, "The decoder's text of an encoder-decoder (generated).",
     [](Options& o, const std::string& v) { o.target_text = checked_utf8("--target-text", v); }},
    {"--max-new-tokens", "N", in_pictures | in_analyze, "Length of a generated text at most (20).",
     [](Options& o, const std::string& v) {
         o.generation.max_new_tokens = parse_integer("max-new-tokens", v, 1, 1'000'000);
     }},
    {"--temperature", "T", in_pictures, "Draw the generated text: 1 as the model says, 0 always the most probable (0).",
     [](Options& o, const std::string& v) { o.generation.temperature = parse_number("temperature", v, 0.0, 100.0); }},
    {"--sample-top-k", "K", in_pictures, "Draw from the K most probable tokens; 0: from all (0).",
     [](Options& o, const std::string& v) { o.generation.top_k = parse_integer("sample-top-k", v, 0, 1 << 24); }},
    {"--sample-top-p", "P", in_pictures, "Draw from the most probable tokens up to the share P (1).",
     [](Options& o, const std::string& v) { o.generation.top_p = parse_number("sample-top-p", v, 1e-6, 1.0); }},
    {"--seed", "N", in_pictures, "Another number draws another text (0).",
     [](Options& o, const std::string& v) {
         o.generation.seed = static_cast<uint64_t>(parse_integer("seed", v, 0, std::numeric_limits<int64_t>::max()));
     }},
    {"--type", "TEXT", in_record, "Type this text key by key at a human pace.",
     [](Options& o, const std::string& v) { o.typed_text = checked_utf8("--type", v); }},
    {"--output", "FILE", in_pictures | in_analyze | bit(Subcommand::merge), "The file to write: .png, .mp4; .safetensors, .json, .csv.",
     [](Options& o, const std::string& v) { o.output = v; }},
    {"--device", "cpu|cuda|auto", in_pictures | in_analyze, "Where the analysis runs (auto).",
     [](Options& o, const std::string& v) {
         const std::vector<std::string> names = {"cpu", "cuda", "auto"};
         o.device = names[parse_choice("device", v, names)];
     }},

    {"--quantity", "NAME", in_pictures,
     "what lines, heads or words show: attention, rollout, flow, entropy, relevance or any other method of "
     "that shape (attention).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "quantity", v); }},
    {"--strip", "NAME", in_pictures, "what colours the words: integrated_gradients, relevance, flow, .. (none).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "strip", v); }},
    {"--attention", "NAME", in_pictures, "Of two stacks: encoder, decoder or cross (encoder).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "attention", v); }},
    {"--layers", "A-B", in_pictures, "Layers that are shown, counted from 0 (all).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "layers", v); }},
    {"--heads", "L.H,...", in_pictures, "Heads that are shown, layer and head from 0 (all).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "heads", v); }},
    {"--query", "N", in_pictures, "Select token N as the query; of an image also 'mean', the mean of all queries.",
     [](Options& o, const std::string& v) { set_view_option(o.view, "query", v); }},
    {"--threshold", "X", in_pictures, "Draw weights of at least X.",
     [](Options& o, const std::string& v) { set_view_option(o.view, "threshold", v); }},
    {"--top-k", "K", in_pictures, "Draw the K largest weights of each query.",
     [](Options& o, const std::string& v) { set_view_option(o.view, "top-k", v); }},
    {"--mass", "P", in_pictures, "Draw each query's largest weights up to the share P.",
     [](Options& o, const std::string& v) { set_view_option(o.view, "mass", v); }},
    {"--sinks", "bars|lines|hidden", in_pictures, "Weight that rests on sinks (bars).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "sinks", v); }},
    {"--segments", "NAME", in_pictures, "Of two texts: ab draws what A reads of B alone; all, aa, ab, ba, bb (all).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "segments", v); }},
    {"--camera", "NAME|JSON", in_pictures,
     R"(default, front, top, end, head, token, or {"target":[x,y,z],"yaw":..,"pitch":..,"distance":..,"fov":..}.)",
     [](Options& o, const std::string& v) { o.camera = parse_camera(v); o.has_camera = true; }},
    {"--fold", "", in_pictures, "Fold the heads into one flat graph.",
     [](Options& o, const std::string&) { o.fold = true; }},
    {"--stack", "", in_pictures, "Layers go up instead of right.",
     [](Options& o, const std::string&) { o.stack = true; }},
    {"--scene", "NAME", in_pictures, "auto: the place made for the input; stack: panes of tokens for any; heads: all as tiles; neurons: one head's queries and keys (auto).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "scene", v); }},
    {"--image-look", "NAME", in_pictures, "On an image: spotlight, light on what is read, or map, colours (spotlight).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "image-look", v); }},
    {"--image-smoothing", "NAME", in_pictures, "Between the patches of an image: nearest or smooth (nearest).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "image-smoothing", v); }},
    {"--image-opacity", "X", in_pictures, "Of what lies on an image, 0 to 1 (1 of light, 0.6 of a map).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "image-opacity", v); }},
    {"--map", "NAME|FILE.png", in_pictures,
     "Colours of numbers: default, viridis, cividis, magma, plasma, or a strip 1 pixel high or wide (default).",
     [](Options& o, const std::string& v) { o.view.map = load_color_map(v); }},
    {"--theme", "NAME", in_pictures, "dark, light or projector (dark).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "theme", v); }},
    {"--arrows", "", in_pictures, "Arrow heads where lines end.",
     [](Options& o, const std::string&) { o.view.arrows = true; }},
    {"--places", "FILE.json", in_pictures, "Pins at the saved places of this file ('places.export' writes one).",
     [](Options& o, const std::string& v) { o.places_file = v; }},
    {"--path-cameras", "", in_pictures, "Cameras along the default path.",
     [](Options& o, const std::string&) { o.shows_path = true; }},
    {"--prop", "FILE.obj", in_pictures, "A mesh of your own in the picture, at the selected token or --prop-at.",
     [](Options& o, const std::string& v) { o.prop_file = v; }},
    {"--prop-at", "X,Y,Z", in_pictures, "Where the foot of the mesh stands, in units of the scene.",
     [](Options& o, const std::string& v) { o.prop_at = parse_point("prop-at", v); }},
    {"--prop-scale", "S", in_pictures, "How large it is, in units of the scene (1).",
     [](Options& o, const std::string& v) {
         o.prop_scale_u = static_cast<float>(parse_number("prop-scale", v, least_prop_u, most_prop_u));
     }},
    {"--palette", "NAME", in_pictures, "Colours of heads: theme or okabe-ito (theme).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "palette", v); }},
    {"--title", "TEXT", in_pictures, "The picture's title (the model's name).",
     [](Options& o, const std::string& v) { set_view_option(o.view, "title", checked_utf8("--title", v)); }},
    {"--no-ui", "", in_pictures, "No panels and hints; title and ledger stay.",
     [](Options& o, const std::string&) { o.hide_ui = true; }},
    {"--ui-scale", "X", in_pictures, "Size of text, 0.5 to 3 (1).",
     [](Options& o, const std::string& v) { o.ui_scale = static_cast<float>(parse_number("ui-scale", v, 0.5, 3.0)); }},
    {"--reduced-motion", "", in_pictures, "The camera cuts instead of flying; no pulses.",
     [](Options& o, const std::string&) { o.view.reduced_motion = true; }},
    {"--size", "WxH", in_pictures, "Pixels (1280x720).", set_size},
    {"--time", "S", in_view, "Seconds into the default path at which the picture is taken (at rest).",
     [](Options& o, const std::string& v) { o.time_s = parse_number("time", v, 0.0, 86400.0); }},
    {"--seconds", "S", in_record, "Length of the video (the path's, or the typing's, own).",
     [](Options& o, const std::string& v) { o.seconds = parse_number("seconds", v, 0.04, 86400.0); }},
    {"--fps", "F", in_record, "Frames per second (30).",
     [](Options& o, const std::string& v) { o.frames_per_second = int(parse_integer("fps", v, 1, 240)); }},
    {"--graphics-device", "NAME", in_pictures, "Part of the name of the Vulkan device (the best).",
     [](Options& o, const std::string& v) { o.graphics_device = v; }},
    {"--graphics-memory", "MIB", in_pictures, "What it may take of that device's memory (what the device grants).",
     [](Options& o, const std::string& v) {
         o.graphics_memory_mib = int(parse_integer("graphics-memory", v, 1, 1 << 20));
     }},
    {"--validation", "", in_pictures, "Turn Vulkan's validation on; a message fails the run.",
     [](Options& o, const std::string&) { o.validation = true; }},

    {"--watch", "FOLDER", in_view, "Show each attention trace that arrives in this folder, the newest first.",
     [](Options& o, const std::string& v) {
         if (v.empty()) throw UsageError("--watch '' is no folder", "Give the folder that traces are written to.");
         o.watch_folder = v;
     }},
    {"--script", "FILE", in_view, "Named commands, one a line, that the window runs ('wait S' and 'settle' wait).",
     [](Options& o, const std::string& v) { o.script_file = v; }},
    {"--state", "FILE", in_view, "Keep what the window shows in this file, as JSON.",
     [](Options& o, const std::string& v) { o.state_file = v; }},
    {"--finish", "", in_record, "Make videos of the recordings that a crash left, and end.",
     [](Options& o, const std::string&) { o.finish = true; }},

    {"--methods", "LIST", in_analyze, "Names between commas; 'weft analyze --help' ends with all of them (attention,rollout,entropy).",
     set_methods},
    {"--json", "", in_models, "As JSON, for programs.", [](Options& o, const std::string&) { o.json = true; }},
    {"--truncate", "", in_analyze, "Cut a text that is too long, and say so, instead of failing.",
     [](Options& o, const std::string&) { o.truncate = true; }},
    {"--residual", "R", in_analyze, "Rollout: share of the residual connection (0.5).",
     [](Options& o, const std::string& v) { o.method.rollout.residual = parse_number("residual", v, 0.0, 1.0); }},
    {"--fuse", "HOW", in_analyze, "Rollout: mean, max, min, a head's number, or a weight for each head (mean).",
     set_fuse},
    {"--discard", "RATIO", in_analyze, "Rollout: share of the smallest entries that become 0 (0).",
     [](Options& o, const std::string& v) { o.method.rollout.discard = parse_number("discard", v, 0.0, 1.0); }},
    {"--discard-scope", "row|layer", in_analyze, "Rollout: of what the smallest are taken (row).",
     [](Options& o, const std::string& v) {
         o.method.rollout.discard_scope = static_cast<DiscardScope>(parse_choice("discard-scope", v, {"row", "layer"}));
     }},
    {"--first-layer", "L", in_analyze, "Rollout: where it starts (0).",
     [](Options& o, const std::string& v) { o.method.rollout.first_layer = parse_integer("first-layer", v, 0, 1'000'000); }},
    {"--flow-rows", "LIST", in_analyze, "Flow: query rows that are computed; the others are NaN (all).", set_flow_rows},
    {"--target", "WHAT", in_pictures | in_analyze,
     "What is explained: TOKEN, CLASS, TOKEN@ROW, @ROW, norm, norm@ROW, similarity:TEXT (what the model puts first).",
     [](Options& o, const std::string& v) { o.method.target = parse_target(checked_utf8("--target", v)); }},
    {"--target-space", "logit|probability", in_pictures | in_analyze, "Its logit or its probability (logit).",
     [](Options& o, const std::string& v) {
         o.method.target_space = static_cast<TargetSpace>(parse_choice("target-space", v, {"logit", "probability"}));
     }},
    {"--ablate", "L.H[:mean],...", in_pictures | in_analyze,
     "Heads whose output is 0, or its mean over positions; of two stacks encoder:L.H, decoder:L.H, cross:L.H (none).",
     [](Options& o, const std::string& v) { o.ablations = parse_ablations(v); }},
    {"--query-key", "L.H", in_analyze, "Of the method query_key: the head; of two stacks encoder:L.H, decoder:L.H, cross:L.H (0.0).",
     [](Options& o, const std::string& v) { o.method.query_key_head = parse_head("query-key", v); }},
    {"--ig-rule", "NAME", in_analyze,
     "Integrated gradients: gauss_legendre, riemann_left, _right, _middle, _trapezoid, adaptive (gauss_legendre).",
     [](Options& o, const std::string& v) {
         o.method.ig_rule = static_cast<QuadratureRule>(parse_choice("ig-rule", v, quadrature_names()));
     }},
    {"--ig-steps", "N", in_analyze, "Integrated gradients: nodes, of the adaptive rule the most that it takes (50).",
     [](Options& o, const std::string& v) { o.method.ig_steps = parse_integer("ig-steps", v, 1, 10'000); }},
    {"--ig-tolerance", "T", in_analyze, "The adaptive rule ends when delta is at most T of the change of y (0.01).",
     [](Options& o, const std::string& v) { o.method.ig_tolerance = parse_number("ig-tolerance", v, 1e-6, 1); }},
    {"--baseline", "NAME", in_pictures | in_analyze,
     "Integrated gradients: zero, or the embedding of pad, mask, unk or a token (zero).",
     [](Options& o, const std::string& v) { o.method.baseline = checked_utf8("--baseline", v); }},
    {"--repeat", "N", in_analyze, "Run N times after a warm-up; timings become [min, median, max].",
     [](Options& o, const std::string& v) { o.repeat = int(parse_integer("repeat", v, 1, 1'000'000)); }},
};
// clang-format on

}  // namespace

const std::vector<SubcommandRow>& subcommand_table() {
    return subcommands;
}
const std::vector<OptionRow>& option_table() {
    return option_rows;
}

}  // namespace weft
