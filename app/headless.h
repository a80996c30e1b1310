// What pictures and recordings without a window have in common.
#pragma once

#include <memory>

#include "app/command_line.h"
#include "app/session.h"
#include "renderer/renderer.h"

namespace weft {

std::unique_ptr<Renderer> create_headless_renderer(const Options& options);

// One line on stderr if the model's limit cut the text.
void say_truncation(const Session& session);

// Prints what the validation layers said; the exit code: 1 if they said anything.
int report_validation(Renderer& renderer);

}  // namespace weft
