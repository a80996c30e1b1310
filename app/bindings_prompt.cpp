// What the commands of the prompt line do in the window.
#include <string>

#include "analysis/error.h"
#include "app/bindings.h"

namespace weft {

void bind_prompt(Program& program) {
    CommandTable& commands = program.commands;
    PromptEdit& prompt = program.session.prompt();
    const auto move = [&](const std::string& name, Motion motion) {
        commands.bind("prompt." + name,
                      [&prompt, motion](const std::string&) { prompt.move(motion, false); });
        commands.bind("prompt.select_" + name,
                      [&prompt, motion](const std::string&) { prompt.move(motion, true); });
    };
    move("previous", Motion::previous);
    move("next", Motion::next);
    move("previous_word", Motion::previous_word);
    move("next_word", Motion::next_word);
    move("start", Motion::start);
    move("end", Motion::end);
    const auto erase = [&](const char* name, Motion motion) {
        commands.bind(name, [&prompt, motion](const std::string&) { prompt.erase(motion); });
    };
    erase("prompt.erase_previous", Motion::previous);
    erase("prompt.erase_next", Motion::next);
    erase("prompt.erase_previous_word", Motion::previous_word);
    erase("prompt.erase_next_word", Motion::next_word);
    commands.bind("prompt.select_all", [&prompt](const std::string&) { prompt.select_all(); });
    commands.bind("prompt.copy", [&program, &prompt](const std::string&) {
        if (prompt.has_selection()) program.window.set_clipboard(prompt.copy());
    });
    commands.bind("prompt.cut", [&program, &prompt](const std::string&) {
        if (prompt.has_selection()) program.window.set_clipboard(prompt.cut());
    });
    commands.bind("prompt.paste", [&program, &prompt](const std::string&) {
        if (!prompt.paste(program.window.clipboard())) {
            program.session.set_message({"the clipboard holds no valid UTF-8 text", "Copy the text again."});
        }
    });
    commands.bind(
        "prompt.undo", [&prompt](const std::string&) { prompt.undo(); },
        [&prompt] { return prompt.can_undo() ? "" : "nothing to undo"; });
    commands.bind(
        "prompt.redo", [&prompt](const std::string&) { prompt.redo(); },
        [&prompt] { return prompt.can_redo() ? "" : "nothing to redo"; });
    const auto text_or_throw = [](bool taken, const std::string& text) {
        if (!taken) throw Error("'" + text + "' is not valid UTF-8", "Send the text as UTF-8.");
    };
    commands.bind("prompt.insert",
                  [&prompt, text_or_throw](const std::string& a) { text_or_throw(prompt.insert(a), a); });
    commands.bind(
        "text.set", [&prompt, text_or_throw](const std::string& a) { text_or_throw(prompt.set_text(a), a); },
        [&prompt] { return prompt.text().substr(0, 40); });
}

}  // namespace weft
