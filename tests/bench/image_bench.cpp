// Pixel values in memory to the attention of all layers in memory, of IMAGE. Reads requests "TOKENS REPEAT
// IMAGE"; tests/bench/image.py asks it and its peer in turn.
#include "tests/bench/serve.h"

using namespace weft_bench;

namespace {

Answer make_answer(weft::Model& model) {
    return [&model](std::istream& words) {
        weft::AnalysisRequest request;
        request.options.methods.clear();
        int64_t asked = 0, repeat = 0;
        words >> asked >> repeat >> std::ws;
        std::getline(words, request.image);
        std::vector<double> taken;
        size_t tokens = 0;
        for (int64_t i = 0; i < repeat + 2; ++i)
            model.analyze(request, {}, [&](const weft::FramePtr& frame) {
                tokens = frame->stacks.front().tokens.size();
                if (i >= 2) taken.push_back(frame->timings_ms.at("text_to_attention"));
            });
        return json_entry("tokens", std::to_string(tokens)) + ", " +
               json_entry("pixels_to_attention_ms", json_list(taken));
    };
}

}  // namespace

int main(int argument_count, char** arguments) {
    return serve(argument_count, arguments, make_answer);
}
