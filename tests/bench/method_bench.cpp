// Text in memory to the numbers of one method in memory. Reads requests "TOKENS REPEAT METHOD [STEPS
// [TOLERANCE]]", the tolerance being that of the adaptive rule;
// tests/bench/gradients.py asks it and its peer in turn. The text changes with every run, so that nothing is
// used again.
#include <sys/resource.h>

#include "tests/bench/serve.h"

using namespace weft_bench;

namespace {

long peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

double sum_of(const weft::FrameTensor& tensor) {
    double sum = 0;
    for (const float value : *tensor.values) sum += static_cast<double>(value);
    return sum;
}

std::string digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

Answer make_answer(weft::Model& model) {
    return [&model](std::istream& words) {
        weft::AnalysisRequest request;
        int64_t tokens = 0, repeat = 0, steps = 0;
        std::string method;
        words >> tokens >> repeat >> method;
        weft::MethodOptions& options = request.options.method;
        if (words >> steps) options.ig_steps = steps;
        if (words >> options.ig_tolerance) options.ig_rule = weft::QuadratureRule::adaptive;
        request.options.methods = {method};
        const long before = peak_kib();
        std::vector<double> taken;
        weft::FramePtr last;
        for (int64_t i = 0; i < repeat + 1; ++i) {
            request.text = text_of(tokens, i % 2 ? "house" : "the");
            const auto start = std::chrono::steady_clock::now();
            model.analyze(request, {}, [&](const weft::FramePtr& frame) { last = frame; });
            taken.push_back(since_ms(start));
        }
        if (repeat > 0) taken.erase(taken.begin());
        const auto delta = last->deltas.find(method);
        return json_entry("tokens", std::to_string(last->stacks.front().tokens.size())) + ", " +
               json_entry("taken_ms", json_list(taken)) + ", " +
               json_entry("nodes",
                          std::to_string(last->nodes.contains(method) ? last->nodes.at(method) : steps)) +
               ", " + json_entry("delta", digits(delta == last->deltas.end() ? 0.0 : delta->second.front())) +
               ", " + json_entry("sum", digits(sum_of(last->blocks.front().quantities.at(method)))) + ", " +
               json_entry("peak_kib", std::to_string(peak_kib())) + ", " +
               json_entry("before_kib", std::to_string(before));
    };
}

}  // namespace

int main(int argument_count, char** arguments) {
    return serve(argument_count, arguments, make_answer);
}
