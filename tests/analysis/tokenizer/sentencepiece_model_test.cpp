#include "analysis/tokenizer/sentencepiece_model.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;

namespace {

using Type = SentencepieceFile::PieceType;

json references() {
    return json::parse(
        test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/sentencepiece_references.json"));
}

std::vector<SentencepieceModel::Piece> pieces_of(const SentencepieceModel& model, const std::string& text) {
    std::vector<SentencepieceModel::Piece> pieces;
    model.append_pieces(decode_utf8(text), pieces);
    return pieces;
}

SentencepieceFile small_file() {
    SentencepieceFile file;
    file.pieces = {{"<unk>", 0, Type::unknown}, {"\xe2\x96\x81", -2, Type::normal}, {"a", -1, Type::normal}};
    return file;
}

std::string refusal(const SentencepieceFile& file) {
    try {
        SentencepieceModel(file, "small");
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("texts fall into the pieces that the SentencePiece library makes of them") {
    for (const json& reference : references()) {
        const std::string bytes = decode_base64(reference["model"].get<std::string>(), "model");
        const SentencepieceModel model(parse_sentencepiece(bytes, "model"), "model");
        for (const json& item : reference["cases"]) {
            INFO(item.dump(-1, ' ', true));
            std::vector<std::string> texts;
            for (const SentencepieceModel::Piece& piece : pieces_of(model, item[0].get<std::string>()))
                texts.push_back(piece.text);
            REQUIRE(texts == item[1].get<std::vector<std::string>>());
        }
    }
}

TEST_CASE("pieces span the typed bytes that they stand for") {
    const SentencepieceModel model(small_file(), "small");
    using Spans = std::vector<std::pair<uint32_t, uint32_t>>;
    const auto spans = [&](const std::string& text) {
        Spans result;
        for (const auto& piece : pieces_of(model, text)) result.emplace_back(piece.start, piece.end);
        return result;
    };
    // The space that every text begins with was not typed; further ones left.
    REQUIRE(spans("a a") == Spans{{0, 0}, {0, 1}, {1, 2}, {2, 3}});
    REQUIRE(spans("  a   \xc3\xa9\xc3\xa9") == Spans{{2, 2}, {2, 3}, {3, 4}, {6, 10}});
    REQUIRE(spans("   ").empty());
}

TEST_CASE("a model that SentencePiece itself would not load is refused") {
    REQUIRE(refusal(small_file()) == "no error");
    SentencepieceFile file = small_file();
    file.pieces[0].type = Type::normal;
    REQUIRE_THAT(refusal(file), Contains("no unknown piece"));
    file = small_file();
    file.pieces[1].type = Type::unknown;
    REQUIRE_THAT(refusal(file), Contains("two unknown pieces"));
    file = small_file();
    file.pieces.push_back({"a", -3, Type::user_defined});
    REQUIRE_THAT(refusal(file), Contains("\"a\" is there twice"));
    file = small_file();
    file.pieces.push_back({"", -3, Type::normal});
    REQUIRE_THAT(refusal(file), Contains("piece 3 is empty"));
    file = small_file();
    file.model_type = SentencepieceFile::ModelType::word;
    REQUIRE_THAT(refusal(file), Contains("not supported"));
    file = small_file();
    file.precompiled_charsmap = "x";
    REQUIRE_THAT(refusal(file), Contains("precompiled_charsmap"));
}
