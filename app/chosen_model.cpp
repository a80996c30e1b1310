#include "app/chosen_model.h"

#include <cstdio>

namespace weft {

ModelFolder chosen_model(const std::string& model, ModelFiles needed) {
    ModelFolder chosen = resolve_model(model, needed);
    if (!chosen.note.empty()) std::fprintf(stderr, "weft: %s\n", chosen.note.c_str());
    return chosen;
}

}  // namespace weft
