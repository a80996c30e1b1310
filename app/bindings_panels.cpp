// What the commands of panels do in the window.
#include <string>

#include "app/bindings.h"

namespace weft {

void bind_panels(Program& program) {
    CommandTable& commands = program.commands;
    PanelState& panels = program.panels;
    const auto docked = [&](const char* name, Docked which) {
        commands.bind(
            name,
            [&panels, which](const std::string& a) {
                const bool open = toggled(panels.docked == which, a);
                if (open || panels.docked == which) panels.docked = open ? which : Docked::none;
                panels.asked.clear();
            },
            [&panels, which] { return on_off(panels.docked == which); });
    };
    docked("panel.toggle", Docked::matrix);
    docked("choices.toggle", Docked::choices);
    docked("timings.toggle", Docked::timings);
    docked("predictions.toggle", Docked::predictions);
    docked("method.toggle", Docked::method);
    docked("heads.toggle", Docked::heads);
    docked("curves.toggle", Docked::curves);
    docked("agreement.toggle", Docked::agreement);
    commands.bind(
        "models.toggle",
        [&program, &panels](const std::string& a) {
            const bool open = toggled(panels.docked == Docked::models, a);
            if (open) program.model_rows = model_rows();
            if (open || panels.docked == Docked::models) panels.docked = open ? Docked::models : Docked::none;
        },
        [&panels] { return on_off(panels.docked == Docked::models); });
    commands.bind(
        "help.toggle",
        [&panels](const std::string& a) {
            panels.help = toggled(panels.help, a);
            panels.focus_search = panels.help;
        },
        [&panels] { return on_off(panels.help); });
    commands.bind(
        "ui.toggle", [&panels](const std::string& a) { panels.hidden = !toggled(!panels.hidden, a); },
        [&panels] { return on_off(!panels.hidden); });
}

}  // namespace weft
