// Which pieces of a vocabulary a text begins with: a radix tree (Morrison 1968) over their bytes, so that its
// size is bounded by the number of pieces whatever their lengths. Immutable after loading, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

class PieceTrie {
  public:
    struct Piece {
        std::string_view text;
        int32_t value = -1;  // >= 0
    };

    PieceTrie() = default;
    // Copies the texts. Of equal pieces the last one counts; an empty piece never matches.
    explicit PieceTrie(std::vector<Piece> pieces);

    // Calls match(bytes, value) for each piece that `text` begins with, the shortest first.
    template <class Match>
    void for_each_prefix(std::string_view text, const Match& match) const;

    int32_t find(std::string_view piece) const;  // its value, -1 if there is none

  private:
    struct Node {
        uint32_t edge = 0;  // in bytes_: what follows the label on the way to this node
        uint32_t edge_bytes = 0;
        uint32_t first_child = 0;  // its children's labels are ascending, up to the next node's first child
        int32_t value = -1;
    };
    uint32_t child(uint32_t node, uint8_t label) const;  // 0, the root, if there is none

    std::string bytes_;
    std::vector<Node> nodes_;      // breadth first, and one behind the last
    std::vector<uint8_t> labels_;  // first byte of the edge to each node
    std::array<uint32_t, 256> root_children_{};
};

inline uint32_t PieceTrie::child(uint32_t node, uint8_t label) const {
    uint32_t begin = nodes_[node].first_child, end = nodes_[node + 1].first_child;
    while (end - begin > 8) {
        const uint32_t middle = begin + (end - begin) / 2;
        if (labels_[middle] <= label)
            begin = middle;
        else
            end = middle;
    }
    for (; begin < end; ++begin)
        if (labels_[begin] == label) return begin;
    return 0;
}

template <class Match>
void PieceTrie::for_each_prefix(std::string_view text, const Match& match) const {
    if (nodes_.empty() || text.empty()) return;
    uint32_t node = root_children_[static_cast<uint8_t>(text[0])];
    size_t at = 1;
    while (node != 0) {
        const Node& reached = nodes_[node];
        if (reached.edge_bytes > 0 &&
            (text.size() - at < reached.edge_bytes ||
             std::memcmp(text.data() + at, bytes_.data() + reached.edge, reached.edge_bytes) != 0))
            return;
        at += reached.edge_bytes;
        if (reached.value >= 0) match(at, reached.value);
        if (at == text.size()) return;
        node = child(node, static_cast<uint8_t>(text[at]));
        ++at;
    }
}

}  // namespace weft
