// What a trace of an image model says about its image: metadata `patch_grid` ("14x14") and `image`, the name
// of a file in the trace's own folder or below it. Any thread.
#pragma once

#include <string>

#include "analysis/attention_frame.h"

namespace weft {

// The last rows x columns tokens are the patches, row by row; those before them become special. Throws
// weft::Error with the value where the grid does not fit: too many patches, or a token named "row,column"
// that lies elsewhere.
void read_patch_grid(const std::string& text, const std::string& source, TokenStack& stack);

// Reads the image into the stack's grid; the patches together are all of it. `trace_path`: where the trace lies; "" where it lies nowhere, then
// only the name is kept. Throws weft::Error where `name` leaves the folder (also by a link), is missing, or
// no image.
void read_trace_image(const std::string& name, const std::string& trace_path, const std::string& source,
                      TokenStack& stack);

}  // namespace weft
