// Where models lie on this machine.
#pragma once

#include <filesystem>
#include <string>

namespace weft {

// $XDG_DATA_HOME/weft/models, or ~/.local/share/weft/models.
std::filesystem::path models_folder();

// The folder that `model` means: a path, or the name of a folder in models_folder(); empty: the default
// model. Throws weft::Error that says where it looked.
std::string find_model_folder(const std::string& model);

}  // namespace weft
