// The command line's choices as a session's start, the same for window, picture and recording.
#pragma once

#include "app/command_line.h"
#include "app/session.h"

namespace weft {

// What is shown where no --text is given.
constexpr const char* default_sentence = "The animal didn't cross the street because it was too tired.";

// Of --places. Throws weft::Error.
std::vector<SavedPlace> places_of(const Options& options);
// Throws weft::Error if the trace, the model's folder or a marker's file cannot be found or read. The model
// itself loads on the worker.
SessionSettings session_settings_of(const Options& options);

// What loads the model that `--model` means. Throws weft::Error where there is none.
LoadModel load_of(const std::string& model, const std::string& device);

// Fold, stack and camera as the options say, without motion; after the first advance().
void apply_start_view(Session& session, const Options& options);

}  // namespace weft
