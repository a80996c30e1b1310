// What the commands of labels, motion, theme and size do in the window.
#include <algorithm>
#include <string>

#include "app/bindings.h"
#include "app/view_options.h"

namespace weft {

void bind_look(Program& program) {
    CommandTable& commands = program.commands;
    ViewState& view = program.session.view();
    const auto flag = [&](const char* name, bool ViewState::*which) {
        commands.bind(
            name, [&view, which](const std::string& a) { view.*which = toggled(view.*which, a); },
            [&view, which] { return on_off(view.*which); });
    };
    flag("view.labels", &ViewState::show_labels);
    flag("motion.toggle", &ViewState::motion);
    flag("motion.reduced", &ViewState::reduced_motion);
    const auto theme = [&view] { return theme_text(view.theme); };
    commands.bind(
        "theme.next", [&view](const std::string&) { view.theme = ThemeName((int(view.theme) + 1) % 3); },
        theme);
    commands.bind(
        "theme.set", [&view](const std::string& a) { set_view_option(view, "theme", a); }, theme);
    const auto scale = [&program] { return number_text(program.ui_scale_setting); };
    const auto set_scale = [&program](double wanted) {
        program.ui_scale_setting = static_cast<float>(std::clamp(wanted, 0.5, 3.0));
    };
    commands.bind(
        "ui.scale", [set_scale](const std::string& a) { set_scale(std::stod(a)); }, scale);
    commands.bind(
        "ui.larger", [&program, set_scale](const std::string&) { set_scale(program.ui_scale_setting * 1.1); },
        scale);
    commands.bind(
        "ui.smaller",
        [&program, set_scale](const std::string&) { set_scale(program.ui_scale_setting / 1.1); }, scale);
}

}  // namespace weft
