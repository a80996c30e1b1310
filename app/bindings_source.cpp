// What the commands of models and recorded traces do in the window.
#include <functional>
#include <string>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/error.h"
#include "analysis/trace.h"
#include "app/bindings.h"
#include "app/session_settings.h"

namespace weft {

void bind_source(Program& program) {
    CommandTable& commands = program.commands;
    commands.bind(
        "model.set",
        [&program](const std::string& a) {
            const ModelFolder chosen = resolve_model(a);
            program.model_to_come = chosen.name;
            program.session.change_model(load_of(chosen.folder, program.options.device));
        },
        [&program] {
            const std::optional<ModelSummary> model = program.session.model();
            return model ? model->name : std::string("none");
        });
    commands.bind("model.cancel", [&program](const std::string&) { program.session.cancel_model_change(); });
    commands.bind("generate.next", [&program](const std::string&) {
        if (!program.session.append_prediction(0))
            program.session.set_message(
                {"there is no next token to add",
                 "Choose a decoder with a language model head (F4), such as GPT-2 or Llama.", true});
    });
    commands.bind("trace.open",
                  [&program](const std::string& a) { program.session.show_trace(read_trace(a)); });
    const auto watch = [&program](const std::function<void(TraceWatch&)>& step) {
        return [&program, step](const std::string&) {
            if (!program.watch) throw Error("no folder is watched", "Start with 'weft view --watch FOLDER'.");
            step(*program.watch);
        };
    };
    commands.bind("watch.previous", watch([](TraceWatch& its) { its.step(-1); }));
    commands.bind("watch.next", watch([](TraceWatch& its) { its.step(1); }));
    commands.bind("watch.newest", watch([](TraceWatch& its) { its.to_newest(); }));
}

}  // namespace weft
