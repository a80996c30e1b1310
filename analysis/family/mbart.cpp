// mBART (Liu et al. 2020): BART with norms first and one more at the end of each stack.
#include "analysis/family/bart_layout.h"

namespace weft {
namespace {

void read(const ConfigReader& reader, ModelConfig& config) {
    read_bart_layout(reader, {.norms_first = true, .forced_last_id = 2}, config);
}

}  // namespace

const Family mbart_family = {
    "mbart", ModelKind::encoder_decoder, {"MBartModel", "MBartForConditionalGeneration"}, read};

}  // namespace weft
