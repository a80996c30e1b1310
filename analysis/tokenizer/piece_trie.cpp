#include "analysis/tokenizer/piece_trie.h"

#include <algorithm>

#include "analysis/error.h"

namespace weft {
namespace {

// A piece and its first eight bytes as a number that sorts alike: most comparisons need no look at the text.
struct Sorted {
    uint64_t head = 0;
    std::string_view text;
    int32_t value = -1;
};

uint64_t head_of(std::string_view text) {
    uint64_t head = 0;
    for (size_t i = 0; i < 8; ++i) head = head << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0);
    return head;
}

// The pieces below a node that is still to be given children, and how many bytes they share.
struct Range {
    uint32_t first = 0, last = 0;
    uint32_t bytes = 0;
};

size_t common_bytes(std::string_view a, std::string_view b, size_t from) {
    const size_t end = std::min(a.size(), b.size());
    while (from < end && a[from] == b[from]) ++from;
    return from;
}

}  // namespace

PieceTrie::PieceTrie(std::vector<Piece> pieces) {
    std::vector<Sorted> sorted;
    sorted.reserve(pieces.size());
    size_t bytes = 0;
    for (const Piece& piece : pieces) {
        if (piece.text.empty()) continue;
        sorted.push_back({head_of(piece.text), piece.text, piece.value});
        bytes += piece.text.size();
    }
    if (sorted.empty()) return;
    WEFT_ASSERT(bytes < UINT32_MAX, std::to_string(bytes));
    // Stable, so that of equal pieces the last one given is the last one here.
    std::stable_sort(sorted.begin(), sorted.end(), [](const Sorted& a, const Sorted& b) {
        return a.head != b.head ? a.head < b.head : a.text < b.text;
    });
    std::vector<uint32_t> offsets;
    offsets.reserve(sorted.size());
    bytes_.reserve(bytes);
    for (const Sorted& piece : sorted) {
        offsets.push_back(static_cast<uint32_t>(bytes_.size()));
        bytes_ += piece.text;
    }

    std::vector<Range> ranges{{0, static_cast<uint32_t>(sorted.size()), 0}};  // of each node
    nodes_.emplace_back();
    labels_.push_back(0);
    for (size_t node = 0; node < ranges.size(); ++node) {
        auto [first, last, depth] = ranges[node];
        nodes_[node].first_child = static_cast<uint32_t>(nodes_.size());
        for (; first < last && sorted[first].text.size() == depth; ++first)
            nodes_[node].value = sorted[first].value;
        while (first < last) {
            const char label = sorted[first].text[depth];
            const auto end = static_cast<uint32_t>(
                std::partition_point(sorted.begin() + first, sorted.begin() + last,
                                     [&](const Sorted& piece) {
                                         return static_cast<uint8_t>(piece.text[depth]) ==
                                                static_cast<uint8_t>(label);
                                     }) -
                sorted.begin());
            // Sorted: what the first and the last share, all share.
            const size_t shared = common_bytes(sorted[first].text, sorted[end - 1].text, depth + 1);
            nodes_.push_back({offsets[first] + depth + 1, static_cast<uint32_t>(shared - depth - 1), 0, -1});
            labels_.push_back(static_cast<uint8_t>(label));
            ranges.push_back({first, end, static_cast<uint32_t>(shared)});
            first = end;
        }
    }
    nodes_.push_back({0, 0, static_cast<uint32_t>(nodes_.size()), -1});
    for (uint32_t child = nodes_[0].first_child; child < nodes_[1].first_child; ++child)
        root_children_[labels_[child]] = child;
}

int32_t PieceTrie::find(std::string_view piece) const {
    int32_t found = -1;
    for_each_prefix(piece, [&](size_t bytes, int32_t value) {
        if (bytes == piece.size()) found = value;
    });
    return found;
}

}  // namespace weft
