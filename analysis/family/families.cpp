#include "analysis/family/families.h"

namespace weft {

std::span<const Family* const> families() {
    static const Family* const all[] = {
        &bert_family,      &distilbert_family, &roberta_family, &xlm_roberta_family,
        &camembert_family, &electra_family,    &albert_family,  &mpnet_family,
    };
    return all;
}

}  // namespace weft
