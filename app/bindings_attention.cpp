// What the commands do in the window that choose the attention, its layers, heads and query.
#include <algorithm>
#include <string>

#include "app/bindings.h"
#include "app/view_options.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

std::string layers_text(const ViewState& view) {
    if (view.first_layer == 0 && view.last_layer < 0) return "all";
    if (view.first_layer == view.last_layer) return std::to_string(view.first_layer);
    return std::to_string(view.first_layer) + "-" + std::to_string(view.last_layer);
}

std::string heads_text(const ViewState& view) {
    if (view.heads.empty()) return "all";
    std::string text;
    for (const auto& [layer, head] : view.heads) {
        if (text.size() > 24) return text + ",..";
        text += (text.empty() ? "" : ",") + std::to_string(layer) + "." + std::to_string(head);
    }
    return text;
}

struct Shape {
    int layers = 1, heads = 1;
};

Shape shape_of(const Program& program) {
    const FramePtr frame = program.session.frame();
    if (!frame || frame->blocks.empty()) return {};
    const AttentionBlock& block = shown_block(*frame, program.session.view());
    return {std::max(1, int(block.layers)), std::max(1, int(block.heads))};
}

void step_layer(Program& program, int step) {
    ViewState& view = program.session.view();
    const int layers = shape_of(program).layers;
    // Where one layer is open and the others are pages beside it, they all stay.
    if (program.session.opens_layers())
        return program.session.open_layer((program.session.opened_layer() + step + layers) % layers);
    const bool all = view.first_layer == 0 && view.last_layer < 0;
    const int now = all ? (step > 0 ? -1 : 0) : view.first_layer;
    const int next = (now + step + layers) % layers;
    view.first_layer = view.last_layer = next;
    program.session.choose_head({next, program.session.head_choice().head});
}

void step_head(Program& program, int step) {
    const int heads = shape_of(program).heads;
    const HeadChoice now = program.session.head_choice();
    const HeadChoice next{now.layer, (now.head + step + heads) % heads};
    program.session.view().heads = {{next.layer, next.head}};
    program.session.choose_head(next);
}

void show_all(Program& program) {
    ViewState& view = program.session.view();
    view.first_layer = 0;
    view.last_layer = -1;
    view.heads.clear();
    view.selected = {};
}

}  // namespace

void bind_attention(Program& program) {
    Session& session = program.session;
    CommandTable& commands = program.commands;
    ViewState& view = session.view();
    const auto attention = [&session] {
        const FramePtr frame = session.frame();
        return frame ? attention_name(shown_block(*frame, session.view()).kind) : std::string();
    };
    commands.bind(
        "attention.set",
        [&session](const std::string& a) { session.set_attention(attention_from_name(a).value()); },
        attention);
    commands.bind(
        "attention.next",
        [&session](const std::string&) {
            const FramePtr frame = session.frame();
            if (!frame) return;
            const std::vector<AttentionBlock>& blocks = frame->blocks;
            const auto now = &shown_block(*frame, session.view()) - blocks.data();
            session.set_attention(blocks.at(static_cast<size_t>(now + 1) % blocks.size()).kind);
        },
        attention);
    const auto layers = [&view] { return layers_text(view); };
    const auto heads = [&view] { return heads_text(view); };
    commands.bind(
        "layer.next", [&program](const std::string&) { step_layer(program, 1); }, layers);
    commands.bind(
        "layer.previous", [&program](const std::string&) { step_layer(program, -1); }, layers);
    commands.bind(
        "layers.set",
        [&program](const std::string& a) { program.session.view() = view_with(program, "layers", a); },
        layers);
    commands.bind(
        "head.next", [&program](const std::string&) { step_head(program, 1); }, heads);
    commands.bind(
        "head.previous", [&program](const std::string&) { step_head(program, -1); }, heads);
    commands.bind(
        "heads.set",
        [&program](const std::string& a) {
            ViewState wanted = view_with(program, "heads", a);
            program.session.view() = wanted;
            if (!wanted.heads.empty()) {
                program.session.choose_head({wanted.heads.front().first, wanted.heads.front().second});
            }
        },
        heads);
    commands.bind(
        "heads.all", [&program](const std::string&) { show_all(program); }, heads);
    commands.bind(
        "query.set",
        [&program](const std::string& a) {
            ViewState wanted = view_with(program, "query", a);
            if (wanted.selected.kind == FocusKind::token)
                wanted.selected.layer = program.session.head_choice().layer;
            program.session.select(program.session.in_picture(wanted.selected));
        },
        [&view] {
            return view.selected.query < 0 ? std::string("none") : std::to_string(view.selected.query);
        });
}

}  // namespace weft
