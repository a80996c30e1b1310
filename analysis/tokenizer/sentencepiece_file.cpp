#include "analysis/tokenizer/sentencepiece_file.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/utf8.h"

namespace weft {
namespace {

enum WireType : uint32_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

struct Field {
    uint32_t number = 0;
    WireType type = varint;
    uint64_t value = 0;      // of varint, fixed32 and fixed64
    std::string_view bytes;  // of length_delimited
    size_t offset = 0;       // in the file
};

// The fields of one message in file order.
class MessageReader {
  public:
    MessageReader(std::string_view message, size_t offset, const std::string& source)
        : message_(message), offset_(offset), source_(source) {}

    bool next(Field& field) {
        if (at_ == message_.size()) return false;
        field = {};
        field.offset = offset_ + at_;
        const uint64_t tag = read_varint();
        if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
            fail("field number " + std::to_string(tag >> 3), field.offset);
        field.number = static_cast<uint32_t>(tag >> 3);
        field.type = static_cast<WireType>(tag & 7);
        switch (field.type) {
            case varint:
                field.value = read_varint();
                break;
            case fixed64:
                field.value = read_fixed<uint64_t>();
                break;
            case fixed32:
                field.value = read_fixed<uint32_t>();
                break;
            case length_delimited: {
                const uint64_t size = read_varint();
                if (size > message_.size() - at_)
                    fail("a field of " + std::to_string(size) + " bytes where " +
                             std::to_string(message_.size() - at_) + " are left",
                         field.offset);
                field.bytes = message_.substr(at_, size);
                at_ += size;
                break;
            }
            default:
                fail("wire type " + std::to_string(tag & 7), field.offset);
        }
        return true;
    }

    // Where the field's bytes begin in the file.
    size_t bytes_offset() const { return offset_ + at_; }

    [[noreturn]] void fail(const std::string& what, size_t offset) const {
        throw Error("\"" + source_ + "\" is not a SentencePiece model: " + what + " at byte " +
                        std::to_string(offset),
                    "Copy the tokenizer's files again from the model's source, unchanged.");
    }

    void expect(const Field& field, WireType type) const {
        if (field.type != type)
            fail("field " + std::to_string(field.number) + " has wire type " + std::to_string(field.type),
                 field.offset);
    }
    void read(const Field& field, std::string& text) const {
        expect(field, length_delimited);
        text = field.bytes;
    }
    void read_text(const Field& field, std::string& text) const {
        read(field, text);
        try {
            decode_utf8(text);
        } catch (const Error&) {
            fail("a text that is not UTF-8", field.offset);
        }
    }
    void read(const Field& field, bool& value) const {
        expect(field, varint);
        value = field.value != 0;
    }
    void read(const Field& field, int32_t& value) const {
        expect(field, varint);
        value = static_cast<int32_t>(static_cast<uint32_t>(field.value));
    }
    template <class Enum>
    void read_enum(const Field& field, Enum& value, uint64_t last) const {
        expect(field, varint);
        if (field.value < 1 || field.value > last)
            fail("value " + std::to_string(field.value) + " of field " + std::to_string(field.number),
                 field.offset);
        value = static_cast<Enum>(field.value);
    }

  private:
    uint64_t read_varint() {
        uint64_t value = 0;
        for (uint32_t shift = 0; shift < 64; shift += 7) {
            if (at_ == message_.size()) fail("an end within a number", offset_ + at_);
            const auto byte = static_cast<uint8_t>(message_[at_++]);
            value |= static_cast<uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        fail("a number of more than ten bytes", offset_ + at_);
    }
    template <class Value>
    uint64_t read_fixed() {
        Value value = 0;
        if (message_.size() - at_ < sizeof(value)) fail("an end within a number", offset_ + at_);
        std::memcpy(&value, message_.data() + at_, sizeof(value));  // little-endian, as this machine
        at_ += sizeof(value);
        return value;
    }

    std::string_view message_;
    size_t offset_, at_ = 0;
    const std::string& source_;
};

SentencepieceFile::Piece read_piece(MessageReader reader) {
    SentencepieceFile::Piece piece;
    for (Field field; reader.next(field);) {
        if (field.number == 1) {
            reader.read_text(field, piece.text);
        } else if (field.number == 2) {
            reader.expect(field, fixed32);
            piece.score = std::bit_cast<float>(static_cast<uint32_t>(field.value));
            if (!std::isfinite(piece.score)) reader.fail("a score that is not finite", field.offset);
        } else if (field.number == 3) {
            reader.read_enum(field, piece.type, 6);
        }
    }
    return piece;
}

void read_trainer(MessageReader reader, SentencepieceFile& file) {
    for (Field field; reader.next(field);) {
        switch (field.number) {
            case 3:
                reader.read_enum(field, file.model_type, 4);
                break;
            case 24:
                reader.read(field, file.whitespace_is_suffix);
                break;
            case 35:
                reader.read(field, file.byte_fallback);
                break;
            case 40:
                reader.read(field, file.unknown_id);
                break;
            case 41:
                reader.read(field, file.begin_id);
                break;
            case 42:
                reader.read(field, file.end_id);
                break;
            case 43:
                reader.read(field, file.pad_id);
                break;
            case 45:
                reader.read_text(field, file.unknown_piece);
                break;
            case 46:
                reader.read_text(field, file.begin_piece);
                break;
            case 47:
                reader.read_text(field, file.end_piece);
                break;
            case 48:
                reader.read_text(field, file.pad_piece);
                break;
            default:
                break;
        }
    }
}

void read_normalizer(MessageReader reader, SentencepieceFile& file) {
    for (Field field; reader.next(field);) {
        switch (field.number) {
            case 2:
                reader.read(field, file.precompiled_charsmap);
                break;
            case 3:
                reader.read(field, file.add_dummy_prefix);
                break;
            case 4:
                reader.read(field, file.remove_extra_whitespaces);
                break;
            case 5:
                reader.read(field, file.escape_whitespaces);
                break;
            default:
                break;
        }
    }
}

}  // namespace

SentencepieceFile parse_sentencepiece(std::string_view bytes, const std::string& source) {
    SentencepieceFile file;
    MessageReader reader(bytes, 0, source);
    for (Field field; reader.next(field);) {
        if (field.number > 3) continue;
        reader.expect(field, length_delimited);
        const MessageReader inner(field.bytes, reader.bytes_offset() - field.bytes.size(), source);
        if (field.number == 1)
            file.pieces.push_back(read_piece(inner));
        else if (field.number == 2)
            read_trainer(inner, file);
        else
            read_normalizer(inner, file);
    }
    if (file.pieces.empty()) reader.fail("no pieces", bytes.size());
    return file;
}

SentencepieceFile read_sentencepiece(const std::string& path) {
    return parse_sentencepiece(read_text_file(path), path);
}

}  // namespace weft
