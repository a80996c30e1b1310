// Pegasus (Zhang et al. 2020): norms first, sinusoidal positions, no norm behind the embedding.
#include "analysis/family/bart_layout.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    read_bart_layout(reader,
                     {.norms_first = true,
                      .has_embedding_norm = false,
                      .positions = EmbeddingSpec::Positions::sinusoid_halves,
                      .padding_id = 0,
                      .end_id = 1,
                      .start_id = 0,
                      .forced_last_id = 1},
                     config);
}

}  // namespace

const Family pegasus_family = {
    "pegasus", ModelKind::encoder_decoder, {"PegasusModel", "PegasusForConditionalGeneration"}, read};

}  // namespace weft
