// Replays the corpus through every fuzz target, whole, truncated and with bytes changed, always the same
// ones: the fuzzers' ordinary test, under whatever sanitizer the build has.
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "tests/analysis/test_files.h"
#include "tests/fuzz/fuzz_targets.h"

namespace {

using Target = int (*)(const uint8_t*, size_t);

constexpr int mutations_per_file = 4000;

int run(Target target, const std::string& input) {
    // A buffer of exactly this size, so that an address sanitizer sees the first byte read past it.
    const std::vector<uint8_t> bytes(input.begin(), input.end());
    return target(bytes.data(), bytes.size());
}

std::string mutated(std::string input, std::mt19937& random) {
    static constexpr char interesting_bytes[] = "{}[]\",:-0919eE.\\u \xff\x80";
    static const std::string interesting(interesting_bytes, sizeof(interesting_bytes));  // with its NUL
    const int edits = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < edits && !input.empty(); ++i) {
        const size_t at = random() % input.size();
        switch (random() % 5) {
            case 0:
                input[at] = static_cast<char>(static_cast<uint8_t>(input[at]) ^ (1u << (random() % 8)));
                break;
            case 1:
                input[at] = interesting[random() % interesting.size()];
                break;
            case 2:
                input.erase(at, 1 + random() % 8);
                break;
            case 3:
                input.insert(at, input.substr(random() % input.size(), 1 + random() % 16));
                break;
            default:
                input.insert(at, 1, interesting[random() % interesting.size()]);
        }
    }
    return input;
}

void replay(const char* folder, Target target) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(WEFT_SOURCE_DIR "/tests/fuzz/corpus") / folder)) {
        INFO(entry.path().filename());
        const std::string input = weft::test::read_file(entry.path());
        std::mt19937 random(static_cast<uint32_t>(input.size()));  // the same on every machine
        CHECK(run(target, input) == 0);
        for (size_t length = 0; length < input.size(); length += 1 + input.size() / 200)
            CHECK(run(target, input.substr(0, length)) == 0);
        for (int i = 0; i < mutations_per_file; ++i) CHECK(run(target, mutated(input, random)) == 0);
        ++files;
    }
    REQUIRE(files > 0);
}

}  // namespace

using namespace weft::fuzz;

TEST_CASE("no bytes break the JSON guard") {
    replay("json", fuzz_json);
}
TEST_CASE("no bytes break the safetensors reader") {
    replay("safetensors", fuzz_safetensors);
}
TEST_CASE("no bytes break the index of shards") {
    replay("weight_index", fuzz_weight_index);
}
TEST_CASE("no id and no ref leads out of the cache") {
    replay("hub_id", fuzz_hub_id);
}
TEST_CASE("no bytes break the rules of generating") {
    replay("generation_config", fuzz_generation_config);
}

TEST_CASE("no bytes break the model config") {
    replay("config", fuzz_config);
}
TEST_CASE("no bytes break the tokenizer file") {
    replay("tokenizer_json", fuzz_tokenizer_json);
}
TEST_CASE("no bytes break the attention trace") {
    replay("trace", fuzz_trace);
}
TEST_CASE("no bytes break the image decoders") {
    replay("image", fuzz_image);
}
TEST_CASE("no bytes break the preprocessor's file, and none makes it run away with an image") {
    replay("preprocessor", fuzz_preprocessor);
}
TEST_CASE("no pattern breaks the regular expressions") {
    replay("regex", fuzz_regex);
}
TEST_CASE("no text breaks the tokenizer") {
    replay("text", fuzz_text);
}
TEST_CASE("no bytes break the SentencePiece model reader") {
    replay("sentencepiece", fuzz_sentencepiece);
}
TEST_CASE("no bytes break the precompiled rules") {
    replay("charsmap", fuzz_charsmap);
}
TEST_CASE("no vocabulary breaks the Unigram model") {
    replay("unigram", fuzz_unigram);
}
TEST_CASE("no bytes break the mesh reader") {
    replay("obj", fuzz_obj);
}
TEST_CASE("no bytes break the saved places") {
    replay("places", fuzz_places);
}
