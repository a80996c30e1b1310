#include "app/tokenize_command.h"

#include <cstdio>

#include "analysis/tokenizer/tokenizer.h"
#include "app/chosen_model.h"
#include "app/token_line.h"

namespace weft {

int run_tokenize(const Options& options) {
    const Tokenizer tokenizer = Tokenizer::load(chosen_model(options.model, ModelFiles::tokenizer).folder);
    std::vector<std::string> texts = options.texts;
    if (options.text) texts.push_back(*options.text);
    for (const std::string& text : texts) {
        std::optional<std::string_view> pair;
        if (options.pair) pair = *options.pair;
        std::printf("%s\n", token_line(tokenizer.tokenize(text, pair).stack).c_str());
    }
    return 0;
}

}  // namespace weft
