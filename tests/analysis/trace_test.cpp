#include "analysis/trace.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/safetensors_write.h"
#include "analysis/error.h"
#include "analysis/export.h"
#include "tests/analysis/test_attention.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using namespace weft::test;
using Catch::Contains;
using nlohmann::json;

namespace {

AttentionFrame one_stack() {
    AttentionFrame frame;
    frame.stacks.push_back(words({"[CLS]", "a \"cat\"", "\xe4\xb8\xad"}));
    frame.blocks.push_back(uniform_attention(2, 2, 3, 3));
    frame.provenance.title = "three tokens";
    frame.provenance.model = "tiny";
    frame.timings_ms["text_to_attention"] = 1.5;
    frame.complete = true;
    return frame;
}

AttentionFrame text_pair() {
    AttentionFrame frame = one_stack();
    frame.stacks[0].segments = {0, 0, 1};
    return frame;
}

AttentionFrame two_stacks() {
    AttentionFrame frame;
    frame.stacks = {words({"the", "cat"}), words({"<s>", "die", "Katze"})};
    AttentionBlock encoder = uniform_attention(2, 1, 2, 2), decoder = causal_uniform_attention(2, 1, 3),
                   cross = uniform_attention(2, 1, 3, 2);
    encoder.kind = AttentionKind::encoder;
    decoder.kind = AttentionKind::decoder;
    decoder.query_stack = decoder.key_stack = 1;
    cross.kind = AttentionKind::cross;
    cross.query_stack = 1;
    frame.blocks = {encoder, decoder, cross};
    return frame;
}

// A trace with one tensor written by hand: any dtype, any bytes.
std::string trace_bytes(const std::string& dtype, const std::string& shape, const std::string& data,
                        const std::string& metadata = R"("weft.trace":"1","tokens":"[\"a\",\"b\"]")") {
    const std::string header = R"({"__metadata__":{)" + metadata + R"(},"attention":{"dtype":")" + dtype +
                               R"(","shape":)" + shape + R"(,"data_offsets":[0,)" +
                               std::to_string(data.size()) + "]}}";
    const uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

template <class Number>
std::string bytes_of(std::initializer_list<Number> numbers) {
    return {reinterpret_cast<const char*>(numbers.begin()), numbers.size() * sizeof(Number)};
}

FramePtr parse(const std::string& file) {
    return parse_trace(std::as_bytes(std::span(file)), "t.safetensors");
}

std::string refusal(const std::string& file) {
    try {
        parse(file);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

const std::string halves = bytes_of<float>({0.5f, 0.5f, 0.5f, 0.5f});

}  // namespace

TEST_CASE("a trace that was written is read back with rollout and entropy") {
    TemporaryFolder folder;
    write_trace(folder.file("t.safetensors"), one_stack());
    const FramePtr frame = read_trace(folder.file("t.safetensors"));
    REQUIRE(frame->complete);
    REQUIRE(frame->provenance.is_trace);
    REQUIRE(frame->provenance.title == "three tokens");
    REQUIRE(frame->stacks[0].tokens[1].text == "a \"cat\"");
    REQUIRE(frame->stacks[0].tokens[0].special);
    REQUIRE(frame->stacks[0].text.substr(frame->stacks[0].tokens[2].start) == "\xe4\xb8\xad");
    REQUIRE(*frame->blocks[0].layer_weights[1] == *one_stack().blocks[0].layer_weights[1]);
    REQUIRE(frame->blocks[0].quantities.at("rollout").shape == std::vector<int64_t>{2, 3, 3});
    REQUIRE((*frame->blocks[0].quantities.at("entropy").values)[0] == Approx(std::log(3)).margin(1e-5));
    REQUIRE_FALSE(frame->blocks[0].causal);
}

TEST_CASE("a trace of two stacks has encoder, decoder and cross-attention, and knows which is causal") {
    TemporaryFolder folder;
    write_trace(folder.file("t.safetensors"), two_stacks());
    const FramePtr frame = read_trace(folder.file("t.safetensors"));
    REQUIRE(frame->stacks.size() == 2);
    REQUIRE(frame->provenance.title == "t");
    REQUIRE(frame->blocks[1].causal);
    REQUIRE_FALSE(frame->blocks[0].causal);
    REQUIRE(frame->blocks[2].query_stack == 1);
    REQUIRE(frame->blocks[2].key_stack == 0);
    REQUIRE(frame->blocks[2].keys == 2);
    REQUIRE_FALSE(frame->blocks[2].quantities.contains("rollout"));
    REQUIRE(frame->blocks[2].quantities.contains("entropy"));
}

TEST_CASE("half-precision traces are read") {
    REQUIRE((*parse(trace_bytes("F16", "[1,1,2,2]", bytes_of<uint16_t>({0x3800, 0x3800, 0x3c00, 0})))
                  ->blocks[0]
                  .layer_weights[0]) == std::vector<float>{0.5f, 0.5f, 1.0f, 0.0f});
    REQUIRE((*parse(trace_bytes("BF16", "[1,1,2,2]", bytes_of<uint16_t>({0x3f00, 0x3f00, 0x3f80, 0})))
                  ->blocks[0]
                  .layer_weights[0]) == std::vector<float>{0.5f, 0.5f, 1.0f, 0.0f});
}

TEST_CASE("a trace that lies is refused with the tensor's name") {
    REQUIRE(refusal(trace_bytes("F32", "[1,1,2,2]", halves)) == "no error");
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", halves, R"("tokens":"[]")")),
                 Contains("no attention trace"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", halves, R"("weft.trace":"1")")),
                 Contains("\"tokens\" is missing"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", halves, R"("weft.trace":"1","tokens":"[1,2]")")),
                 Contains("tokens"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", halves, R"("weft.trace":"1","tokens":"[\"a\"]")")),
                 Contains("[1, 1, 2, 2]") && Contains("[layers, heads, 1, 1]"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[2,2]", halves)),
                 Contains("tensor \"attention\"") && Contains("[2, 2]"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[0,1,2,2]", "")), Contains("[0, 1, 2, 2]"));
    REQUIRE_THAT(refusal(trace_bytes("I32", "[1,1,2,2]", halves)), Contains("I32"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", bytes_of<float>({0.5f, 0.5f, NAN, 0.5f}))),
                 Contains("attention") && Contains("index 2"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", bytes_of<float>({1.5f, -0.5f, 1, 0}))),
                 Contains("-0.5"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", bytes_of<float>({0.5f, 0.5f, 0.5f, 0.4f}))),
                 Contains("row 1 sums to 0.9"));
    REQUIRE_THAT(refusal(trace_bytes("F32", "[1,1,2,2]", halves,
                                     R"("weft.trace":"1","tokens":"[\"a\",\"b\"]","patch_grid":"3x1")")),
                 Contains("patch_grid") && Contains("3x1"));
}

TEST_CASE("the texts of a pair are kept apart, and what does not say which is refused") {
    TemporaryFolder folder;
    write_trace(folder.file("t.safetensors"), text_pair());
    REQUIRE(read_trace(folder.file("t.safetensors"))->stacks[0].segments == std::vector<uint8_t>{0, 0, 1});
    const auto with = [](const std::string& segments) {
        return trace_bytes("F32", "[1,1,2,2]", halves,
                           R"("weft.trace":"1","tokens":"[\"a\",\"b\"]","segments":")" + segments + "\"");
    };
    REQUIRE(parse(with("[0,1]"))->stacks[0].segments == std::vector<uint8_t>{0, 1});
    REQUIRE_THAT(refusal(with("[0]")), Contains("segments") && Contains("[0]") && Contains("2 numbers"));
    REQUIRE_THAT(refusal(with("[0,2]")), Contains("segments") && Contains("2, expected 0 or 1"));
    REQUIRE_THAT(refusal(with("[0,-1]")), Contains("-1, expected 0 or 1"));
    REQUIRE_THAT(refusal(with("[0,true]")), Contains("expected 0 or 1"));
    REQUIRE_THAT(refusal(with("{}")), Contains("segments"));
}

TEST_CASE("patches are the last tokens") {
    const FramePtr frame = parse(trace_bytes(
        "F32", "[1,1,2,2]", halves, R"("weft.trace":"1","tokens":"[\"[CLS]\",\"0,0\"]","patch_grid":"1x1")"));
    REQUIRE(frame->stacks[0].grid->first_token == 1);
}

TEST_CASE("an export to safetensors has METHODS' names, and metadata that are all strings") {
    TemporaryFolder folder;
    AttentionFrame frame = one_stack();
    frame.blocks[0].quantities["rollout"] = rollout(frame.blocks[0], {});
    ExportSettings settings;
    settings.methods = {"attention", "rollout"};
    settings.options["pair"] = "none";
    settings.timings_ms["text_to_attention"] = {1, 2, 3};
    export_frame(folder.file("e.safetensors"), frame, settings);
    const Safetensors file = Safetensors::open(folder.file("e.safetensors"));
    REQUIRE(file.tensors().size() == 2);
    REQUIRE(file.find("attention")->shape == std::vector<int64_t>{2, 2, 3, 3});
    REQUIRE(file.find("rollout")->shape == std::vector<int64_t>{2, 3, 3});
    const json tokens = json::parse(file.metadata().at("tokens"));
    REQUIRE(tokens[1] ==
            json{{"id", 1}, {"text", "a \"cat\""}, {"start", 6}, {"end", 13}, {"special", false}});
    REQUIRE(json::parse(file.metadata().at("timings_ms"))["text_to_attention"] == json{1.0, 2.0, 3.0});
    REQUIRE(json::parse(file.metadata().at("options"))["residual"] == 0.5);
    REQUIRE(file.metadata().at("model") == "tiny");
    for (const char* key : {"weft.version", "model_type", "revision", "device", "dtype", "target", "deltas",
                            "max_row_sum_error"})
        REQUIRE(file.metadata().contains(key));
}

TEST_CASE("an export of two stacks puts the stack at the end of each name") {
    TemporaryFolder folder;
    write_trace(folder.file("t.safetensors"), two_stacks());
    export_frame(folder.file("e.safetensors"), *read_trace(folder.file("t.safetensors")), {});
    const Safetensors file = Safetensors::open(folder.file("e.safetensors"));
    for (const char* name : {"attention.encoder", "attention.decoder", "attention.cross", "rollout.encoder",
                             "rollout.decoder", "entropy.cross", "entropy.normalised.cross"})
        REQUIRE(file.find(name) != nullptr);
    REQUIRE(file.find("rollout.cross") == nullptr);
    REQUIRE(file.metadata().contains("tokens.target"));
}

TEST_CASE("an export to JSON holds metadata, head table and the exact float32 numbers") {
    TemporaryFolder folder;
    export_frame(folder.file("e.json"), one_stack(), {{"attention"}, {}, {}, {}});
    const json root = json::parse(read_file(folder.file("e.json")));
    REQUIRE(root["tokens"][2]["text"] == "\xe4\xb8\xad");
    REQUIRE(root["tensors"]["attention"]["shape"] == json{2, 2, 3, 3});
    REQUIRE(root["tensors"]["attention"]["values"].get<std::vector<float>>() ==
            std::vector<float>(36, 1.0f / 3));
    REQUIRE(root["heads"].size() == 4);
    REQUIRE(root["timings_ms"]["text_to_attention"] == 1.5);
    REQUIRE(root["tensors_left_out"].empty());
    AttentionFrame large = one_stack();
    large.hidden_states = {
        FrameTensor{{1, 1, 1'000'001}, std::make_shared<const std::vector<float>>(1'000'001)}};
    export_frame(folder.file("l.json"), large, {{"attention"}, {}, {}, {}});
    REQUIRE(json::parse(read_file(folder.file("l.json")))["tensors_left_out"].contains("hidden_states"));
}

TEST_CASE("an export to CSV is a table with a row per head") {
    TemporaryFolder folder;
    AttentionFrame frame = one_stack();
    frame.blocks = {identity_attention(1, 2, 3)};
    export_frame(folder.file("e.csv"), frame, {{"attention"}, {}, {}, {}});
    REQUIRE(read_file(folder.file("e.csv")) ==
            "stack,layer,head,entropy,entropy_normalised,max_weight,mean_max_weight,self,first,max_row_sum_"
            "error\n"
            "self,0,0,0,0,1,1,1,0,0\nself,0,1,0,0,1,1,1,0,0\n");
}

TEST_CASE("an export refuses what it cannot write, and leaves nothing behind") {
    TemporaryFolder folder;
    AttentionFrame frame = one_stack();
    REQUIRE_THROWS_AS(export_frame(folder.file("e.txt"), frame, {}), UsageError);
    REQUIRE_THROWS_WITH(export_frame(folder.file("e.csv"), frame, {}), Contains("entropy"));
    frame.blocks = {
        make_attention(1, 1, 3, 3, [](auto, auto, size_t i, size_t j) { return i + j == 4 ? NAN : 0.5f; })};
    REQUIRE_THROWS_WITH(export_frame(folder.file("e.csv"), frame, {{"attention"}, {}, {}, {}}),
                        Contains("tensor \"attention\"") && Contains("nan") && Contains("index 8"));
    REQUIRE_THROWS_WITH(export_frame(folder.file("none/e.csv"), one_stack(), {{"attention"}, {}, {}, {}}),
                        Contains("is missing"));
    REQUIRE(std::filesystem::is_empty(folder.path()));
}
