#include "app/headless.h"

#include <cstdio>

namespace weft {

std::unique_ptr<Renderer> create_headless_renderer(const Options& options) {
    RendererSettings settings;
    settings.size = options.size;
    settings.validation = options.validation;
    settings.device_name = options.graphics_device;
    return Renderer::create(settings);
}

void say_truncation(const Session& session) {
    const FramePtr frame = session.frame();
    if (!frame) return;
    if (!frame->provenance.note.empty())
        std::fprintf(stderr, "weft: %s\n", frame->provenance.note.c_str());
    if (!frame->truncation) return;
    const Truncation& cut = *frame->truncation;
    std::fprintf(stderr, "weft: the text has %u tokens, the model takes %u: cut at byte %u\n",
                 cut.token_count, cut.token_limit, cut.byte_offset);
}

int report_validation(Renderer& renderer) {
    int exit_code = 0;
    for (const std::string& message : renderer.take_validation_messages()) {
        std::fprintf(stderr, "weft: validation: %s\n", message.c_str());
        exit_code = 1;
    }
    return exit_code;
}

}  // namespace weft
