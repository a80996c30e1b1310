// How a vision model's folder wants its images. Pure functions, any thread.
#pragma once

#include <string>

#include "analysis/family/stack_spec.h"
#include "analysis/image/preprocessor.h"

namespace weft {

struct FolderPreprocessor {
    Preprocessor preprocessor;
    bool is_default = false;  // the folder says nothing: the family's own settings at the model's image size
};

// From the folder's preprocessor_config.json or processor_config.json. Without either, the family's defaults;
// they say nothing about models that are not of red, green and blue: weft::Error.
FolderPreprocessor preprocessor_of(const std::string& folder, const std::string& model_type,
                                   const PatchSpec& patches);

}  // namespace weft
