#include "analysis/tokenizer/tokenizer.h"

#include <algorithm>
#include <filesystem>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {
namespace {

std::vector<WordPiece> pieces_of(std::string_view text, const Tokenizer::Parts& parts) {
    std::vector<WordPiece> pieces;
    const auto words = [&](int32_t id, std::span<const TextPoint> part) {
        if (id >= 0) {
            pieces.push_back({id, part.front().start, part.back().end});
            return;
        }
        for_each_bert_word(part, [&](std::span<const TextPoint> word) {
            append_wordpieces(word, parts.vocabulary, parts.wordpiece, pieces);
        });
    };
    parts.raw_matcher.split(decode_utf8(text), [&](int32_t id, std::span<const TextPoint> part) {
        if (id >= 0)
            words(id, part);
        else
            parts.normalized_matcher.split(bert_normalize(part, parts.normalizer), words);
    });
    return pieces;
}

size_t added_count(const std::vector<TemplatePiece>& frame) {
    size_t count = 0;
    for (const TemplatePiece& piece : frame) count += piece.ids.size();
    return count;
}

struct Lengths {
    size_t first, second;
};

// The longer text is cut first, as transformers' "longest_first" does.
Lengths cut(size_t first, size_t second, size_t limit, bool has_pair) {
    if (!has_pair) return {std::min(first, limit), 0};
    size_t shorter = std::min(first, second);
    size_t longer = shorter > limit ? shorter : std::max(shorter, limit - shorter);
    if (shorter + longer > limit) {
        shorter = limit / 2;
        longer = shorter + limit % 2;
    }
    return first > second ? Lengths{longer, shorter} : Lengths{shorter, longer};
}

// Where the kept text ends: at the first byte of the first piece left out, never inside a kept one.
uint32_t kept_bytes(std::string_view text, const std::vector<WordPiece>& pieces, size_t keep) {
    if (keep >= pieces.size()) return static_cast<uint32_t>(text.size());
    return std::max(pieces[keep].start, keep > 0 ? pieces[keep - 1].end : 0);
}

}  // namespace

void Tokenizer::Parts::finish(const std::string& source) {
    for (const AddedToken& token : added_tokens) {
        const std::optional<int32_t> known = vocabulary.find(token.content);
        if (known && *known != token.id)
            throw Error("\"" + source + "\": added token \"" + token.content.substr(0, 80) + "\" has id " +
                        std::to_string(token.id) + ", the vocabulary says " + std::to_string(*known));
        if (!known) vocabulary.insert(token.content, token.id);
        if (token.special) special_ids.insert(token.id);
        const std::vector<TextPoint> content = decode_utf8(token.content);
        if (token.normalized)
            normalized_matcher.add(token, bert_normalize(content, normalizer));
        else
            raw_matcher.add(token, content);
    }
    for (const std::vector<TemplatePiece>* frame : {&single, &pair})
        for (const TemplatePiece& piece : *frame)
            for (const int32_t id : piece.ids)
                if (vocabulary.token(id).empty())
                    throw Error("\"" + source + "\": the post-processor adds id " + std::to_string(id) +
                                ", which no token has");
}

Tokenizer::Tokenizer(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

Tokenizer Tokenizer::parse(std::string_view tokenizer_json, const std::string& source) {
    return Tokenizer(parse_tokenizer_json(tokenizer_json, source));
}

Tokenizer Tokenizer::load(const std::string& folder) {
    const char* const copy_again = "Copy the tokenizer's files again from the model's source, unchanged.";
    const std::filesystem::path root(folder);
    std::error_code ignored;
    if (std::filesystem::exists(root / "tokenizer.json", ignored)) {
        const std::string path = (root / "tokenizer.json").string();
        return with_hint(copy_again, [&] { return parse(read_text_file(path), path); });
    }
    if (std::filesystem::exists(root / "vocab.txt", ignored))
        return with_hint(copy_again, [&] { return Tokenizer(read_vocabulary_files(folder)); });
    throw Error("model folder \"" + folder + "\" has no tokenizer", "It needs tokenizer.json or vocab.txt.");
}

TokenizedText Tokenizer::tokenize(std::string_view text, std::optional<std::string_view> pair,
                                  TokenLimit limit) const {
    const std::vector<WordPiece> first = pieces_of(text, *parts_);
    std::vector<WordPiece> second;
    if (pair) {
        try {
            second = pieces_of(*pair, *parts_);
        } catch (const Error& error) {
            throw Error(std::string("second text of the pair: ") + error.what(), error.hint());
        }
    }
    const std::vector<TemplatePiece>& frame = pair ? parts_->pair : parts_->single;
    const size_t added = added_count(frame), count = first.size() + second.size() + added;
    if (count == 0)
        throw Error("the text has no tokens", "Type at least one character that is not a control character.");

    TokenizedText result;
    Lengths keep{first.size(), second.size()};
    if (limit.tokens > 0 && count > limit.tokens) {
        if (!limit.truncate)
            throw Error("the text has " + std::to_string(count) + " tokens, the model takes " +
                            std::to_string(limit.tokens),
                        "--truncate cuts it there.");
        if (added >= limit.tokens)
            throw Error("the model takes " + std::to_string(limit.tokens) +
                        " tokens, the tokenizer alone adds " + std::to_string(added));
        keep = cut(first.size(), second.size(), limit.tokens - added, pair.has_value());
        result.truncation =
            Truncation{static_cast<uint32_t>(count), limit.tokens, kept_bytes(text, first, keep.first),
                       pair ? kept_bytes(*pair, second, keep.second) : 0};
    }
    TokenStack& stack = result.stack;
    stack.text = text.substr(0, result.truncation ? result.truncation->byte_offset : text.size());
    if (pair)
        stack.pair_text =
            pair->substr(0, result.truncation ? result.truncation->pair_byte_offset : pair->size());

    stack.tokens.reserve(keep.first + keep.second + added);
    stack.segments.reserve(keep.first + keep.second + added);
    const auto push = [&](int32_t id, uint32_t start, uint32_t end, uint8_t segment) {
        stack.tokens.push_back(
            {id, std::string(parts_->vocabulary.token(id)), start, end, parts_->special_ids.contains(id)});
        stack.segments.push_back(segment);
    };
    for (const TemplatePiece& piece : frame) {
        for (const int32_t id : piece.ids) push(id, 0, 0, piece.segment);
        if (piece.kind == TemplatePiece::Kind::added) continue;
        const bool is_first = piece.kind == TemplatePiece::Kind::first_text;
        const std::vector<WordPiece>& pieces = is_first ? first : second;
        for (size_t i = 0; i < (is_first ? keep.first : keep.second); ++i)
            push(pieces[i].id, pieces[i].start, pieces[i].end, piece.segment);
    }
    return result;
}

int32_t Tokenizer::vocabulary_size() const {
    return parts_->vocabulary.size();
}
std::optional<int32_t> Tokenizer::token_id(std::string_view token) const {
    return parts_->vocabulary.find(token);
}
std::string_view Tokenizer::token_text(int32_t id) const {
    return parts_->vocabulary.token(id);
}

}  // namespace weft
