#include "analysis/tokenizer/post_processor.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/tokenizer/byte_alphabet.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/tokenizer_files.h"
#include "analysis/tokenizer/unicode_classes.h"

namespace weft {
namespace {

using Kind = TemplatePiece::Kind;

std::vector<int32_t> template_ids(const Json& special_tokens, const std::string& name,
                                  const std::string& source) {
    const Json* entry = find_member(special_tokens, name.c_str());
    if (entry == nullptr)
        throw Error("\"" + source + "\": the post-processor does not define \"" + name.substr(0, 80) + "\"");
    std::vector<int32_t> ids;
    for (const Json& id : required_list(*entry, "ids", source))
        ids.push_back(static_cast<int32_t>(required_int(Json{{"ids", id}}, "ids", 0, max_token_id, source)));
    return ids;
}

std::vector<TemplatePiece> read_template(const Json& processor, const char* key, const std::string& source) {
    const Json* special_tokens = find_member(processor, "special_tokens");
    std::vector<TemplatePiece> pieces;
    int firsts = 0, seconds = 0;
    for (const Json& item : required_list(processor, key, source)) {
        TemplatePiece piece;
        const Json* sequence = find_member(item, "Sequence");
        const Json* special = find_member(item, "SpecialToken");
        const Json* body = sequence != nullptr ? sequence : special;
        if (body == nullptr)
            throw Error("\"" + source + "\": \"" + key + "\" of the post-processor holds " +
                        json_excerpt(item));
        piece.segment = static_cast<uint8_t>(optional_int(*body, "type_id", 0, 0, 255, source));
        const std::string id = required_string(*body, "id", source);
        if (sequence == nullptr) {
            piece.ids =
                template_ids(special_tokens == nullptr ? Json::object() : *special_tokens, id, source);
        } else if (id == "A") {
            piece.kind = Kind::first_text;
            ++firsts;
        } else if (id == "B") {
            piece.kind = Kind::second_text;
            ++seconds;
        } else {
            refuse_component(source, "sequence", id, "A, B");
        }
        pieces.push_back(std::move(piece));
    }
    if (firsts != 1 || seconds != (std::string_view(key) == "pair" ? 1 : 0))
        throw Error("\"" + source + "\": \"" + key + "\" of the post-processor does not hold each text once");
    return pieces;
}

// [name, id], as BertProcessing and RobertaProcessing have it.
TemplatePiece read_token(const Json& processor, const char* key, const std::string& source) {
    const Json& pair = required_list(processor, key, source);
    if (pair.size() != 2)
        throw Error("\"" + source + "\": \"" + key + "\" is " + json_excerpt(pair) +
                    ", expected [token, id]");
    const int64_t id = required_int(Json{{key, pair[1]}}, key, 0, max_token_id, source);
    return {Kind::added, 0, {static_cast<int32_t>(id)}};
}

class Reader {
  public:
    explicit Reader(const std::string& source) : source_(source) {}

    void read(const Json& json, int depth) {
        const std::string type = required_string(json, "type", source_);
        if (type == "TemplateProcessing") {
            frame(read_template(json, "single", source_), read_template(json, "pair", source_));
        } else if (type == "BertProcessing") {
            const TemplatePiece cls = read_token(json, "cls", source_),
                                sep = read_token(json, "sep", source_);
            TemplatePiece second_sep = sep;
            second_sep.segment = 1;
            frame({cls, {Kind::first_text, 0, {}}, sep},
                  {cls, {Kind::first_text, 0, {}}, sep, {Kind::second_text, 1, {}}, second_sep});
        } else if (type == "RobertaProcessing") {
            const TemplatePiece cls = read_token(json, "cls", source_),
                                sep = read_token(json, "sep", source_);
            frame({cls, {Kind::first_text, 0, {}}, sep},
                  {cls, {Kind::first_text, 0, {}}, sep, sep, {Kind::second_text, 0, {}}, sep});
            if (optional_bool(json, "trim_offsets", true, source_)) trim(json);
        } else if (type == "ByteLevel") {
            if (optional_bool(json, "trim_offsets", true, source_)) trim(json);
        } else if (type == "Sequence" && depth < 8) {
            for (const Json& part : required_list(json, "processors", source_)) read(part, depth + 1);
        } else {
            refuse_component(source_, "post_processor", type,
                             "BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing");
        }
    }

    PostProcessor processor;

  private:
    void frame(std::vector<TemplatePiece> single, std::vector<TemplatePiece> pair) {
        if (framed_)
            throw Error("\"" + source_ + "\": two post-processors add tokens, one inside the other's",
                        "One of BertProcessing, RobertaProcessing and TemplateProcessing is supported.");
        framed_ = true;
        processor.single = std::move(single);
        processor.pair = std::move(pair);
    }
    void trim(const Json& json) {
        if (processor.trims_spans)
            throw Error("\"" + source_ + "\": two post-processors trim offsets", "One is supported.");
        processor.trims_spans = true;
        processor.adds_prefix_space = optional_bool(json, "add_prefix_space", true, source_);
    }

    const std::string& source_;
    bool framed_ = false;
};

struct EdgeSpaces {
    size_t leading = 0, trailing = 0;
};

EdgeSpaces edge_spaces(std::string_view token) {
    const auto is_plain = [](char c) { return c > ' ' && static_cast<uint8_t>(c) < 0x7f; };
    if (token.empty() || (is_plain(token.front()) && is_plain(token.back()))) return {};
    const std::vector<TextPoint> points = decode_utf8(token);
    const auto not_space = [](const TextPoint& point) {
        return point.point != byte_alphabet(' ') && !unicode_classes::is_whitespace(point.point);
    };
    return {static_cast<size_t>(std::find_if(points.begin(), points.end(), not_space) - points.begin()),
            static_cast<size_t>(std::find_if(points.rbegin(), points.rend(), not_space) - points.rbegin())};
}

uint32_t next_character(std::string_view text, uint32_t at) {
    do ++at;
    while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
    return at;
}

uint32_t previous_character(std::string_view text, uint32_t at) {
    do --at;
    while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
    return at;
}

}  // namespace

PostProcessor read_post_processor(const Json* json, const std::string& source) {
    Reader reader(source);
    if (json != nullptr) reader.read(*json, 0);
    return std::move(reader.processor);
}

void trim_spans(std::string_view text, const Vocabulary& vocabulary, bool adds_prefix_space,
                std::vector<TokenPiece>& pieces) {
    for (size_t i = 0; i < pieces.size(); ++i) {
        TokenPiece& piece = pieces[i];
        const std::string_view spelled =
            piece.is_added ? text.substr(piece.start, piece.end - piece.start) : vocabulary.token(piece.id);
        EdgeSpaces spaces = edge_spaces(spelled);
        // One space at the text's beginning may be the one that was added; of several, all were typed.
        if (spaces.leading == 1 && adds_prefix_space && (i == 0 || piece.start == 0)) spaces.leading = 0;
        for (; spaces.leading > 0 && piece.start < piece.end; --spaces.leading)
            piece.start = next_character(text, piece.start);
        for (; spaces.trailing > 0 && piece.end > piece.start; --spaces.trailing)
            piece.end = previous_character(text, piece.end);
    }
}

}  // namespace weft
