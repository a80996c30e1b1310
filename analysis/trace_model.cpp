#include "analysis/trace_model.h"

#include <utility>

#include "analysis/method/frame_steps.h"
#include "analysis/method/method_table.h"
#include "analysis/method/result_store.h"

namespace weft {

TraceModel::TraceModel(FramePtr trace, MethodOptions read_with)
    : trace_(std::move(trace)), read_with_(std::move(read_with)) {
    summary_.name = trace_->provenance.title;
}

bool TraceModel::analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                         const std::function<void(FramePtr)>& post) {
    AttentionFrame frame = *trace_;
    frame.revision = request.revision;
    if (request.results) {
        const std::string input = input_key(frame, request.options.ablations);
        for (const std::string& method : method_names())
            request.results->keep(input, method, read_with_, *trace_);
    }
    for (AttentionBlock& block : frame.blocks) block.quantities.clear();
    return run_steps(frame, request, {}, superseded, post);
}

}  // namespace weft
