// Tokens and their ids, of a model and of the tokens added to it. Immutable after loading, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// One arena of bytes and one open table, so that 30,000 entries load in a millisecond.
class Vocabulary {
  public:
    void reserve(size_t tokens);
    void insert(std::string_view token, int32_t id);  // a token given twice keeps its last id; id >= 0
    // A token that find() does not know: the model must not make it of a word. Replaces the text of `id`.
    void insert_added(std::string_view token, int32_t id);

    std::optional<int32_t> find(std::string_view token) const;  // the model's only
    // find(prefix + piece) where `hash` is hash_of(piece, hash_of(prefix)).
    std::optional<int32_t> find(uint64_t hash, std::string_view prefix, std::string_view piece) const;
    std::string_view token(int32_t id) const;  // empty for an id that no token has
    bool has(int32_t id) const;
    int32_t size() const { return static_cast<int32_t>(by_id_.size()); }  // largest id + 1
    size_t count() const { return used_; }                                // of the model's tokens
    size_t longest_token_bytes() const { return longest_; }

    static constexpr uint64_t empty_hash = 14695981039346656037ull;  // FNV-1a, 64 bits
    static uint64_t hash_of(std::string_view bytes, uint64_t hash = empty_hash) {
        for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 1099511628211ull;
        return hash;
    }

  private:
    struct Entry {
        uint64_t hash = 0;
        uint32_t offset = 0, bytes = 0;
        int32_t id = -1;  // -1: free
    };
    void grow(size_t slots);
    struct Text {
        uint32_t offset = 0, bytes = UINT32_MAX;  // UINT32_MAX: no token has this id
    };
    void place(int32_t id, Text text);
    std::string_view text(const Entry& entry) const { return {arena_.data() + entry.offset, entry.bytes}; }

    std::string arena_;
    std::vector<Entry> slots_;  // a power of two
    size_t used_ = 0, longest_ = 0;
    std::vector<Text> by_id_;
};

}  // namespace weft
