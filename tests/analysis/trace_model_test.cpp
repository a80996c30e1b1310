#include "analysis/trace_model.h"

#include <catch2/catch.hpp>

#include "analysis/method/frame_steps.h"
#include "analysis/method/result_store.h"
#include "analysis/worker.h"
#include "tests/analysis/test_attention.h"

using namespace weft;

namespace {

FramePtr trace() {
    AttentionFrame frame;
    frame.provenance.title = "a trace";
    frame.provenance.is_trace = true;
    frame.stacks.push_back(test::words({"a", "b"}));
    frame.blocks.push_back(test::uniform_attention(2, 1, 2, 2));
    FramePtr read;
    run_steps(frame, {}, {}, {}, [&](FramePtr part) { read = std::move(part); });
    return read;
}

}  // namespace

TEST_CASE("a worker computes on a trace what attention alone gives, by the options asked for") {
    const FramePtr read = trace();
    Worker worker([&](const auto&) { return std::make_unique<TraceModel>(read, MethodOptions{}); }, {});
    AnalysisRequest request;
    request.revision = 5;
    worker.submit(request);
    worker.wait_idle();
    const FramePtr same = worker.latest();
    CHECK(same->revision == 5);
    CHECK(same->complete);
    CHECK(same->provenance.is_trace);
    // What reading it gave is not computed again.
    CHECK(same->kept == std::set<std::string>{"rollout", "entropy"});
    CHECK(same->blocks[0].quantities.at("rollout").values == read->blocks[0].quantities.at("rollout").values);
    request.revision = 6;
    request.options.method.rollout.residual = 0.0;
    worker.submit(request);
    worker.wait_idle();
    const FramePtr other = worker.latest();
    CHECK(other->kept == std::set<std::string>{"entropy"});
    CHECK(other->blocks[0].quantities.at("rollout").values->at(0) == 0.5f);  // no residual: uniform
    CHECK(read->blocks[0].quantities.at("rollout").values->at(0) == 0.75f);
}
