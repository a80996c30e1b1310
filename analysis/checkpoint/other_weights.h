// Weights that are not read, each with the reason and a command that converts them: pickles, TensorFlow,
// Flax, GGUF, adapters, quantised checkpoints. Any thread.
#pragma once

#include <string>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {

// Why the folder, which has neither model.safetensors nor its index, can't be used.
Error no_weights(const std::string& folder);

// Throws weft::Error if config.json has a "quantization_config": such weights are codes, not numbers.
void refuse_quantization(const Json& config, const std::string& source);

// Why a tensor can't be numbers of a model: integers and 8-bit floats are quantised, the rest is no float.
Error not_float(const SafetensorsTensor& tensor, const std::string& source);

// The path as one word of a shell's command.
std::string shell_word(const std::string& path);

}  // namespace weft
