#include "app/command_line.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/error.h"
#include "app/command_line_table.h"
#include "scenes/color_map.h"
#include "tests/app/temporary_folder.h"

using namespace weft;

namespace {

Options parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "weft");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

struct Refusal {
    std::string message, hint;
};

Refusal refusal(const std::vector<const char*>& arguments) {
    try {
        parse(arguments);
    } catch (const UsageError& error) {
        return {error.what(), error.hint()};
    }
    return {"(accepted)", ""};
}

}  // namespace

TEST_CASE("no command at all is view in a window") {
    const Options options = parse({});
    CHECK(options.subcommand == Subcommand::view);
    CHECK(options.output.empty());
    CHECK(options.view == ViewState{});
    CHECK(options.answer.empty());
}

TEST_CASE("options of a picture become the view state") {
    const Options options = parse(
        {"view",    "--text",   "Hello",   "--output",   "a.png",   "--size",       "640x360",   "--time",
         "2.5",     "--camera", "front",   "--quantity", "rollout", "--layers",     "2-5",       "--heads",
         "3.1,5.0", "--mass",   "0.4",     "--sinks",    "hidden",  "--theme",      "projector", "--query",
         "7",       "--fold",   "--no-ui", "--device",   "cpu",     "--validation", "--scene",   "stack"});
    CHECK(options.text == "Hello");
    CHECK(options.output == "a.png");
    CHECK(options.size == glm::ivec2(640, 360));
    CHECK(options.time_s == 2.5);
    CHECK(options.camera.preset == CameraPreset::front);
    CHECK(options.view.quantity == "rollout");
    CHECK(options.view.first_layer == 2);
    CHECK(options.view.last_layer == 5);
    CHECK(options.view.heads == std::vector<std::pair<int, int>>{{3, 1}, {5, 0}});
    CHECK(options.view.threshold.mode == ThresholdMode::mass);
    CHECK(options.view.threshold.mass == 0.4f);
    CHECK(options.view.sinks == SinkMode::hidden);
    CHECK(options.view.scene == SceneChoice::stack);
    CHECK(options.view.theme == ThemeName::projector);
    CHECK(options.view.selected.kind == FocusKind::token);
    CHECK(options.view.selected.query == 7);
    CHECK(options.view.selected.layer == 3);
    CHECK(options.fold);
    CHECK(options.hide_ui);
    CHECK(options.device == "cpu");
    CHECK(options.validation);
}

TEST_CASE("values may start with a dash, be empty, or follow an equals sign") {
    CHECK(parse({"--text", "--dashes"}).text == "--dashes");
    CHECK(parse({"--text", "-x"}).text == "-x");
    CHECK(parse({"--text", ""}).text == "");
    CHECK(parse({"--text=", "--fold"}).text == "");
    CHECK(parse({"--text=", "--fold"}).fold);
    CHECK(parse({"--text=a=b"}).text == "a=b");
    CHECK(parse({"--text", "[a, b]"}).text == "[a, b]");
    CHECK(parse({"--text", "{}"}).text == "{}");
    CHECK(parse({"--text", "view"}).text == "view");
    CHECK(parse({"--text", "\"quoted\" 'twice'"}).text == "\"quoted\" 'twice'");
}

TEST_CASE("a camera is a name or JSON") {
    const Options options = parse({"--camera", R"({"target":[1,2,3],"yaw":-10,"fov":30})"});
    REQUIRE(options.camera.camera);
    CHECK(options.camera.camera->target == glm::vec3(1, 2, 3));
    CHECK(options.camera.camera->yaw_deg == -10.0f);
    CHECK(options.camera.camera->fov_deg == 30.0f);
    CHECK(parse_camera(camera_json(*options.camera.camera)).camera == options.camera.camera);
    CHECK(refusal({"--camera", R"({"jaw":1})"}).hint.find("'yaw'") != std::string::npos);
    CHECK(refusal({"--camera", R"({"fov":900})"}).message.find("'900'") != std::string::npos);
    CHECK(refusal({"--camera", R"({"target":[1,2]})"}).message.find("three numbers") != std::string::npos);
    CHECK(refusal({"--camera", R"({"target":[1e300,0,0]})"}).message.find("[1e+300,0,0]") !=
          std::string::npos);
    CHECK(refusal({"--camera", R"({"target":)"}).message.find("no JSON object") != std::string::npos);
}

TEST_CASE("a trace needs no command") {
    CHECK(parse({"some.safetensors"}).trace_file == "some.safetensors");
    CHECK(parse({"view", "dir/some.safetensors", "--fold"}).trace_file == "dir/some.safetensors");
    CHECK(refusal({"a.safetensors", "--model", "m"}).message ==
          "option '--model' does not go with the trace 'a.safetensors'");
}

TEST_CASE("wrong names get the nearest right spelling") {
    CHECK(refusal({"veiw"}).message == "unknown command 'veiw'");
    CHECK(refusal({"veiw"}).hint == "Did you mean 'view'?");
    CHECK(refusal({"view", "--modle", "m"}).message == "unknown option '--modle'");
    CHECK(refusal({"view", "--modle", "m"}).hint == "Did you mean '--model'?");
    CHECK(refusal({"--quantiti=rollout"}).hint == "Did you mean '--quantity'?");
    CHECK(refusal({"-text", "x"}).message == "unknown option '-text'");
    CHECK(refusal({"--quantity", "rolout"}).message == "unknown value --quantity 'rolout'");
    CHECK(refusal({"--quantity", "rolout"}).hint.starts_with("Did you mean 'rollout'?"));
    CHECK(refusal({"--theme", "drak"}).hint.starts_with("Did you mean 'dark'?"));
    CHECK(refusal({"--image-look", "spotligt"}).hint.starts_with("Did you mean 'spotlight'?"));
    CHECK(refusal({"--map", "virdis"}).hint.starts_with("Did you mean 'viridis'?"));
    CHECK(refusal({"--scene", "stak"}).hint.starts_with("Did you mean 'stack'?"));
    CHECK(refusal({"--camera", "frnt"}).hint.starts_with("Did you mean 'front'?"));
    CHECK(refusal({"analyze", "--text", "x", "--output", "o.json", "--methods", "atention"})
              .hint.starts_with("Did you mean 'attention'?"));
}

TEST_CASE("a decoder's text is drawn as the options say, in pictures only") {
    const GenerationOptions options = parse({"--temperature", "0.7", "--sample-top-k", "40", "--sample-top-p",
                                             "0.9", "--seed", "11", "--max-new-tokens", "5"})
                                          .generation;
    CHECK(options.temperature == 0.7);
    CHECK(options.top_k == 40);
    CHECK(options.top_p == 0.9);
    CHECK(options.seed == 11);
    CHECK(options.max_new_tokens == 5);
    CHECK(parse({"record", "--output", "a.mp4", "--target-text", "Hallo"}).target_text == "Hallo");
    CHECK(refusal({"analyze", "--temperature", "1"}).message ==
          "option '--temperature' is not for 'weft analyze'");
    for (const auto& [option, value] :
         std::vector<std::pair<const char*, const char*>>{{"--temperature", "-1"},
                                                          {"--sample-top-p", "0"},
                                                          {"--sample-top-k", "x"},
                                                          {"--max-new-tokens", "0"},
                                                          {"--seed", "-3"}})
        CHECK(refusal({option, value}).message.find(value) != std::string::npos);
}

TEST_CASE("options of other commands are refused with that reason") {
    CHECK(refusal({"view", "--repeat", "3"}).message == "option '--repeat' is not for 'weft view'");
}

TEST_CASE("Heads are ablated for pictures, recordings and numbers, and not in a trace") {
    const std::vector<HeadAblation> expected = {{AttentionKind::self, 0, 2, true},
                                                {AttentionKind::self, 3, 1, false}};
    CHECK(parse({"analyze", "--text", "x", "--output", "o.json", "--ablate", "3.1,0.2:mean"}).ablations ==
          expected);
    CHECK(parse({"view", "--text", "x", "--ablate", "3.1,0.2:mean"}).ablations == expected);
    CHECK(parse({"record", "--text", "x", "--output", "o.mp4", "--ablate", "3.1,0.2:mean"}).ablations ==
          expected);
    CHECK(parse({"view", "--text", "x"}).ablations.empty());
    CHECK(refusal({"view", "--text", "x", "--ablate", "3"}).message.find("'3' is no head") !=
          std::string::npos);
    CHECK(refusal({"view", "trace.safetensors", "--ablate", "3.1"}).message.find("'--ablate'") !=
          std::string::npos);
    CHECK(refusal({"view", "--watch", "folder", "--ablate", "3.1"}).message.find("'--ablate'") !=
          std::string::npos);
}

TEST_CASE("analyze takes the methods' options") {
    const Options options =
        parse({"analyze", "--text", "x", "--output", "o.json", "--methods", "flow,integrated_gradients",
               "--target", "cat@-2", "--target-space", "probability", "--ig-rule", "riemann_middle",
               "--ig-steps", "8", "--ig-tolerance", "0.05", "--baseline", "mask", "--flow-rows", "3,0"});
    const MethodOptions& method = options.method;
    CHECK(method.target.kind == TargetChoice::Kind::logit);
    CHECK(method.target.name == "cat");
    CHECK(method.target.position == -2);
    CHECK(method.target_space == TargetSpace::probability);
    CHECK(method.ig_rule == QuadratureRule::riemann_middle);
    CHECK(method.ig_steps == 8);
    CHECK(method.ig_tolerance == 0.05);
    CHECK(method.baseline == "mask");
    CHECK(method.flow_rows == std::vector<int64_t>{3, 0});
    CHECK(refusal({"analyze", "--text", "x", "--output", "o.json", "--methods", "relevanz"})
              .hint.starts_with("Did you mean 'relevance'?"));
    CHECK(refusal({"analyze", "--text", "x", "--output", "o.json", "--ig-steps", "0"}).message.find("'0'") !=
          std::string::npos);
}

TEST_CASE("a target is a token, a class, a row, a norm or another text") {
    using Kind = TargetChoice::Kind;
    CHECK(parse_target("auto") == TargetChoice{});
    CHECK(parse_target("@3") == TargetChoice{Kind::logit, "", 3, ""});
    CHECK(parse_target("a@b@2") == TargetChoice{Kind::logit, "a@b", 2, ""});
    CHECK(parse_target("norm") == TargetChoice{Kind::norm, "", {}, ""});
    CHECK(parse_target("norm@-1") == TargetChoice{Kind::position_norm, "", -1, ""});
    CHECK(parse_target("similarity:a cat") == TargetChoice{Kind::similarity, "", {}, "a cat"});
    CHECK(parse_target("@") == TargetChoice{Kind::logit, "@", {}, ""});
    CHECK_THROWS_AS(parse_target("@x"), UsageError);
    for (const char* text : {"auto", "@3", "a@b@2", "norm", "norm@-1", "similarity:a cat", "7"})
        CHECK(target_text(parse_target(text)) == text);
}

TEST_CASE("wrong numbers are quoted") {
    for (const auto& [option, value] :
         std::vector<std::pair<const char*, const char*>>{{"--size", "0x0"},
                                                          {"--size", "640"},
                                                          {"--size", "640x"},
                                                          {"--size", "99999x2"},
                                                          {"--layers", "a-b"},
                                                          {"--layers", "-3"},
                                                          {"--layers", "5-2"},
                                                          {"--heads", "3"},
                                                          {"--heads", "3.1,"},
                                                          {"--heads", "3.1.2"},
                                                          {"--mass", "1.5"},
                                                          {"--mass", "nan"},
                                                          {"--top-k", "0"},
                                                          {"--threshold", "-0.1"},
                                                          {"--query", "1e3"},
                                                          {"--ui-scale", "9"},
                                                          {"--device", "gpu"}}) {
        CAPTURE(option, value);
        const Refusal refused = refusal({"view", "--output", "a.png", option, value});
        CHECK(refused.message.find(option) != std::string::npos);
        CHECK(refused.message.find("'") != std::string::npos);
        CHECK(refused.message != "(accepted)");
    }
    CHECK(refusal({"record", "--text", "x", "--output", "a.mp4", "--fps", "0"}).message ==
          "--fps '0' is no whole number from 1 to 240");
}

TEST_CASE("what excludes each other is said") {
    CHECK(refusal({"--mass", "0.5", "--top-k", "3"}).message == "'--mass' and '--top-k' exclude each other");
    CHECK(refusal({"record", "--text", "a", "--type", "b", "--output", "o.mp4"}).message ==
          "'--text' and '--type' exclude each other");
    CHECK(refusal({"--text", "a", "--text", "b"}).message == "option '--text' is given 2 times");
}

TEST_CASE("texts of a .jsonl file are JSON strings, which may hold line ends") {
    const TemporaryFolder folder;
    const std::string path = (folder / "texts.jsonl").string(), broken = (folder / "broken.jsonl").string();
    std::ofstream(path) << "\"a\\nb\"\n\"\"\n";
    std::ofstream(broken) << "\"a\"\n7\n";
    CHECK(parse({"tokenize", "--text-file", path.c_str()}).texts == std::vector<std::string>{"a\nb", ""});
    CHECK_THROWS_WITH(parse({"tokenize", "--text-file", broken.c_str()}),
                      "line 2 of '" + broken + "': it is 7, expected a JSON string");
}

TEST_CASE("a text file, one of its parts, and the parts that are joined") {
    const Options part =
        parse({"analyze", "--text-file", "nowhere.txt", "--shard", "2/5", "--output", "p.json"});
    CHECK(part.text_file == "nowhere.txt");  // not read yet
    CHECK(part.shard->index == 2);
    CHECK(part.shard->count == 5);
    CHECK_FALSE(part.has_methods);
    CHECK(parse({"merge", "a.json", "b.json", "--output", "o.csv"}).parts ==
          std::vector<std::string>{"a.json", "b.json"});
    CHECK(refusal({"merge", "--output", "o.csv"}).message == "weft merge needs the parts");
    CHECK(refusal({"merge", "a.json"}).message == "weft merge needs --output");
    CHECK(refusal({"analyze", "--text", "a", "--shard", "0/2", "--output", "p.json"}).message ==
          "'--shard' needs '--text-file'");
    CHECK(refusal({"analyze", "--text", "a", "--text-file", "f", "--output", "p.json"}).message ==
          "'--text' and '--text-file' exclude each other");
    for (const char* wrong : {"3/2", "1/0", "1", "-1/2", "a/2", "1/", "/2"})
        CHECK(refusal({"analyze", "--text-file", "f", "--shard", wrong, "--output", "p.json"})
                  .message.find("shard") != std::string::npos);
}

TEST_CASE("what is missing is said") {
    CHECK(refusal({"record", "--text", "x"}).message == "weft record needs --output");
    CHECK(refusal({"analyze", "--output", "o.json"}).message ==
          "weft analyze needs --text, --image or --text-file");
    CHECK(parse({"analyze", "--image", "cat.png", "--output", "o.json"}).image == "cat.png");
    for (const char* other : {"--text", "--pair"})
        CHECK(refusal({"view", other, "a", "--image", "cat.png"}).message ==
              "'" + std::string(other) + "' and '--image' exclude each other");
    CHECK(refusal({"record", "--type", "a", "--image", "cat.png"}).message ==
          "'--type' and '--image' exclude each other");
    CHECK(refusal({"view", "--image", ""}).message == "--image '' is no file");
    CHECK(refusal({"tokenize"}).message == "weft tokenize needs --text or --text-file");
    CHECK(refusal({"view", "--text"}).message == "option '--text' needs a value");
    CHECK(refusal({"view", "--fold", "--model"}).message == "option '--model' needs a value");
    CHECK(refusal({"view", "Hello world"}).message == "(accepted)");
    CHECK(refusal({"view", "a", "b"}).message == "weft view does not know what 'b' is for");
    CHECK(refusal({"doctor", "now"}).message == "weft doctor does not know what 'now' is for");
}

TEST_CASE("invalid UTF-8 on the command line fails as input, not as usage") {
    CHECK_THROWS_AS(parse({"--text", "ab\xFFz"}), Error);
    CHECK_THROWS_WITH(parse({"--text", "ab\xFFz"}), "--text is not valid UTF-8 at byte 2");
    CHECK(refusal({"--text", "ok"}).message == "(accepted)");
}

TEST_CASE("analyze takes the rollout's options") {
    const Options options = parse({"analyze",
                                   "--text",
                                   "x",
                                   "--output",
                                   "o.csv",
                                   "--residual",
                                   "0",
                                   "--fuse",
                                   "0.5,2",
                                   "--discard",
                                   "0.25",
                                   "--discard-scope",
                                   "layer",
                                   "--first-layer",
                                   "2",
                                   "--repeat",
                                   "5",
                                   "--methods",
                                   "rollout,hidden_states",
                                   "--truncate"});
    CHECK(options.method.rollout.residual == 0.0);
    CHECK(options.method.rollout.fuse == Fuse::weights);
    CHECK(options.method.rollout.weights == std::vector<double>{0.5, 2.0});
    CHECK(options.method.rollout.discard == 0.25);
    CHECK(options.method.rollout.discard_scope == DiscardScope::layer);
    CHECK(options.method.rollout.first_layer == 2);
    CHECK(options.repeat == 5);
    CHECK(options.methods == std::vector<std::string>{"attention", "rollout", "hidden_states"});
    CHECK(options.truncate);
    CHECK(parse({"analyze", "--text", "x", "--output", "o.csv", "--fuse", "11"}).method.rollout.head == 11);
    CHECK(parse({"analyze", "--text", "x", "--output", "o.csv", "--fuse", "max"}).method.rollout.fuse ==
          Fuse::max);
}

TEST_CASE("help lists every option of its command and nothing else") {
    CHECK(parse({"--help"}).answer.find("doctor") != std::string::npos);
    CHECK(parse({"--version"}).answer.starts_with("weft "));
    for (const SubcommandRow& row : subcommand_table()) {
        const std::string help = parse({row.name, "--help"}).answer;
        for (const OptionRow& option : option_table()) {
            const bool listed = help.find(std::string("\n  ") + option.name + " ") != std::string::npos;
            CAPTURE(row.name, option.name);
            CHECK(listed == bool(option.subcommands & bit(row.subcommand)));
        }
    }
}

TEST_CASE("numbers beyond the model are refused with what it has") {
    AttentionFrame frame;
    AttentionBlock block;
    block.layers = 6;
    block.heads = 12;
    block.queries = block.keys = 9;
    frame.blocks.push_back(block);
    CHECK_NOTHROW(check_view(parse({"--layers", "0-5", "--heads", "5.11", "--query", "8"}).view, frame));
    CHECK_THROWS_WITH(check_view(parse({"--layers", "3-6"}).view, frame), "--layers: there is no layer '6'");
    CHECK_THROWS_WITH(check_view(parse({"--heads", "5.12"}).view, frame), "--heads: there is no head '12'");
    CHECK_THROWS_WITH(check_view(parse({"--query", "9"}).view, frame), "--query: there is no token '9'");
}

TEST_CASE("how numbers lie on an image is chosen by name, and the mean of queries as a query") {
    const Options options = parse({"--image-look", "map", "--image-smoothing", "smooth", "--image-opacity",
                                   "0.3", "--map", "cividis", "--query", "mean"});
    CHECK(options.view.image.look == ImageLook::map);
    CHECK(options.view.image.smooth);
    CHECK(options.view.image.opacity == 0.3f);
    REQUIRE(options.view.map);
    CHECK(options.view.map->name == "cividis");
    CHECK(options.view.selected.kind == FocusKind::layer);
    CHECK_FALSE(parse({"--map", "default"}).view.map);
    CHECK_FALSE(parse({}).view.image.smooth);
    CHECK_THROWS_AS(parse({"--image-opacity", "1.5"}), UsageError);
    CHECK_THROWS_AS(parse({"--map", "no/such/strip.png"}), Error);
}
