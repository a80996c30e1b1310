#include "analysis/tokenizer/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <chrono>
#include <cstring>

#include "analysis/error.h"

namespace weft {
namespace {

constexpr size_t max_pattern_bytes = 1 << 16;
constexpr uint32_t max_steps = 1'000'000;           // of one attempt at one place
constexpr auto max_time = std::chrono::seconds(2);  // of one text

struct CodeFree {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct MatchDataFree {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct ContextFree {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

std::string pcre2_message(int code) {
    PCRE2_UCHAR text[160];
    return pcre2_get_error_message(code, text, sizeof(text)) < 0 ? "error " + std::to_string(code)
                                                                 : reinterpret_cast<const char*>(text);
}

}  // namespace

struct Regex::Program {
    std::string pattern, source;
    std::unique_ptr<pcre2_code, CodeFree> code;
    std::unique_ptr<pcre2_match_context, ContextFree> context;
};

Regex::Regex(const std::string& pattern, const std::string& source) {
    const auto refuse = [&](const std::string& why) {
        throw Error("\"" + source + "\": the regular expression \"" + pattern.substr(0, 200) + "\": " + why);
    };
    if (pattern.size() > max_pattern_bytes)
        refuse("it has " + std::to_string(pattern.size()) + " bytes, more than " +
               std::to_string(max_pattern_bytes));
    auto program = std::make_shared<Program>();
    program->pattern = pattern;
    program->source = source;
    std::string translated;
    try {
        translated = to_pcre2(pattern);
    } catch (const Error& error) {
        refuse(error.what());
    }
    int error = 0;
    PCRE2_SIZE at = 0;
    program->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                      PCRE2_ANCHORED | PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
                                      &error, &at, nullptr));
    if (program->code == nullptr) refuse(pcre2_message(error));
    pcre2_jit_compile(program->code.get(), PCRE2_JIT_COMPLETE);  // where it fails, the interpreter runs
    program->context.reset(pcre2_match_context_create(nullptr));
    WEFT_ASSERT(program->context != nullptr, "out of memory");
    pcre2_set_match_limit(program->context.get(), max_steps);
    pcre2_set_heap_limit(program->context.get(), 64 * 1024);  // KiB
    program_ = std::move(program);
}

std::vector<std::pair<size_t, size_t>> Regex::matches(std::string_view text) const {
    const std::unique_ptr<pcre2_match_data, MatchDataFree> data(
        pcre2_match_data_create_from_pattern(program_->code.get(), nullptr));
    WEFT_ASSERT(data != nullptr, "out of memory");
    const auto too_slow = [&](const std::string& why) {
        throw Error("\"" + program_->source + "\": the regular expression \"" +
                        program_->pattern.substr(0, 200) + "\" cannot be run on this text: " + why,
                    "It backtracks too much; shorten the text or simplify the expression.");
    };
    std::vector<std::pair<size_t, size_t>> found;
    const auto start = std::chrono::steady_clock::now();
    const auto subject = reinterpret_cast<PCRE2_SPTR>(text.data() == nullptr ? "" : text.data());
    size_t last_end = text.size() + 1;  // of the match before: none
    uint32_t attempts = 0;
    for (size_t at = 0; at <= text.size();) {
        // One place at a time (the program is anchored), so that the time is looked at between them.
        const auto attempt = [&](uint32_t options) {
            return pcre2_match(program_->code.get(), subject, text.size(), at, PCRE2_NO_UTF_CHECK | options,
                               data.get(), program_->context.get());
        };
        int result = attempt(0);
        if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = attempt(PCRE2_NO_JIT);
        if (result < 0 && result != PCRE2_ERROR_NOMATCH) too_slow(pcre2_message(result));
        if (++attempts % 64 == 0 && std::chrono::steady_clock::now() - start > max_time)
            too_slow("more than " + std::to_string(max_time.count()) + " s");
        if (result >= 0) {
            const PCRE2_SIZE* range = pcre2_get_ovector_pointer(data.get());
            if (range[1] > at || (range[1] == at && last_end != at)) found.emplace_back(at, range[1]);
            last_end = range[1];
            if (range[1] > at) {
                at = range[1];
                continue;
            }
        }
        do ++at;
        while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
    }
    return found;
}

namespace {

// A word as UTF-8 and where each of its points begins there.
struct Spelled {
    std::string text;
    std::vector<uint32_t> offsets;

    explicit Spelled(std::span<const TextPoint> word) {
        text.reserve(word.size() * 2);
        offsets.reserve(word.size() + 1);
        for (const TextPoint& point : word) {
            offsets.push_back(static_cast<uint32_t>(text.size()));
            append_utf8(text, point.point);
        }
        offsets.push_back(static_cast<uint32_t>(text.size()));
    }
};

}  // namespace

MatchFinder regex_finder(const std::string& pattern, const std::string& source) {
    return
        [regex = Regex(pattern, source)](std::span<const TextPoint> word, std::vector<WordRange>& matches) {
            const Spelled spelled(word);
            uint32_t point = 0;
            const auto point_at = [&](size_t byte) {
                while (spelled.offsets[point] < byte) ++point;
                return point;
            };
            for (const auto& [begin, end] : regex.matches(spelled.text)) {
                const uint32_t first = point_at(begin);
                matches.push_back({first, point_at(end)});
            }
        };
}

MatchFinder string_finder(const std::string& text) {
    std::vector<char32_t> wanted;
    for (const TextPoint& point : decode_utf8(text)) wanted.push_back(point.point);
    return [wanted](std::span<const TextPoint> word, std::vector<WordRange>& matches) {
        if (wanted.empty()) return;
        const uint32_t length = static_cast<uint32_t>(wanted.size());
        for (uint32_t at = 0; at + length <= word.size();) {
            uint32_t same = 0;
            while (same < length && word[at + same].point == wanted[same]) ++same;
            if (same == length) matches.push_back({at, at + length});
            at += same == length ? length : 1;
        }
    };
}

}  // namespace weft
