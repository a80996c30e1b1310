// What pictures and recordings without a window have in common.
#pragma once

#include <memory>
#include <string>

#include "app/command_line.h"
#include "app/session.h"
#include "renderer/renderer.h"

namespace weft {

std::unique_ptr<Renderer> create_headless_renderer(const Options& options);

// As session_settings_of(), of a model without the methods that would only be there at once in a window.
SessionSettings headless_settings_of(const Options& options);

// Until all that was asked for is there; a method that takes over a second has a line on stderr.
void wait_with_lines(Session& session);

// Lines on stderr: what was assumed about the model, which of its rules for generating are not followed,
// where its limit cut the texts.
void say_truncation(const Session& session);

// "... these are not followed: num_beams"
std::string ignored_settings_text(const Generation& generation);

// Prints what the validation layers said; the exit code: 1 if they said anything.
int report_validation(Renderer& renderer);

}  // namespace weft
