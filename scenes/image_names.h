// What patches, queries and panes of an image stack are called. Pure; any thread.
#pragma once

#include <string>

#include "scenes/image_stack.h"

namespace weft {

const std::string& token_name(const ImageStackPlan& plan, int token);
// "row 6, column 4", counted from 0.
std::string patch_name(const ImageStackPlan& plan, int patch);
// "patch (row 6, column 4)", "[CLS]", "all tokens on average".
std::string query_name(const ImageStackPlan& plan);
// "layer 8, head 5", "layer 8, mean of 12 heads"
std::string place_name(const ImageStackPlan& plan);
// Of the key and the query pane.
std::string key_pane_name(const ImageStackPlan& plan);
std::string query_pane_name(const ImageStackPlan& plan);

}  // namespace weft
