#include "analysis/family/generation_config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/family/config_reader.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

constexpr float never = -INFINITY;
constexpr int64_t longest = 1 << 24;

// Settings of other ways to generate, with the value at which they do nothing.
struct OtherSetting {
    const char* key;
    Json idle;
};

std::vector<std::string> ignored_settings(const Json& json) {
    const OtherSetting others[] = {{"num_beams", 1},
                                   {"num_beam_groups", 1},
                                   {"do_sample", false},
                                   {"diversity_penalty", 0.0},
                                   {"encoder_repetition_penalty", 1.0},
                                   {"encoder_no_repeat_ngram_size", 0},
                                   {"exponential_decay_length_penalty", nullptr},
                                   {"forced_decoder_ids", nullptr},
                                   {"guidance_scale", 1.0},
                                   {"penalty_alpha", 0.0},
                                   {"remove_invalid_values", false},
                                   {"sequence_bias", nullptr},
                                   {"stop_strings", nullptr},
                                   {"watermarking_config", nullptr}};
    std::vector<std::string> names;
    for (const OtherSetting& other : others) {
        const Json* value = find_member(json, other.key);
        if (value != nullptr && *value != other.idle)
            names.push_back(other.key + std::string(" ") + json_excerpt(*value));
    }
    return names;
}

void read_bad_words(const Json& json, const std::string& source, GenerationConfig& config) {
    const Json* words = find_member(json, "bad_words_ids");
    if (words == nullptr) return;
    if (!words->is_array())
        throw Error("\"" + source + "\": \"bad_words_ids\" is " + json_excerpt(*words) +
                    ", expected a list of lists");
    size_t longer = 0;
    for (const Json& word : *words) {
        if (!word.is_array() || word.empty())
            throw Error("\"" + source + "\": \"bad_words_ids\" holds " + json_excerpt(word) +
                        ", expected lists of ids");
        const int64_t id =
            required_int(Json{{"bad_words_ids", word[0]}}, "bad_words_ids", 0, longest, source);
        if (word.size() > 1)
            ++longer;
        else if (std::ranges::find(config.end_ids, id) == config.end_ids.end())
            config.suppressed.push_back(id);
    }
    if (longer > 0)
        config.ignored.push_back("bad_words_ids of several tokens (" + std::to_string(longer) + ")");
}

// A list is one id for each text of a batch, and there is one.
std::optional<int64_t> read_id(const ConfigReader& reader, const char* key) {
    const std::vector<int64_t> ids = reader.integers(key);
    if (ids.size() > 1) reader.refuse(key, "Expected one id.");
    return ids.empty() ? std::nullopt : std::optional(ids.front());
}

void check_id(const std::string& source, const char* key, int64_t id, int64_t vocabulary) {
    if (id >= vocabulary)
        throw Error("\"" + source + "\": \"" + key + "\" is " + std::to_string(id) +
                        ", but the decoder has " + std::to_string(vocabulary) + " tokens",
                    "The file must be of the same model as config.json: copy it again from its source.");
}

bool contains(const std::vector<int64_t>& ids, int64_t id) {
    return std::ranges::find(ids, id) != ids.end();
}

void suppress(const std::vector<int64_t>& ids, std::span<float> logits) {
    for (const int64_t id : ids)
        if (id < static_cast<int64_t>(logits.size())) logits[static_cast<size_t>(id)] = never;
}

void force(const std::vector<int64_t>& ids, std::span<float> logits) {
    std::ranges::fill(logits, never);
    for (const int64_t id : ids) logits[static_cast<size_t>(id)] = 0;
}

void penalise_repetition(double penalty, std::span<const int32_t> ids, std::span<float> logits) {
    std::vector<int32_t> seen(ids.begin(), ids.end());
    std::ranges::sort(seen);
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const int32_t id : seen) {
        if (static_cast<size_t>(id) >= logits.size()) continue;
        float& logit = logits[static_cast<size_t>(id)];
        logit = logit < 0 ? logit * static_cast<float>(penalty) : logit / static_cast<float>(penalty);
    }
}

// What came before after the same size - 1 tokens may not come again.
void forbid_repeated_ngrams(int64_t size, std::span<const int32_t> ids, std::span<float> logits) {
    const int64_t count = static_cast<int64_t>(ids.size()), shared = size - 1;
    if (count < size) return;
    const std::span<const int32_t> last = ids.last(static_cast<size_t>(shared));
    for (int64_t i = 0; i + shared < count; ++i)
        if (std::ranges::equal(ids.subspan(static_cast<size_t>(i), static_cast<size_t>(shared)), last))
            suppress({ids[static_cast<size_t>(i + shared)]}, logits);
}

}  // namespace

bool GenerationConfig::ends(int32_t id) const {
    return contains(end_ids, id);
}

GenerationConfig parse_generation_config(std::string_view json_text, const std::string& source,
                                         const ModelConfig& config) {
    const Json json = parse_json(json_text, source, {1 << 24, 32});
    if (!json.is_object()) throw Error("\"" + source + "\" is not an object");
    const ConfigReader reader(json, source);
    const int64_t vocabulary = config.stacks.back().embedding.vocabulary;
    GenerationConfig rules;
    std::optional<int64_t> start = read_id(reader, "decoder_start_token_id");
    if (!start) start = config.generation.start_id;
    if (!start) start = read_id(reader, "bos_token_id");
    if (!start)
        throw Error("\"" + source + "\" has no \"decoder_start_token_id\"",
                    "Add the id of the token that the decoder's text begins with.");
    rules.start_id = *start;
    check_id(source, "decoder_start_token_id", rules.start_id, vocabulary);
    rules.end_ids = reader.integers("eos_token_id");
    if (rules.end_ids.empty()) rules.end_ids = config.generation.end_ids;
    rules.forced_first_id = read_id(reader, "forced_bos_token_id");
    if (rules.forced_first_id) check_id(source, "forced_bos_token_id", *rules.forced_first_id, vocabulary);
    rules.forced_last_ids = reader.integers("forced_eos_token_id");
    for (const int64_t id : rules.forced_last_ids) check_id(source, "forced_eos_token_id", id, vocabulary);
    rules.suppressed = reader.integers("suppress_tokens");
    rules.suppressed_first = reader.integers("begin_suppress_tokens");
    rules.min_length = reader.integer("min_length", 0, 0, longest);
    if (reader.has("min_new_tokens"))
        rules.min_length = std::max(rules.min_length, reader.integer("min_new_tokens", 0, 0, longest) + 1);
    rules.max_length = reader.integer("max_length", 0, 0, longest);
    rules.no_repeat_ngram_size = reader.integer("no_repeat_ngram_size", 0, 0, longest);
    rules.repetition_penalty = reader.number("repetition_penalty", 1, 1e-6, 1e6);
    rules.ignored = ignored_settings(json);
    read_bad_words(json, source, rules);
    return rules;
}

GenerationConfig load_generation_config(const ModelConfig& config) {
    const std::filesystem::path folder(config.folder);
    const std::string own = (folder / "generation_config.json").string();
    std::error_code ignored;
    if (std::filesystem::exists(own, ignored))
        return with_hint("generation_config.json must be the model's own, unchanged.",
                         [&] { return parse_generation_config(read_text_file(own, 1 << 24), own, config); });
    const std::string path = (folder / "config.json").string();
    GenerationConfig rules = parse_generation_config(read_text_file(path, 1 << 24), path, config);
    if (rules.forced_last_ids.empty() && config.generation.forced_last_id) {
        check_id(path, "forced_eos_token_id", *config.generation.forced_last_id,
                 config.stacks.back().embedding.vocabulary);
        rules.forced_last_ids = {*config.generation.forced_last_id};
    }
    return rules;
}

void apply_generation_config(const GenerationConfig& config, std::span<const int32_t> ids, int64_t max_length,
                             std::span<float> logits) {
    const int64_t length = static_cast<int64_t>(ids.size());
    if (config.repetition_penalty != 1) penalise_repetition(config.repetition_penalty, ids, logits);
    if (config.no_repeat_ngram_size > 0) forbid_repeated_ngrams(config.no_repeat_ngram_size, ids, logits);
    if (length < config.min_length) suppress(config.end_ids, logits);
    if (config.forced_first_id && length == 1) force({*config.forced_first_id}, logits);
    if (!config.forced_last_ids.empty() && length == max_length - 1) force(config.forced_last_ids, logits);
    suppress(config.suppressed, logits);
    if (length == (config.forced_first_id ? 2 : 1)) suppress(config.suppressed_first, logits);
    // Where rules leave nothing, transformers takes the first token.
    if (std::ranges::all_of(logits, [](float logit) { return logit == never; })) logits.front() = 0;
}

}  // namespace weft
