// What the commands of images and of the choice among places do in the window.
#include <string>

#include "app/program.h"
#include "app/view_options.h"

namespace weft {

void bind_image(Program& program) {
    CommandTable& commands = program.commands;
    ViewState& view = program.session.view();
    const auto scene = [&view] { return scene_text(view.scene); };
    commands.bind(
        "scene.next",
        [&view](const std::string&) {
            view.scene = view.scene == SceneChoice::stack ? SceneChoice::automatic : SceneChoice::stack;
        },
        scene);
    commands.bind(
        "scene.set", [&view](const std::string& a) { set_view_option(view, "scene", a); }, scene);
}

}  // namespace weft
