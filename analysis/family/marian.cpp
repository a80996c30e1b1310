// Marian (Junczys-Dowmunt et al. 2018), the OPUS-MT translators: BART's layers, sinusoidal positions, no norm
// behind the embedding, maybe a vocabulary for each side.
#include "analysis/family/bart_layout.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    const int64_t vocabulary = reader.size("vocab_size");
    read_bart_layout(reader,
                     {.has_embedding_norm = false,
                      .positions = EmbeddingSpec::Positions::sinusoid_halves,
                      .padding_id = vocabulary - 1,  // as all its published models have it
                      .end_id = 0,
                      .start_id = vocabulary - 1,
                      .forced_last_id = 0,
                      .may_split_vocabulary = true},
                     config);
}

}  // namespace

const Family marian_family = {"marian", ModelKind::encoder_decoder, {"MarianModel", "MarianMTModel"}, read};

}  // namespace weft
