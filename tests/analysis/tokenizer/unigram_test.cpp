#include "analysis/tokenizer/unigram.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

std::vector<int32_t> ids_of(const UnigramModel& model, const std::string& text) {
    std::vector<TokenPiece> pieces;
    model.append_pieces(decode_utf8(text), pieces);
    std::vector<int32_t> ids;
    for (const TokenPiece& piece : pieces) ids.push_back(piece.id);
    return ids;
}

std::string refusal(const std::vector<UnigramPiece>& pieces, std::optional<int64_t> unknown) {
    try {
        ids_of(UnigramModel(pieces, unknown, false, "vocabulary"), "ax");
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("the best segmentation is that of tokenizers") {
    const json references = json::parse(
        test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/unigram_references.json"))["unigram"];
    for (const json& reference : references) {
        std::vector<UnigramPiece> pieces;
        for (const json& piece : reference["vocabulary"])
            pieces.push_back({piece[0].get<std::string>(), piece[1].get<double>()});
        std::optional<int64_t> unknown;
        if (!reference["unknown"].is_null()) unknown = reference["unknown"].get<int64_t>();
        const UnigramModel model(pieces, unknown, reference["byte_fallback"].get<bool>(), "reference");
        for (const json& item : reference["cases"]) {
            INFO(item.dump(-1, ' ', true));
            REQUIRE(ids_of(model, item[0].get<std::string>()) == item[1].get<std::vector<int32_t>>());
        }
    }
}

TEST_CASE("pieces span their typed bytes, unknown characters together, byte pieces each its character") {
    using Spans = std::vector<std::pair<uint32_t, uint32_t>>;
    const auto spans = [](const UnigramModel& model, const std::string& text) {
        std::vector<TokenPiece> pieces;
        model.append_pieces(decode_utf8(text), pieces);
        Spans result;
        for (const TokenPiece& piece : pieces) result.emplace_back(piece.start, piece.end);
        return result;
    };
    std::vector<UnigramPiece> pieces{{"<unk>", 0}, {"ab", -1}};
    // "ab", then e acute and u umlaut.
    REQUIRE(spans(UnigramModel(pieces, 0, false, "v"),
                  "ab\xc3\xa9\xc3\xbc"
                  "ab") == Spans{{0, 2}, {2, 6}, {6, 8}});
    for (const char* byte : {"<0xC3>", "<0xA9>", "<0xBC>"}) pieces.push_back({byte, 0});
    REQUIRE(spans(UnigramModel(pieces, 0, true, "v"), "ab\xc3\xa9\xc3\xbc") ==
            Spans{{0, 2}, {2, 4}, {2, 4}, {4, 6}, {4, 6}});
}

TEST_CASE("a vocabulary that cannot be used is refused by the piece") {
    REQUIRE(refusal({{"<unk>", 0}, {"a", -1}}, 0) == "no error");
    REQUIRE_THAT(refusal({{"<unk>", 0}, {"a", NAN}}, 0), Contains("\"a\" is not a finite number"));
    REQUIRE_THAT(refusal({{"<unk>", 0}, {"a", -INFINITY}}, 0), Contains("\"a\" is not a finite number"));
    REQUIRE_THAT(refusal({{"<unk>", 0}}, 1), Contains("\"unk_id\" is 1, the vocabulary has 1 pieces"));
    REQUIRE_THAT(refusal({{"<unk>", 0}}, -1), Contains("\"unk_id\" is -1"));
    REQUIRE_THAT(refusal({}, 0), Contains("0 pieces"));
    REQUIRE_THAT(refusal({{"a", 0}}, {}), Contains("no piece for \"x\" and no unknown token"));
    REQUIRE_THAT(refusal({}, {}), Contains("no piece for \"a\""));
}

TEST_CASE("a vocabulary of a million pieces and pieces of a hundred thousand bytes are both small work") {
    std::vector<UnigramPiece> pieces{{"<unk>", 0}};
    for (int i = 0; i < 1'000'000; ++i) pieces.push_back({"p" + std::to_string(i), -10.0});
    for (int i = 0; i < 20; ++i) pieces.push_back({std::string(100'000, 'x') + std::to_string(i), -1.0});
    const UnigramModel model(pieces, 0, false, "v");
    REQUIRE(ids_of(model, "p7p999999") == std::vector<int32_t>{8, 1'000'000});
    REQUIRE(ids_of(model, std::string(100'000, 'x') + "7") == std::vector<int32_t>{1'000'008});
    REQUIRE(ids_of(model, std::string(100'000, 'x')) == std::vector<int32_t>{0});
}
