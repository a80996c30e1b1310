#include "app/headless.h"

#include <cstdio>
#include <optional>

#include "app/color_map_file.h"
#include "app/method_lines.h"
#include "app/session_settings.h"

namespace weft {

namespace {

void say_cut(const char* what, const std::optional<Truncation>& cut) {
    if (!cut) return;
    std::fprintf(stderr, "weft: %s has %u tokens, the model takes %u: cut at byte %u\n", what,
                 cut->token_count, cut->token_limit, cut->byte_offset);
}

}  // namespace

std::unique_ptr<Renderer> create_headless_renderer(const Options& options) {
    RendererSettings settings;
    settings.size = options.size;
    settings.validation = options.validation;
    settings.device_name = options.graphics_device;
    settings.memory_budget_bytes = uint64_t(options.graphics_memory_mib) << 20;
    return Renderer::create(settings);
}

std::string ignored_settings_text(const Generation& generation) {
    std::string list;
    for (const std::string& name : generation.ignored_settings) list += (list.empty() ? "" : ", ") + name;
    return "of the model's rules for generating these are not followed: " + list;
}

SessionSettings headless_settings_of(const Options& options) {
    SessionSettings settings = session_settings_of(options);
    if (settings.load_model) settings.analysis.methods.clear();
    return settings;
}

void wait_with_lines(Session& session) {
    MethodLines lines;
    session.wait_for_analysis([&] {
        const auto now = session.method_progress();
        lines.update(now ? now->method : "", now ? now->fraction : 0.0f);
    });
}

void say_truncation(const Session& session) {
    const FramePtr frame = session.frame();
    if (!frame) return;
    if (!frame->provenance.note.empty()) std::fprintf(stderr, "weft: %s\n", frame->provenance.note.c_str());
    if (frame->generation && !frame->generation->ignored_settings.empty())
        std::fprintf(stderr, "weft: %s\n", ignored_settings_text(*frame->generation).c_str());
    if (const std::string remark = color_map_remark(session.view().map.get()); !remark.empty())
        std::fprintf(stderr, "weft: %s\n", remark.c_str());
    say_cut("the text", frame->truncation);
    say_cut("the decoder's text", frame->target_truncation);
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
