// A transformer that shows its attention. Torch stays behind this header. A Model is owned by one thread at a
// time.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/analysis_progress.h"
#include "analysis/attention_frame.h"
#include "analysis/error.h"
#include "analysis/method/method_options.h"

namespace weft {

class ResultStore;  // analysis/method/result_store.h

struct ModelSummary {
    std::string name, folder, model_type, architecture, revision;
    int64_t layers = 0, heads = 0, hidden = 0, max_tokens = 0, parameters = 0;
    int64_t key_value_heads = 0;       // fewer than heads where heads share them
    int64_t target_layers = 0;         // of the decoder of an encoder-decoder
    bool reads_image = false;          // --image instead of --text
    bool has_target = false;           // --target-text, or generated
    bool predicts_next_token = false;  // a causal language model: it can go on from the text
};

// How a decoder goes on. Temperature 0: the most probable token each time.
struct GenerationOptions {
    int64_t max_new_tokens = 20;
    double temperature = 0;
    int64_t top_k = 0;  // 0: all
    double top_p = 1;
    uint64_t seed = 0;
    bool follows_config =
        false;                  // the rules of generation_config.json: forced and suppressed tokens, lengths
    bool posts_growth = false;  // frames while the text grows, some times a second
};

struct AnalysisOptions {
    bool truncate = false;  // cut a text that is too long (and say where) instead of failing
    bool hidden_states = false, logits = false;
    bool pixel_values = false;  // of a vision model: what it is given
    int64_t predictions = 0;    // how many of the most probable next tokens or classes
    bool next_token = false;    // choose the one that the text goes on with, as `generation` says
    std::set<std::string> methods{"rollout", "entropy"};  // by the names of method_table()
    MethodOptions method;
    bool refine = false;                  // integrated gradients by fewer nodes first, each result posted
    std::vector<HeadAblation> ablations;  // sorted; of the pass that everything is computed from
    double pause_ms = 0;  // costly methods begin so long after the text arrived, so that typing ends them
    bool keeps_going = false;  // a costly method that fails is named in the frame instead of ending the work
    bool wants(const std::string& name) const { return methods.contains(name); }
};

struct AnalysisRequest {
    std::string text;
    std::string pair;  // second segment, if `has_pair`
    bool has_pair = false;
    std::string image;        // path; of a vision model instead of the text
    std::string target_text;  // of the decoder of an encoder-decoder, if `has_target`; else generated
    bool has_target = false;
    GenerationOptions generation;
    uint64_t revision = 0;
    AnalysisOptions options;

    // Set by the worker.
    std::chrono::steady_clock::time_point arrived;  // its text; the same text asked again arrived before
    std::shared_ptr<AnalysisProgress> progress;     // of its methods; null: nobody asks
    std::shared_ptr<ResultStore> results;           // null: nothing is kept

    bool has_same_input(const AnalysisRequest& other) const {
        return text == other.text && has_pair == other.has_pair && pair == other.pair &&
               image == other.image && has_target == other.has_target && target_text == other.target_text;
    }
};

using FramePtr = std::shared_ptr<const AttentionFrame>;

// How far loading is, for whoever waits; any thread may read it and ask it to stop.
struct LoadProgress {
    std::atomic<float> fraction{0};
    std::atomic<bool> cancelled{false};
};

// Thrown by a load that was asked to stop.
class LoadCancelled : public Error {
  public:
    LoadCancelled() : Error("loading was cancelled") {}
};

class Model {
  public:
    // `folder`: Hugging Face layout. `device`: "cpu", "cuda" or "auto". Throws weft::Error; never returns
    // null. `progress` may be null.
    static std::unique_ptr<Model> load(const std::string& folder, const std::string& device,
                                       std::shared_ptr<LoadProgress> progress = nullptr);
    virtual ~Model() = default;
    virtual const ModelSummary& summary() const = 0;

    // `post` receives raw attention first (part 0), then frames with more quantities; the last has
    // `complete`. `superseded` is asked after each layer and between methods; true ends the work, nothing
    // more is posted and false is returned. Throws weft::Error (also for torch's own errors).
    virtual bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                         const std::function<void(FramePtr)>& post) = 0;
};

}  // namespace weft
