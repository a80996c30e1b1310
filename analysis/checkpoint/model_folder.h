// Where models lie: ${XDG_DATA_HOME:-~/.local/share}/weft/models/NAME, or any folder. Any thread.
#pragma once

#include <string>
#include <vector>

namespace weft {

inline constexpr const char* default_model = "all-MiniLM-L6-v2";

// WEFT_MODELS if that is set, else the data folder's models/.
std::string models_folder();

// Names of the folders there that have a config.json, sorted.
std::vector<std::string> list_models();

// The folder that `--model` means: `model` itself if it is a folder, else models_folder()/model; empty: the
// default model. Throws weft::Error; its hint lists what is there.
std::string resolve_model_folder(const std::string& model);

}  // namespace weft
