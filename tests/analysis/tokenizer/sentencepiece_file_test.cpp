#include "analysis/tokenizer/sentencepiece_file.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/precompiled.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;
using nlohmann::json;
using namespace std::string_literals;

namespace {

std::string message_of(const std::string& bytes) {
    try {
        parse_sentencepiece(bytes, "x.model");
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

// A length-delimited field of fewer than 128 bytes.
std::string field(int number, const std::string& content) {
    return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(content.size()) + content;
}

const std::string piece_a = field(1, field(1, "a"));

}  // namespace

TEST_CASE("pieces and settings of a SentencePiece model are read") {
    const json references = json::parse(
        test::read_file(WEFT_SOURCE_DIR "/tests/analysis/references/sentencepiece_references.json"));
    const auto read = [&](size_t row) {
        return parse_sentencepiece(decode_base64(references[row]["model"].get<std::string>(), "m"), "m");
    };
    using Type = SentencepieceFile::PieceType;
    const SentencepieceFile unigram = read(0), bytes = read(4);
    REQUIRE(unigram.model_type == SentencepieceFile::ModelType::unigram);
    REQUIRE(unigram.pieces[0].text == "<unk>");
    REQUIRE(unigram.pieces[0].type == Type::unknown);
    REQUIRE(unigram.pieces[1].type == Type::control);
    REQUIRE(unigram.pieces[3].text == "<mask>");
    REQUIRE(unigram.pieces[3].type == Type::user_defined);
    REQUIRE(unigram.pieces[5].score < 0);
    REQUIRE(unigram.unknown_id == 0);
    REQUIRE(unigram.pad_id == -1);
    REQUIRE(unigram.add_dummy_prefix);
    REQUIRE(unigram.remove_extra_whitespaces);
    REQUIRE_FALSE(unigram.byte_fallback);
    REQUIRE_FALSE(unigram.precompiled_charsmap.empty());
    REQUIRE_FALSE(read(1).add_dummy_prefix);
    REQUIRE_FALSE(read(1).remove_extra_whitespaces);
    REQUIRE(bytes.model_type == SentencepieceFile::ModelType::bpe);
    REQUIRE(bytes.byte_fallback);
    REQUIRE(bytes.pieces[4].text == "<0x00>");
    REQUIRE(bytes.pieces[4].type == Type::byte);
    REQUIRE(read(5).whitespace_is_suffix);
}

TEST_CASE("what is not named in a SentencePiece model has its default, and unknown fields are passed over") {
    const SentencepieceFile file = parse_sentencepiece(piece_a + field(9, "??") + "\x40\x05"s, "x.model");
    REQUIRE(file.pieces.size() == 1);
    REQUIRE(file.pieces[0].text == "a");
    REQUIRE(file.pieces[0].score == 0);
    REQUIRE(file.unknown_piece == "<unk>");
    REQUIRE(file.end_id == 2);
    // An id of -1 is ten bytes long.
    const std::string no_end = field(2, "\xd0\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
    REQUIRE(parse_sentencepiece(piece_a + no_end, "x.model").end_id == -1);
}

TEST_CASE("bytes that are no SentencePiece model are refused with the place") {
    REQUIRE(message_of(piece_a) == "no error");
    REQUIRE_THAT(message_of(""), Contains("no pieces"));
    REQUIRE_THAT(message_of("\x0a\x05xx"), Contains("a field of 5 bytes where 2 are left at byte 0"));
    REQUIRE_THAT(message_of("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s), Contains("where 0 are left"));
    REQUIRE_THAT(message_of(std::string(12, '\xff')), Contains("more than ten bytes"));
    REQUIRE_THAT(message_of("\x0b"), Contains("wire type 3"));
    REQUIRE_THAT(message_of("\x02\x00"s), Contains("field number 0"));
    REQUIRE_THAT(message_of("\x08\x01"), Contains("field 1 has wire type 0"));
    REQUIRE_THAT(message_of(field(1, field(1, "\xff"))), Contains("not UTF-8 at byte 2"));
    REQUIRE_THAT(message_of(field(1, "\x15\x00\x00\xc0\x7f"s)), Contains("not finite"));
    REQUIRE_THAT(message_of(field(1, "\x15\x00\x00"s)), Contains("end within a number"));
    REQUIRE_THAT(message_of(field(1, "\x18\x07")), Contains("value 7 of field 3"));
    REQUIRE_THAT(message_of(piece_a + field(2, "\x18\x09")), Contains("value 9 of field 3"));
    REQUIRE_THAT(message_of("{\"version\": 1}"), Contains("is not a SentencePiece model"));
}
