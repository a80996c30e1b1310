// Pixel values in memory to the attention of all layers in memory, of FOLDER/image.png. Reads requests
// "TOKENS REPEAT" line by line and answers each with one JSON line; tests/bench/image.py asks it and its peer
// in turn.
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "analysis/error.h"
#include "analysis/model.h"

namespace {

void serve(const std::string& folder) {
    const std::unique_ptr<weft::Model> model = weft::Model::load(folder, "cpu");
    std::printf("{\"ready\": \"weft, %s\", \"threads\": %u}\n", model->summary().model_type.c_str(),
                std::thread::hardware_concurrency());
    std::fflush(stdout);
    weft::AnalysisRequest request;
    request.image = folder + "/image.png";
    request.options.methods.clear();
    int64_t asked = 0, repeat = 0;
    while (std::cin >> asked >> repeat) {
        std::string list;
        size_t tokens = 0;
        for (int64_t i = 0; i < repeat + 2; ++i)
            model->analyze(request, {}, [&](const weft::FramePtr& frame) {
                tokens = frame->stacks.front().tokens.size();
                if (i < 2) return;
                list +=
                    (list.empty() ? "" : ", ") + std::to_string(frame->timings_ms.at("text_to_attention"));
            });
        std::printf("{\"tokens\": %zu, \"pixels_to_attention_ms\": [%s]}\n", tokens, list.c_str());
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: image_bench MODEL_FOLDER\n");
        return 2;
    }
    try {
        serve(arguments[1]);
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n%s\n", error.what(), error.hint().c_str());
        return 1;
    }
    return 0;
}
