// What many texts have in common, head by head: mean, standard deviation and count over the lines of a text
// file. Sums are exact (analysis/exact_sum.h), so that parts that were made apart join into the same bytes as
// one run. A line counts with one float32 a head: the mean over its query rows where the quantity has rows.
// Memory does not grow with the lines. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/attention_frame.h"
#include "analysis/exact_sum.h"
#include "app/shard.h"

namespace weft {

// The file that the texts are from, as it was read.
struct TextFileIdentity {
    std::string name;  // without its folder
    uint64_t bytes = 0, lines = 0, hash = 0;
    bool operator==(const TextFileIdentity&) const = default;
};

struct BrokenLine {
    uint64_t number = 0;
    std::string reason;
};

class TextStatistics {
  public:
    TextStatistics() = default;
    // `options` is JSON: everything that decides the numbers.
    TextStatistics(std::set<std::string> methods, std::string options);

    // Adds one line. Throws weft::Error where a method is not in the frame, a number is not finite, or the
    // frame has other heads than the ones before.
    void add(const AttentionFrame& frame);
    void add_broken(uint64_t line, const std::string& reason);
    void finish(const TextFileIdentity& file, const Shard& shard);

    uint64_t count() const { return count_; }
    uint64_t broken_count() const { return broken_count_; }
    const std::vector<BrokenLine>& broken() const { return broken_; }  // the first few

    // As a part, JSON with the exact sums.
    std::string part_text() const;
    static TextStatistics parse_part(const std::string& text,
                                     const std::string& source);  // throws weft::Error
    // Of parts that belong together and are all there, named by `sources`. Throws weft::Error with the values
    // where they are not.
    static TextStatistics merge(const std::vector<TextStatistics>& parts,
                                const std::vector<std::string>& sources);

    // .safetensors (tensors [L, H] or [L, H, P], float32: NAME.mean, NAME.deviation, and count), .json or
    // .csv (a row a head). Standard deviation of the lines themselves (divided by their number). Throws
    // weft::Error where no line was analysed or the file cannot be written.
    void write(const std::string& path) const;

  private:
    static constexpr size_t most_broken = 10;  // that are named
    // One quantity of a stack: `width` numbers a head.
    struct Column {
        std::string name;
        size_t width = 1;
        std::vector<ExactSum> sums, squares;  // [L, H, width]
    };
    struct Stack {
        std::string name;  // self, encoder, decoder, cross
        size_t layers = 0, heads = 0;
        std::vector<Column> columns;
    };
    struct Moments {
        double mean = 0, deviation = 0;
    };

    void begin(const AttentionFrame& frame);
    Moments moments(const Column& column, size_t index) const;
    std::map<std::string, std::string> metadata() const;
    void write_as_safetensors(const std::string& path) const;
    void write_as_json(const std::string& path) const;
    void write_as_csv(const std::string& path) const;
    void join(const TextStatistics& other, const std::string& source, const std::string& other_source);

    std::set<std::string> methods_;
    std::string options_;
    std::map<std::string, std::string> provenance_;  // empty: no line was analysed
    TextFileIdentity file_;
    Shard shard_;
    std::vector<Stack> stacks_;
    uint64_t count_ = 0, broken_count_ = 0;
    std::vector<BrokenLine> broken_;
};

}  // namespace weft
