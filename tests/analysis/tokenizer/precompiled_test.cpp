#include "analysis/tokenizer/precompiled.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

json references() {
    return json::parse(
        test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/unigram_references.json"))["precompiled"];
}

PrecompiledCharsmap charsmap(const json& reference) {
    return PrecompiledCharsmap(decode_base64(reference["charsmap"].get<std::string>(), "charsmap"),
                               "charsmap");
}

std::string text_of(const std::vector<TextPoint>& points) {
    std::string text;
    for (const TextPoint& point : points) append_utf8(text, point.point);
    return text;
}

// One node whose value is `value`, reached by "a"; replacements "x".
std::string one_rule(uint32_t root, uint32_t node, uint32_t value, const std::string& replacements) {
    std::vector<uint32_t> units(256);
    units[0] = root;
    units[1 ^ 'a'] = node;
    units[2] = value;
    const auto size = static_cast<uint32_t>(units.size() * 4);
    std::string bytes(reinterpret_cast<const char*>(&size), 4);
    bytes.append(reinterpret_cast<const char*>(units.data()), size);
    return bytes + replacements;
}
constexpr uint32_t root_to_1 = 1u << 10;
constexpr uint32_t node_to_2 = ((1u ^ 'a' ^ 2u) << 10) | 1u << 8 | 'a';

std::string message_of(const std::string& bytes) {
    try {
        const std::string typed = "a";
        PrecompiledCharsmap(bytes, "map").normalize(decode_utf8(typed));
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("rules apply to short clusters whole and to long ones point by point, as tokenizers does") {
    for (const json& reference : references()) {
        const PrecompiledCharsmap map = charsmap(reference);
        for (const json& item : reference["cases"]) {
            INFO(item.dump(-1, ' ', true));
            REQUIRE(text_of(map.normalize(decode_utf8(item[0].get<std::string>()))) ==
                    item[1].get<std::string>());
        }
    }
}

TEST_CASE("what replaces a cluster spans all of its bytes") {
    const PrecompiledCharsmap map = charsmap(references()[1]);
    // "x", "e" with its accent, the ligature fi.
    const auto points = map.normalize(decode_utf8("xe\xcc\x81\xef\xac\x81"));
    REQUIRE(points == std::vector<TextPoint>{{'x', 0, 1}, {0xe9, 1, 4}, {'f', 4, 7}, {'i', 4, 7}});
}

TEST_CASE("the longest rule of a text is SentencePiece's") {
    const PrecompiledCharsmap map = charsmap(references()[1]);
    REQUIRE(map.longest_rule("abc") == std::pair<size_t, std::string_view>{2, "never"});
    REQUIRE(map.longest_rule("acb") == std::pair<size_t, std::string_view>{1, "A"});
    REQUIRE_FALSE(map.longest_rule("x"));
    REQUIRE_FALSE(map.longest_rule(""));
}

TEST_CASE("base64 is read strictly") {
    REQUIRE(decode_base64("", "b").empty());
    REQUIRE(decode_base64("Zg==", "b") == "f");
    REQUIRE(decode_base64("Zm8=", "b") == "fo");
    REQUIRE(decode_base64("Zm9v", "b") == "foo");
    for (const char* bad : {"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm\n9", "Zm-_"})
        REQUIRE_THROWS_AS(decode_base64(bad, "b"), Error);
}

TEST_CASE("a charsmap that contradicts itself is refused, at the latest when a text is led out of it") {
    REQUIRE(message_of(one_rule(root_to_1, node_to_2, 0, "x")) == "no error");
    REQUIRE_THAT(message_of(""), Contains("too few"));
    REQUIRE_THAT(message_of(std::string(4, '\0')), Contains("0 bytes"));
    REQUIRE_THAT(message_of("\xff\xff\xff\xff----"), Contains("4294967295 bytes, 4 follow"));
    REQUIRE_THAT(message_of(one_rule(root_to_1, node_to_2, 0, "\xff")), Contains("UTF-8"));
    REQUIRE_THAT(message_of(one_rule(0xfffffc00u, node_to_2, 0, "x")), Contains("leads out of the file"));
    REQUIRE_THAT(message_of(one_rule(root_to_1, node_to_2 | 0xfff00000u, 0, "x")), Contains("no error"));
    REQUIRE_THAT(message_of(one_rule(root_to_1, (node_to_2 & 0x3ffu) | 0x40000000u, 0, "x")),
                 Contains("leads out of the file"));
    REQUIRE_THAT(message_of(one_rule(root_to_1, node_to_2, 2, "x")), Contains("leads out of the file"));
    REQUIRE_THAT(message_of(one_rule(root_to_1, node_to_2, 1, "\xc3\xa9")),
                 Contains("leads out of the file"));
    REQUIRE(message_of(one_rule(root_to_1, node_to_2, 1, "x")) == "no error");
}
