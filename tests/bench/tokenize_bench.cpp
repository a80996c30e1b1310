// A text to its tokens. usage: tokenize_bench MODEL_FOLDER TEXT_FILE; reads requests "TOKENS REPEAT" line by
// line and answers each with one JSON line, as tests/bench/tokenize_peer.py does.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "analysis/error.h"
#include "analysis/tokenizer/tokenizer.h"

namespace {

void serve(const std::string& folder, const std::string& text_file) {
    std::ifstream file(text_file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const weft::Tokenizer tokenizer = weft::Tokenizer::load(folder);
    size_t tokens = tokenizer.tokenize(text).stack.tokens.size();
    std::printf("{\"ready\": \"weft\", \"tokens\": %zu}\n", tokens);
    std::fflush(stdout);
    for (int64_t asked = 0, repeat = 0; std::cin >> asked >> repeat;) {
        std::string taken_ms;
        for (int64_t i = 0; i < repeat; ++i) {
            const auto start = std::chrono::steady_clock::now();
            tokens = tokenizer.tokenize(text).stack.tokens.size();
            const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
            taken_ms += (i > 0 ? ", " : "") + std::to_string(taken.count());
        }
        std::printf("{\"tokens\": %zu, \"tokenize_ms\": [%s]}\n", tokens, taken_ms.c_str());
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 3) {
        std::fprintf(stderr, "usage: tokenize_bench MODEL_FOLDER TEXT_FILE\n");
        return 2;
    }
    try {
        serve(arguments[1], arguments[2]);
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "tokenize_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
