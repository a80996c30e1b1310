#include "analysis/family/families.h"

namespace weft {

std::span<const Family* const> families() {
    static const Family* const all[] = {&bert_family};
    return all;
}

}  // namespace weft
