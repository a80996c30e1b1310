// Text in memory to the attention of all layers in memory. Reads requests "TOKENS REPEAT [TARGET]";
// tests/bench/forward.py and encoder_decoder.py ask it and its peer in turn. TARGET: tokens of the decoder's
// text. Both texts change with every run, so that nothing is used again.
#include <sys/resource.h>

#include "tests/bench/matrix_products.h"
#include "tests/bench/serve.h"

using namespace weft_bench;

namespace {

Answer make_answer(weft::Model& model) {
    const weft::ModelSummary& summary = model.summary();
    const auto products = std::make_shared<MatrixProducts>(
        EncoderShape{summary.layers, summary.heads, summary.hidden, 4 * summary.hidden});
    return [&model, products](std::istream& words) {
        weft::AnalysisRequest request;
        request.options.methods.clear();
        int64_t tokens = 0, repeat = 0, target = 0;
        words >> tokens >> repeat >> target;
        request.has_target = target > 0;
        std::vector<double> text_to_attention, products_only;
        size_t seen = 0;
        for (int64_t i = 0; i < repeat + 2; ++i) {
            // Another first word each time: what the text before left behind is of no use.
            request.text = text_of(tokens, i % 2 ? "house" : "the");
            if (request.has_target) request.target_text = text_of(target, "the");
            const auto start = std::chrono::steady_clock::now();
            model.analyze(request, {}, [&](const weft::FramePtr& frame) {
                text_to_attention.push_back(since_ms(start));
                seen = frame->stacks.front().tokens.size();
            });
        }
        for (int64_t i = 0; i < repeat + 2; ++i) products_only.push_back(products->run_ms(tokens));
        text_to_attention.erase(text_to_attention.begin(), text_to_attention.begin() + 2);
        products_only.erase(products_only.begin(), products_only.begin() + 2);
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return json_entry("tokens", std::to_string(seen)) + ", " +
               json_entry("text_to_attention_ms", json_list(text_to_attention)) + ", " +
               json_entry("products_ms", json_list(products_only)) + ", " +
               json_entry("peak_kib", std::to_string(usage.ru_maxrss));
    };
}

}  // namespace

int main(int argument_count, char** arguments) {
    return serve(argument_count, arguments, make_answer);
}
