#include "analysis/tokenizer/tokenizer.h"

#include <algorithm>
#include <filesystem>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {
namespace {

// Part of a typed space: the model's mark for one that nobody typed is no part of the character after it.
bool is_untyped_space(std::string_view text, const TokenPiece& piece, const Vocabulary& vocabulary) {
    const std::string_view token = vocabulary.token(piece.id);
    return (token == "\u2581" || token == "\u0120") && piece.start < text.size() && text[piece.start] != ' ';
}

void mark_shared_characters(std::string_view text, const Vocabulary& vocabulary,
                            std::vector<TokenPiece>& pieces) {
    for (size_t i = 1; i < pieces.size(); ++i) {
        TokenPiece &left = pieces[i - 1], &right = pieces[i];
        if (right.start >= left.end || is_untyped_space(text, left, vocabulary)) continue;
        left.shares_character = right.shares_character = true;
    }
}

std::vector<TokenPiece> pieces_of(std::string_view text, const Tokenizer::Parts& parts) {
    std::vector<TokenPiece> pieces;
    const auto words = [&](int32_t id, std::span<const TextPoint> part) {
        if (id >= 0) {
            pieces.push_back({id, part.front().start, part.back().end, false, true});
            return;
        }
        SplitText split{{part.begin(), part.end()}, {{0, static_cast<uint32_t>(part.size())}}};
        if (parts.pre_tokenizer) parts.pre_tokenizer(split);
        for (const WordRange& word : split.words) parts.model(split.word(word), pieces);
    };
    parts.raw_matcher.split(decode_utf8(text), [&](int32_t id, std::span<const TextPoint> part) {
        if (id >= 0) return words(id, part);
        std::vector<TextPoint> normalized(part.begin(), part.end());
        if (parts.normalizer) parts.normalizer(normalized);
        parts.normalized_matcher.split(normalized, words);
    });
    mark_shared_characters(text, parts.vocabulary, pieces);
    if (parts.post_processor.trims_spans)
        trim_spans(text, parts.vocabulary, parts.post_processor.adds_prefix_space, pieces);
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
uint32_t kept_bytes(std::string_view text, const std::vector<TokenPiece>& pieces, size_t keep) {
    if (keep >= pieces.size()) return static_cast<uint32_t>(text.size());
    return std::max(pieces[keep].start, keep > 0 ? pieces[keep - 1].end : 0);
}

TokenizedText tokenize_with(const Tokenizer::Parts& parts, std::string_view text,
                            std::optional<std::string_view> pair, TokenLimit limit) {
    const std::vector<TokenPiece> first = pieces_of(text, parts);
    std::vector<TokenPiece> second;
    if (pair) {
        try {
            second = pieces_of(*pair, parts);
        } catch (const Error& error) {
            throw Error(std::string("second text of the pair: ") + error.what(), error.hint());
        }
    }
    const std::vector<TemplatePiece>& frame = pair ? parts.post_processor.pair : parts.post_processor.single;
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
    const auto push = [&](const TokenPiece& piece, uint8_t segment) {
        stack.tokens.push_back({piece.id, std::string(parts.vocabulary.token(piece.id)), piece.start,
                                piece.end, parts.special_ids.contains(piece.id), piece.shares_character});
        stack.segments.push_back(segment);
    };
    for (const TemplatePiece& piece : frame) {
        for (const int32_t id : piece.ids) push({id, 0, 0}, piece.segment);
        if (piece.kind == TemplatePiece::Kind::added) continue;
        const bool is_first = piece.kind == TemplatePiece::Kind::first_text;
        const std::vector<TokenPiece>& pieces = is_first ? first : second;
        for (size_t i = 0; i < (is_first ? keep.first : keep.second); ++i) push(pieces[i], piece.segment);
    }
    return result;
}

}  // namespace

void Tokenizer::Parts::finish(const std::string& source) {
    WEFT_ASSERT(model != nullptr, source);
    // Special tokens come first where two added tokens match the same text.
    std::vector<const AddedToken*> in_order;
    for (const bool special : {true, false})
        for (const AddedToken& token : added_tokens)
            if (token.special == special) in_order.push_back(&token);
    for (const AddedToken* token : in_order) {
        if (token->content.empty() || added_ids.contains(token->content)) continue;
        const std::optional<int32_t> known = vocabulary.find(token->content);
        if (known && *known != token->id)
            throw Error("\"" + source + "\": added token \"" + token->content.substr(0, 80) + "\" has id " +
                        std::to_string(token->id) + ", the vocabulary says " + std::to_string(*known));
        added_ids.emplace(token->content, token->id);
        vocabulary.insert_added(token->content, token->id);
        if (token->special) special_ids.insert(token->id);
        std::vector<TextPoint> content = decode_utf8(token->content);
        if (token->normalized && normalizer) normalizer(content);
        if (content.empty())  // it would match between any two characters
            throw Error("\"" + source + "\": added token \"" + token->content.substr(0, 80) +
                        "\" is empty once normalised, which is not supported");
        std::string sought;
        for (const TextPoint& point : content) append_utf8(sought, point.point);
        if (sought != token->content) normalized_texts.emplace(token->id, sought);
        (token->normalized ? normalized_matcher : raw_matcher).add(*token, content);
    }
    for (const std::vector<TemplatePiece>* frame : {&post_processor.single, &post_processor.pair})
        for (const TemplatePiece& piece : *frame)
            for (const int32_t id : piece.ids)
                if (!vocabulary.has(id))
                    throw Error("\"" + source + "\": the post-processor adds id " + std::to_string(id) +
                                ", which no token has");
}

std::optional<int32_t> Tokenizer::Parts::token_id(std::string_view token) const {
    const auto added = added_ids.find(std::string(token));
    return added != added_ids.end() ? added->second : vocabulary.find(token);
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
        return with_hint(copy_again, [&] {
            const std::shared_ptr<Parts> parts = parse_tokenizer_json(read_text_file(path), path);
            read_roles(folder, *parts);
            return Tokenizer(parts);
        });
    }
    return with_hint(copy_again, [&] { return Tokenizer(read_older_files(folder)); });
}

TokenizedText Tokenizer::tokenize(std::string_view text, std::optional<std::string_view> pair,
                                  TokenLimit limit) const {
    TokenizedText result = tokenize_with(*parts_, text, pair, limit);
    for (Token& token : result.stack.tokens) token.separator = is_separator(token.id);
    return result;
}

TokenizedText Tokenizer::tokenize_target(std::string_view text, TokenLimit limit) const {
    TokenizedText result = tokenize_with(parts_->target ? *parts_->target : *parts_, text, {}, limit);
    for (Token& token : result.stack.tokens) token.separator = is_separator(token.id);
    return result;
}

std::string Tokenizer::decode(std::span<const int32_t> ids, bool skip_special) const {
    const Parts& parts = parts_->target ? *parts_->target : *parts_;
    std::vector<std::string> tokens;
    for (const int32_t id : ids) {
        if (!parts.vocabulary.has(id))
            throw Error("no token has id " + std::to_string(id),
                        "Ids run from 0 to " + std::to_string(parts.vocabulary.size() - 1) + ".");
        if (skip_special && parts.special_ids.contains(id)) continue;
        const auto normalized = parts.normalized_texts.find(id);
        tokens.emplace_back(normalized != parts.normalized_texts.end() ? normalized->second
                                                                       : parts.vocabulary.token(id));
        if (!parts.decoder && tokens.size() > 1) tokens.back().insert(0, 1, ' ');
    }
    if (parts.decoder) parts.decoder(tokens);
    std::string text;
    for (const std::string& token : tokens) text += token;
    return text;
}

const TokenizerRoles& Tokenizer::roles() const {
    return parts_->roles;
}
bool Tokenizer::is_separator(int32_t id) const {
    const TokenizerRoles& known = roles();
    return id == (known.sep ? known.sep : known.eos);
}
bool Tokenizer::makes_token_types() const {
    return parts_->makes_token_types;
}
TokenStack Tokenizer::written(std::span<const int32_t> ids) const {
    const Parts& parts = parts_->target ? *parts_->target : *parts_;
    TokenStack stack;
    std::vector<int32_t> spelled;  // those with a text of their own
    std::vector<std::string> beginnings;
    for (const int32_t id : ids) {
        Token& token = stack.tokens.emplace_back();
        token.id = id;
        token.text = target_token_text(id);
        token.special = parts.special_ids.contains(id);
        token.separator = is_separator(id);
        if (parts.vocabulary.has(id)) spelled.push_back(id);
        beginnings.push_back(decode(spelled, true));
    }
    if (!beginnings.empty()) stack.text = beginnings.back();
    // How much of the text stands after each token: a part of a character spells something else until the
    // character is whole.
    std::vector<uint32_t> settled(beginnings.size());
    for (size_t i = 0; i < settled.size(); ++i) {
        const auto common = std::ranges::mismatch(beginnings[i], stack.text).in1 - beginnings[i].begin();
        settled[i] = std::max(static_cast<uint32_t>(common), i > 0 ? settled[i - 1] : 0);
    }
    for (size_t i = 0; i < settled.size(); ++i) {
        Token& token = stack.tokens[i];
        if (token.special || token.text.empty()) continue;
        token.start = i > 0 ? settled[i - 1] : 0;
        size_t whole = i;
        if (beginnings[i].size() > settled[i])
            while (whole + 1 < settled.size() && settled[whole] == token.start) ++whole;
        token.end = settled[whole];
        for (size_t j = i; whole > i && j <= whole; ++j) stack.tokens[j].shares_character = true;
    }
    return stack;
}

std::string_view Tokenizer::target_token_text(int32_t id) const {
    const Parts& parts = parts_->target ? *parts_->target : *parts_;
    return parts.vocabulary.has(id) ? parts.vocabulary.token(id) : std::string_view();
}

int32_t Tokenizer::vocabulary_size() const {
    return parts_->vocabulary.size();
}
std::optional<int32_t> Tokenizer::token_id(std::string_view token) const {
    return parts_->token_id(token);
}
std::string_view Tokenizer::token_text(int32_t id) const {
    return parts_->vocabulary.token(id);
}

}  // namespace weft
