#include "analysis/tokenizer/sentencepiece_model.h"

#include <algorithm>
#include <cfloat>
#include <unordered_map>

#include "analysis/error.h"

namespace weft {
namespace {

using PieceType = SentencepieceFile::PieceType;

constexpr std::string_view space_symbol = "\xe2\x96\x81";  // U+2581
constexpr float unknown_penalty = 10;

size_t utf8_length(std::string_view text) {
    const auto byte = static_cast<uint8_t>(text.front());
    return std::min<size_t>(byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4, text.size());
}

std::string byte_piece(char byte) {
    static constexpr char digits[] = "0123456789ABCDEF";
    const auto value = static_cast<uint8_t>(byte);
    return std::string("<0x") + digits[value >> 4] + digits[value & 15] + '>';
}

}  // namespace

SentencepieceModel::SentencepieceModel(SentencepieceFile file, const std::string& source)
    : file_(std::move(file)), min_score_(FLT_MAX), max_score_(FLT_MIN) {
    const auto fail = [&](const std::string& what) { throw Error("\"" + source + "\": " + what); };
    if (file_.model_type != SentencepieceFile::ModelType::unigram &&
        file_.model_type != SentencepieceFile::ModelType::bpe)
        fail("word and character models are not supported, only Unigram and BPE");
    if (!file_.precompiled_charsmap.empty())
        charsmap_.emplace(file_.precompiled_charsmap, source + ": precompiled_charsmap");

    std::vector<PieceTrie::Piece> pieces, reserved, user_defined;
    for (size_t i = 0; i < file_.pieces.size(); ++i) {
        const SentencepieceFile::Piece& piece = file_.pieces[i];
        const auto id = static_cast<int32_t>(i);
        if (piece.text.empty()) fail("piece " + std::to_string(i) + " is empty");
        if (piece.type == PieceType::normal) {
            min_score_ = std::min(min_score_, piece.score);
            max_score_ = std::max(max_score_, piece.score);
        }
        if (piece.type == PieceType::unknown) {
            if (unknown_id_ >= 0) fail("there are two unknown pieces");
            unknown_id_ = id;
        }
        const bool is_text = piece.type == PieceType::normal || piece.type == PieceType::user_defined ||
                             piece.type == PieceType::unused;
        (is_text ? pieces : reserved).push_back({piece.text, id});
        if (piece.type == PieceType::user_defined) user_defined.push_back({piece.text, id});
    }
    if (unknown_id_ < 0) fail("there is no unknown piece");
    pieces_ = PieceTrie(std::move(pieces));
    reserved_ = PieceTrie(std::move(reserved));
    user_defined_ = PieceTrie(std::move(user_defined));
    // A later piece of the same text would have been found instead.
    for (size_t i = 0; i < file_.pieces.size(); ++i) {
        const PieceType type = file_.pieces[i].type;
        const bool is_text =
            type == PieceType::normal || type == PieceType::user_defined || type == PieceType::unused;
        if ((is_text ? pieces_ : reserved_).find(file_.pieces[i].text) != static_cast<int32_t>(i))
            fail("piece \"" + file_.pieces[i].text.substr(0, 80) + "\" is there twice");
    }
}

bool SentencepieceModel::is_type(int32_t id, PieceType type) const {
    return file_.pieces[static_cast<size_t>(id)].type == type;
}

int32_t SentencepieceModel::id_of(std::string_view piece) const {
    if (const int32_t id = reserved_.find(piece); id >= 0) return id;
    const int32_t id = pieces_.find(piece);
    return id >= 0 ? id : unknown_id_;
}

// The user-defined piece that `input` begins with, else one character.
size_t SentencepieceModel::symbol_bytes(std::string_view input, bool& is_user_defined) const {
    size_t longest = 0;
    user_defined_.for_each_prefix(input, [&](size_t bytes, int32_t) { longest = bytes; });
    is_user_defined = longest > 0;
    return is_user_defined ? longest : utf8_length(input);
}

// How many bytes leave `input`, and what comes in their place.
std::pair<size_t, std::string_view> SentencepieceModel::longest_rule(std::string_view input) const {
    bool is_user_defined = false;
    const size_t bytes = symbol_bytes(input, is_user_defined);
    if (!is_user_defined && charsmap_)
        if (const auto rule = charsmap_->longest_rule(input)) return *rule;
    return {bytes, input.substr(0, bytes)};
}

SentencepieceModel::Normalized SentencepieceModel::normalize(std::span<const TextPoint> text) const {
    std::string bytes;
    std::vector<std::pair<uint32_t, uint32_t>> typed;  // of each byte
    for (const TextPoint& point : text) {
        append_utf8(bytes, point.point);
        typed.resize(bytes.size(), {point.start, point.end});
    }
    std::string_view input(bytes);
    const auto position = [&] { return bytes.size() - input.size(); };

    Normalized result;
    const auto append = [&](std::string_view piece, std::pair<uint32_t, uint32_t> span) {
        result.bytes += piece;
        result.spans.resize(result.bytes.size(), span);
    };
    const std::string_view space = file_.escape_whitespaces ? space_symbol : " ";
    const bool trims = file_.remove_extra_whitespaces;
    if (trims) {
        while (!input.empty()) {
            const auto [consumed, by] = longest_rule(input);
            if (by != " ") break;
            input.remove_prefix(consumed);
        }
    }
    if (input.empty()) return result;
    const auto empty_span_at = [&](size_t at) {
        const uint32_t offset = at < typed.size() ? typed[at].first : text.back().end;
        return std::pair{offset, offset};
    };
    if (file_.add_dummy_prefix && !file_.whitespace_is_suffix) append(space, empty_span_at(position()));

    bool after_space = trims;
    while (!input.empty()) {
        auto [consumed, by] = longest_rule(input);
        const std::pair<uint32_t, uint32_t> span{typed[position()].first,
                                                 typed[position() + consumed - 1].second};
        while (after_space && by.starts_with(' ')) by.remove_prefix(1);
        for (const char& byte : by) append(byte == ' ' ? space : std::string_view(&byte, 1), span);
        if (!by.empty()) after_space = by.ends_with(' ');
        if (!trims) after_space = false;
        input.remove_prefix(consumed);
    }
    if (trims) {
        while (result.bytes.ends_with(space)) {
            result.bytes.resize(result.bytes.size() - space.size());
            result.spans.resize(result.bytes.size());
        }
    }
    if (file_.add_dummy_prefix && file_.whitespace_is_suffix) append(space, empty_span_at(bytes.size()));
    return result;
}

std::vector<SentencepieceModel::Found> SentencepieceModel::encode_unigram(std::string_view normalized) const {
    struct Reached {
        float score = 0;
        int32_t from = -1, id = -1;
    };
    std::vector<Reached> reached(normalized.size() + 1);
    const float unknown_score = min_score_ - unknown_penalty;
    for (size_t begin = 0; begin < normalized.size();) {
        const float before = reached[begin].score;
        const size_t character = utf8_length(normalized.substr(begin));
        bool has_single = false;
        const auto improve = [&](size_t end, float score, int32_t id) {
            Reached& target = reached[end];
            if (target.from < 0 || score > target.score) target = {score, static_cast<int32_t>(begin), id};
        };
        pieces_.for_each_prefix(normalized.substr(begin), [&](size_t bytes, int32_t id) {
            const SentencepieceFile::Piece& piece = file_.pieces[static_cast<size_t>(id)];
            if (piece.type == PieceType::unused) return;
            // A user-defined piece is always to win.
            const double score = piece.type == PieceType::user_defined
                                     ? static_cast<double>(static_cast<float>(bytes) * max_score_) - 0.1
                                     : static_cast<double>(piece.score);
            improve(begin + bytes, static_cast<float>(score) + before, id);
            has_single = has_single || bytes == character;
        });
        if (!has_single) {
            const float score = unknown_score + before;
            improve(begin + character, score, unknown_id_);
        }
        begin += character;
    }
    std::vector<Found> path;
    for (size_t end = normalized.size(); end > 0;) {
        const auto from = static_cast<size_t>(reached[end].from);
        path.push_back({normalized.substr(from, end - from), reached[end].id});
        end = from;
    }
    std::reverse(path.begin(), path.end());
    return path;
}

std::vector<SentencepieceModel::Found> SentencepieceModel::encode_bpe(std::string_view normalized) const {
    struct Symbol {
        std::string_view text;
        int32_t before = -1, after = -1;
        bool is_frozen = false;  // user-defined: never merged
    };
    struct Pair {
        float score = 0;
        int32_t left = 0, right = 0;
        size_t bytes = 0;
        bool operator<(const Pair& other) const {
            return score != other.score ? score < other.score : left > other.left;
        }
    };
    std::vector<Symbol> symbols;
    for (std::string_view rest = normalized; !rest.empty();) {
        Symbol symbol;
        symbol.text = rest.substr(0, symbol_bytes(rest, symbol.is_frozen));
        rest.remove_prefix(symbol.text.size());
        const auto index = static_cast<int32_t>(symbols.size());
        symbol.before = index - 1;
        symbol.after = rest.empty() ? -1 : index + 1;
        symbols.push_back(symbol);
    }
    const auto at = [&](int32_t index) -> Symbol& { return symbols[static_cast<size_t>(index)]; };

    std::vector<Pair> agenda;
    std::unordered_map<std::string_view, size_t> unused_splits;  // bytes of the left half
    const auto add = [&](int32_t left, int32_t right) {
        if (left < 0 || right < 0 || at(left).is_frozen || at(right).is_frozen) return;
        const std::string_view text(at(left).text.data(), at(left).text.size() + at(right).text.size());
        const int32_t id = pieces_.find(text);
        if (id < 0) return;
        agenda.push_back({file_.pieces[static_cast<size_t>(id)].score, left, right, text.size()});
        std::push_heap(agenda.begin(), agenda.end());
        if (is_type(id, PieceType::unused)) unused_splits[text] = at(left).text.size();
    };
    for (size_t i = 1; i < symbols.size(); ++i) add(static_cast<int32_t>(i) - 1, static_cast<int32_t>(i));
    while (!agenda.empty()) {
        std::pop_heap(agenda.begin(), agenda.end());
        const Pair best = agenda.back();
        agenda.pop_back();
        Symbol &left = at(best.left), &right = at(best.right);
        if (left.text.empty() || right.text.empty() || left.text.size() + right.text.size() != best.bytes)
            continue;
        left.text = std::string_view(left.text.data(), best.bytes);
        left.after = right.after;
        if (right.after >= 0) at(right.after).before = best.left;
        right.text = {};
        add(left.before, best.left);
        add(best.left, left.after);
    }

    std::vector<Found> path;
    std::vector<std::string_view> pending;  // pieces that are not used fall apart again
    for (int32_t index = symbols.empty() ? -1 : 0; index >= 0; index = at(index).after) {
        pending.push_back(at(index).text);
        while (!pending.empty()) {
            const std::string_view text = pending.back();
            pending.pop_back();
            const int32_t id = id_of(text);
            const auto split = unused_splits.find(text);
            if (!is_type(id, PieceType::unused) || split == unused_splits.end()) {
                path.push_back({text, id});
                continue;
            }
            pending.push_back(text.substr(split->second));
            pending.push_back(text.substr(0, split->second));
        }
    }
    return path;
}

void SentencepieceModel::append_pieces(std::span<const TextPoint> text, std::vector<Piece>& pieces) const {
    if (text.empty()) return;
    const Normalized normalized = normalize(text);
    const bool is_unigram = file_.model_type == SentencepieceFile::ModelType::unigram;
    size_t at = 0;
    bool after_unknown = false;
    for (const Found& found : is_unigram ? encode_unigram(normalized.bytes) : encode_bpe(normalized.bytes)) {
        const size_t end = at + found.text.size();
        const bool is_unknown = found.id == unknown_id_;
        const uint32_t typed_start = normalized.spans[at].first, typed_end = normalized.spans[end - 1].second;
        if (is_unknown && file_.byte_fallback) {
            for (size_t i = at; i < end; ++i)
                pieces.push_back(
                    {byte_piece(normalized.bytes[i]), normalized.spans[i].first, normalized.spans[i].second});
        } else if (is_unknown && after_unknown) {
            pieces.back().text += found.text;
            pieces.back().end = typed_end;
        } else {
            pieces.push_back({std::string(found.text), typed_start, typed_end});
        }
        at = end;
        after_unknown = is_unknown;
    }
}

}  // namespace weft
