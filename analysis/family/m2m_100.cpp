// M2M-100 and NLLB (Fan et al. 2020): norms first, sinusoids that count from the padding token's row and
// leave typed padding out.
#include "analysis/family/bart_layout.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    read_bart_layout(reader,
                     {.norms_first = true,
                      .has_embedding_norm = false,
                      .positions = EmbeddingSpec::Positions::sinusoid_fairseq,
                      .activation = "relu",
                      .scales_embedding = true,
                      .start_id = 2,
                      .has_logits_bias = false},
                     config);
}

}  // namespace

const Family m2m_100_family = {
    "m2m_100", ModelKind::encoder_decoder, {"M2M100Model", "M2M100ForConditionalGeneration"}, read};

}  // namespace weft
