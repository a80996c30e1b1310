// A model folder to its first attention: prints the seconds that it takes, without the program's start.
//
//     load_bench MODEL_FOLDER TEXT
#include <chrono>
#include <cstdio>

#include "analysis/error.h"
#include "analysis/model.h"

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    try {
        const auto start = std::chrono::steady_clock::now();
        const std::unique_ptr<weft::Model> model = weft::Model::load(argv[1], "cpu");
        weft::AnalysisRequest request;
        request.text = argv[2];
        request.options.methods.clear();
        size_t layers = 0;
        model->analyze(request, {}, [&](const weft::FramePtr& frame) { layers = frame->blocks[0].layers; });
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        std::printf("%.4f %zu\n", taken.count(), layers);
        return 0;
    } catch (const weft::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
