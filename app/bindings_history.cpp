// What the commands that take back and redo choices of the view do in the window.
#include <string>

#include "app/bindings.h"
#include "app/clock.h"
#include "app/history_commands.h"

namespace weft {

namespace {

// The model, and what its heads are.
std::string source_of(const AttentionFrame& frame) {
    std::string source = frame.provenance.model;
    for (const AttentionBlock& block : frame.blocks)
        source += " " + std::to_string(block.layers) + "x" + std::to_string(block.heads);
    return source;
}

std::string tokens_of(const AttentionFrame& frame) {
    std::string counts;
    for (const TokenStack& stack : frame.stacks) counts += std::to_string(stack.tokens.size()) + " ";
    return counts;
}

void say(Program& program, const char* done, const std::string& what, const char* none) {
    program.session.set_message({what.empty() ? none : done + what, "", true});
}

}  // namespace

void bind_history(Program& program) {
    CommandTable& commands = program.commands;
    commands.bind(
        "view.undo",
        [&program](const std::string&) {
            update_history(program);  // what was chosen since the last frame
            say(program, "undone: ", program.history.undo(program.session), "nothing is left to undo");
        },
        [&program] { return program.history.can_undo() ? "" : "nothing to undo"; });
    commands.bind(
        "view.redo",
        [&program](const std::string&) {
            update_history(program);
            say(program, "done again: ", program.history.redo(program.session), "nothing is left to redo");
        },
        [&program] { return program.history.can_redo() ? "" : "nothing to redo"; });
}

void update_history(Program& program) {
    const Session& session = program.session;
    if (!session.plan()) return;
    const AttentionFrame& frame = *session.plan()->frame;
    const ViewChoices now = choices_of(session);
    std::string tokens = tokens_of(frame);
    if (std::string source = source_of(frame); source != program.history_source) {
        program.history_source = std::move(source);
        program.history_tokens = std::move(tokens);
        return program.history.forget(now);
    }
    // A show selects for itself; a new text drops what it does not have.
    const bool is_users = session.show() == Show::none && tokens == program.history_tokens;
    program.history_tokens = std::move(tokens);
    if (is_users) return program.history.observe(now, clock_s());
    program.history.accept(now);
}

}  // namespace weft
