// BART (Lewis et al. 2020): norms after the residual sums and behind the embedding, learned positions.
#include "analysis/family/bart_layout.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    read_bart_layout(reader, {.start_id = 2, .forced_last_id = 2}, config);
}

}  // namespace

const Family bart_family = {
    "bart", ModelKind::encoder_decoder, {"BartModel", "BartForConditionalGeneration"}, read};

}  // namespace weft
