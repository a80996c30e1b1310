// tokenizer.json, the fast tokenizers' own file.
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/tokenizer/component_json.h"
#include "analysis/tokenizer/components.h"
#include "analysis/tokenizer/model_json.h"
#include "analysis/tokenizer/tokenizer_files.h"

namespace weft {
namespace {

std::vector<AddedToken> read_added_tokens(const Json& json, const std::string& source) {
    std::vector<AddedToken> tokens;
    if (find_member(json, "added_tokens") == nullptr) return tokens;
    for (const Json& item : required_list(json, "added_tokens", source)) {
        AddedToken token;
        token.id = static_cast<int32_t>(required_int(item, "id", 0, max_token_id, source));
        token.content = required_string(item, "content", source);
        token.special = optional_bool(item, "special", false, source);
        token.normalized = optional_bool(item, "normalized", !token.special, source);
        token.single_word = optional_bool(item, "single_word", false, source);
        token.lstrip = optional_bool(item, "lstrip", false, source);
        token.rstrip = optional_bool(item, "rstrip", false, source);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

// "a b" or ["a", "b"]; the comment that merges.txt begins with may be among the former.
void add_merge(const std::vector<std::string>& sides, size_t numbers, const std::string& source,
               ModelLists& lists) {
    const auto add = [&](std::string_view side) {
        lists.merge_text += side;
        lists.merge_ends.push_back(static_cast<uint32_t>(lists.merge_text.size()));
    };
    if (sides.size() == 2 && numbers == 0) {
        add(sides[0]);
        return add(sides[1]);
    }
    const std::string line = sides.empty() ? std::string() : sides[0];
    if (sides.size() == 1 && numbers == 0 && line.starts_with("#version")) return;
    const size_t space = line.find(' ');
    if (sides.size() != 1 || numbers != 0 || space == std::string::npos ||
        line.find(' ', space + 1) != std::string::npos)
        throw Error("\"" + source + "\": merge " + std::to_string(lists.merges()) + " (\"" +
                    line.substr(0, 80) + "\") is not two tokens");
    add(std::string_view(line).substr(0, space));
    add(std::string_view(line).substr(space + 1));
}

// A token that the model lacks gets the next free id when the fast tokenizers read the file, whatever id the
// file says; both must agree.
void check_added_ids(const std::vector<AddedToken>& tokens, const Vocabulary& vocabulary,
                     const std::string& source) {
    int64_t largest = -1;
    std::unordered_set<std::string> seen;
    for (const AddedToken& token : tokens) {
        if (token.content.empty() || !seen.insert(token.content).second) continue;
        const std::optional<int32_t> known = vocabulary.find(token.content);
        const int64_t expected =
            known ? *known : std::max<int64_t>(largest + 1, static_cast<int64_t>(vocabulary.count()));
        if (token.id != expected)
            throw Error("\"" + source + "\": added token \"" + token.content.substr(0, 80) + "\" has id " +
                            std::to_string(token.id) +
                            (known ? ", the vocabulary says " : ", the next free one is ") +
                            std::to_string(expected),
                        "Save the tokenizer anew with transformers.");
        largest = std::max(largest, expected);
    }
}

}  // namespace

std::shared_ptr<Tokenizer::Parts> parse_tokenizer_json(std::string_view text, const std::string& source) {
    auto parts = std::make_shared<Tokenizer::Parts>();
    parts->vocabulary.reserve(std::min<size_t>(text.size() / 24, 1 << 20));
    ModelLists lists;
    const JsonIntegerMap vocabulary{{"model", "vocab"}, [&](std::string&& token, int64_t id) {
                                        if (id < 0 || id > max_token_id)
                                            throw Error("\"" + source + "\": the id of \"" +
                                                        token.substr(0, 80) + "\" is " + std::to_string(id) +
                                                        ", expected 0 to " + std::to_string(max_token_id));
                                        parts->vocabulary.insert(token, static_cast<int32_t>(id));
                                    }};
    const JsonFlatList flat_lists[] = {
        {{"model", "vocab"},
         [&](const std::vector<std::string>& strings, const std::vector<double>& numbers) {
             if (strings.size() != 1 || numbers.size() != 1)
                 throw Error("\"" + source + "\": piece " + std::to_string(lists.scored.size()) +
                             " of the vocabulary is not a string and a score");
             if (lists.scored.size() > static_cast<size_t>(max_token_id))
                 throw Error("\"" + source + "\": the vocabulary has more than " +
                             std::to_string(max_token_id) + " pieces");
             parts->vocabulary.insert(strings[0], static_cast<int32_t>(lists.scored.size()));
             lists.scored.push_back({strings[0], numbers[0]});
         }},
        {{"model", "merges"},
         [&](const std::vector<std::string>& strings, const std::vector<double>& numbers) {
             add_merge(strings, numbers.size(), source, lists);
         }}};
    const Json json = parse_json(text, source, {}, &vocabulary, flat_lists);
    const Json* model = find_member(json, "model");
    if (model == nullptr) throw Error("\"" + source + "\": \"model\" is missing");
    read_model(*model, std::move(lists), source, *parts);
    parts->normalizer = read_normalizer(find_member(json, "normalizer"), source);
    parts->pre_tokenizer = read_pre_tokenizer(find_member(json, "pre_tokenizer"), source);
    parts->post_processor = read_post_processor(find_member(json, "post_processor"), source);
    parts->decoder = read_decoder(find_member(json, "decoder"), source);
    parts->added_tokens = read_added_tokens(json, source);
    check_added_ids(parts->added_tokens, parts->vocabulary, source);
    parts->finish(source);
    return parts;
}

}  // namespace weft
