#include "analysis/json_guard.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;

namespace {

std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

std::string refusal(const std::string& text) {
    return message_of([&] { parse_json(text, "file.json"); });
}

}  // namespace

TEST_CASE("a JSON document of every kind of value parses into a tree") {
    const Json json = parse_json(R"({"a":[1,-2,3.5,true,null,"x\u00e9"],"b":{"c":{}}})", "file.json");
    REQUIRE(json["a"][1] == -2);
    REQUIRE(json["a"][5] == "x\xc3\xa9");
    REQUIRE(json["b"]["c"].empty());
    REQUIRE(parse_json("[18446744073709551615,-9223372036854775808]", "f")[0] == UINT64_MAX);
}

TEST_CASE("JSON that nlohmann-json alone would accept or crash on is refused with the source's name") {
    REQUIRE_THAT(refusal(std::string(100000, '[')),
                 Contains("nested deeper than 64") && Contains("file.json"));
    REQUIRE_THAT(refusal(R"({"a":1,"a":2})"), Contains("\"a\" appears twice"));
    REQUIRE_THAT(refusal("[18446744073709551616]"), Contains("out of range"));
    REQUIRE_THAT(refusal("[-9223372036854775809]"), Contains("out of range"));
    REQUIRE_THAT(refusal(std::string("[1]\0x", 5)), Contains("NUL at byte 3"));
    REQUIRE_THAT(refusal("[\"\xff\"]"), Contains("UTF-8"));
    REQUIRE_THAT(refusal("[1e999]"), Contains("overflow"));
    REQUIRE_THAT(refusal("[1] 2"), Contains("not valid JSON"));
    REQUIRE_THAT(refusal(""), Contains("not valid JSON"));
    REQUIRE_THAT(message_of([] { parse_json("[1,2,3]", "big.json", {5, 8}); }), Contains("limit of 5"));
}

TEST_CASE("nesting is allowed exactly up to the limit") {
    const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    REQUIRE_NOTHROW(parse_json(nested(64), "f"));
    REQUIRE_THROWS_AS(parse_json(nested(65), "f"), Error);
}

TEST_CASE("members are handed out only with the right type and range") {
    const Json json = parse_json(
        R"({"n":-1,"big":18446744073709551615,"float":3.0,"text":"s","null":null,"flag":true,"eps":1e-12})",
        "f");
    REQUIRE(required_int(json, "n", -5, 5, "c") == -1);
    REQUIRE_THAT(message_of([&] { required_int(json, "n", 0, 5, "config.json"); }),
                 Contains("config.json") && Contains("\"n\" is -1") && Contains("0 to 5"));
    REQUIRE_THROWS_AS(required_int(json, "big", 0, INT64_MAX, "c"), Error);
    REQUIRE_THROWS_AS(required_int(json, "float", 0, 5, "c"), Error);
    REQUIRE_THROWS_AS(required_int(json, "text", 0, 5, "c"), Error);
    REQUIRE_THAT(message_of([&] { required_int(json, "absent", 0, 5, "c"); }),
                 Contains("\"absent\" is missing"));
    REQUIRE_THROWS_AS(required_int(json, "null", 0, 5, "c"), Error);
    REQUIRE_THROWS_AS(required_int(Json::array(), "n", 0, 5, "c"), Error);
    REQUIRE(optional_int(json, "null", 7, 0, 5, "c") == 7);
    REQUIRE(optional_double(json, "eps", 0.5, 0, 1, "c") == 1e-12);
    REQUIRE_THROWS_AS(optional_double(json, "eps", 0.5, 0.1, 1, "c"), Error);
    REQUIRE(optional_bool(json, "flag", false, "c"));
    REQUIRE_THROWS_AS(optional_bool(json, "n", false, "c"), Error);
    REQUIRE(required_string(json, "text", "c") == "s");
    REQUIRE_THROWS_AS(required_string(json, "n", "c"), Error);
}

TEST_CASE("a vocabulary is streamed past the tree in file order") {
    std::vector<std::pair<std::string, int64_t>> members;
    const JsonIntegerMap map{{"model", "vocab"},
                             [&](std::string&& key, int64_t value) { members.emplace_back(key, value); }};
    const Json json = parse_json(
        R"({"vocab":{"no":9},"model":{"type":"W","vocab":{"b":1,"a":0},"x":{"vocab":{"q":1}}},"z":[{"model":1}]})",
        "t", {}, &map);
    REQUIRE(members == std::vector<std::pair<std::string, int64_t>>{{"b", 1}, {"a", 0}});
    REQUIRE(json["model"]["vocab"].empty());
    REQUIRE(json["model"]["x"]["vocab"]["q"] == 1);
    REQUIRE(json["vocab"]["no"] == 9);
    for (const char* bad : {R"({"model":{"vocab":{"a":"x"}}})", R"({"model":{"vocab":{"a":{}}}})",
                            R"({"model":{"vocab":{"a":[]}}})", R"({"model":{"vocab":{"a":1.5}}})",
                            R"({"model":{"vocab":{"a":18446744073709551615}}})"})
        REQUIRE_THROWS_AS(parse_json(bad, "t", {}, &map), Error);
}

TEST_CASE("a file that is nothing but a vocabulary is streamed too") {
    std::vector<std::pair<std::string, int64_t>> members;
    const JsonIntegerMap map{{}, [&](std::string&& key, int64_t value) { members.emplace_back(key, value); }};
    REQUIRE(parse_json(R"({"b":1,"a":0})", "t", {}, &map).empty());
    REQUIRE(members == std::vector<std::pair<std::string, int64_t>>{{"b", 1}, {"a", 0}});
    members.clear();
    parse_json(R"([{"a":0}])", "t", {}, &map);
    REQUIRE(members.empty());
    REQUIRE_THROWS_AS(parse_json(R"({"a":{"b":1}})", "t", {}, &map), Error);
}

TEST_CASE("missing files and folders are errors that name the path") {
    test::TemporaryFolder folder;
    REQUIRE_THAT(message_of([&] { read_json_file(folder.file("none.json")); }), Contains("none.json"));
    REQUIRE_THAT(message_of([&] { read_json_file(folder.path().string()); }), Contains("is not a file"));
    test::write_file(folder.file("a.json"), "{\"a\":1}");
    REQUIRE(read_json_file(folder.file("a.json"))["a"] == 1);
}

TEST_CASE("the public JSON parsing suite gets the required verdicts") {
    const auto data = test::conformance_data("json-test-suite/test_parsing");
    if (!data) return;
    // Valid JSON that is refused on purpose: two equal keys.
    const std::set<std::string> refused{"y_object_duplicated_key.json",
                                        "y_object_duplicated_key_and_value.json"};
    int checked = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*data)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() != ".json") continue;
        const bool parses = refusal(test::read_file(entry.path())) == "no error";
        INFO(name);
        if (name[0] == 'y') CHECK(parses != refused.contains(name));
        if (name[0] == 'n') CHECK_FALSE(parses);
        ++checked;
    }
    REQUIRE(checked > 300);
}

TEST_CASE("a flat list goes past the tree, element by element") {
    std::vector<std::string> seen;
    const JsonFlatList lists[] = {{{"a", "list"}, [&](const auto& strings, const auto& numbers) {
                                       std::string all;
                                       for (const std::string& text : strings) all += text + ",";
                                       for (const double number : numbers)
                                           all += std::to_string(number) + ",";
                                       seen.push_back(all);
                                   }}};
    const auto read = [&](const char* text) { return parse_json(text, "t", {}, nullptr, lists); };
    const Json json =
        read(R"({"list":["x"],"a":{"b":1,"list":["p q",["r","s"],["t",-2.5],[],[3,"u"]],"c":[7]}})");
    CHECK(seen == std::vector<std::string>{"p q,", "r,s,", "t,-2.500000,", "", "u,3.000000,"});
    CHECK(json["a"]["list"].empty());
    CHECK(json["a"]["c"][0] == 7);
    CHECK(json["list"][0] == "x");
    for (const char* bad :
         {R"({"a":{"list":[1]}})", R"({"a":{"list":[null]}})", R"({"a":{"list":[{"b":1}]}})",
          R"({"a":{"list":[["x",["y"]]]}})", R"({"a":{"list":["x"]})", R"({"a":{"list":[true]}})",
          R"({"a":{"list":[99999999999999999999999]}})"})
        CHECK_THROWS_AS(read(bad), Error);
}
