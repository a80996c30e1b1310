// One more token at the end of a decoder's text beside a pass over all of it: text in memory to the attention
// of all layers in memory. Reads requests "TOKENS REPEAT"; tests/bench/live.py asks it.
#include "tests/bench/serve.h"

using namespace weft_bench;

namespace {

Answer make_answer(weft::Model& model) {
    return [&model](std::istream& words) {
        weft::AnalysisRequest request;
        request.options.methods.clear();
        int64_t tokens = 0, repeat = 0;
        size_t seen = 0;
        words >> tokens >> repeat;
        const auto taken_ms = [&](const std::string& text) {
            request.text = text;
            const auto start = std::chrono::steady_clock::now();
            double taken = 0;
            model.analyze(request, {}, [&](const weft::FramePtr& frame) {
                taken = since_ms(start);
                seen = frame->stacks.front().tokens.size();
            });
            return taken;
        };
        std::vector<double> one_more, whole;
        for (int64_t i = 0; i < repeat; ++i) {
            taken_ms(text_of(tokens, "house"));
            whole.push_back(taken_ms(text_of(tokens + 1)));
            taken_ms(text_of(tokens));
            one_more.push_back(taken_ms(text_of(tokens) + " until"));
        }
        taken_ms(text_of(tokens));
        return json_entry("tokens", std::to_string(seen)) + ", " +
               json_entry("one_more_ms", json_list(one_more)) + ", " +
               json_entry("whole_ms", json_list(whole));
    };
}

}  // namespace

int main(int argument_count, char** arguments) {
    return serve(argument_count, arguments, make_answer);
}
