// What the commands of images and of the choice among places do in the window.
#include <cstdio>
#include <string>

#include "analysis/error.h"
#include "app/bindings.h"
#include "app/color_map_file.h"
#include "app/view_options.h"

namespace weft {

namespace {

std::string percent_text(float part) {
    char text[16];
    std::snprintf(text, sizeof text, "%.0f %%", 100.0 * static_cast<double>(part));
    return text;
}

const ImageStackPlan& shown_image(const Program& program) {
    const Scene* scene = program.session.scene();
    if (!scene || !scene->image)
        throw Error("no image is shown", "Open one with a vision model: weft view --model VIT --image FILE.");
    return *scene->image;
}

void bind_image_look(Program& program) {
    CommandTable& commands = program.commands;
    ViewState& view = program.session.view();
    ImageChoices& image = view.image;
    const auto look = [&image] { return image_look_text(image.look); };
    commands.bind(
        "image.next_look",
        [&image](const std::string&) {
            image.look = image.look == ImageLook::map ? ImageLook::spotlight : ImageLook::map;
        },
        look);
    commands.bind(
        "image.look", [&view](const std::string& a) { set_view_option(view, "image-look", a); }, look);
    commands.bind(
        "image.smooth",
        [&image](const std::string& a) { image.smooth = a.empty() ? !image.smooth : a == "on"; },
        [&image] { return std::string(image.smooth ? "on" : "off"); });
    commands.bind(
        "image.opacity", [&view](const std::string& a) { set_view_option(view, "image-opacity", a); },
        [&image] { return image.opacity ? percent_text(*image.opacity) : std::string("the look's own"); });
    commands.bind(
        "query.mean",
        [&program](const std::string&) {
            const int layer = shown_image(program).layer;
            program.session.select({FocusKind::layer, 0, layer, -1, -1, -1, false});
        },
        [&view] { return std::string(view.selected.kind == FocusKind::layer ? "shown" : ""); });
    commands.bind(
        "map.set",
        [&program, &view](const std::string& a) {
            view.map = load_color_map(a);
            if (const std::string remark = color_map_remark(view.map.get()); !remark.empty())
                program.session.set_message({remark, "", true});
        },
        [&view] { return color_map_text(view.map.get()); });
}

}  // namespace

void bind_image(Program& program) {
    CommandTable& commands = program.commands;
    ViewState& view = program.session.view();
    const auto scene = [&view] { return scene_text(view.scene); };
    commands.bind(
        "scene.next",
        [&program, &view](const std::string&) {
            // Of two towers the attention in front is the one that is unfolded.
            const Scene* shown = program.session.scene();
            if (shown && shown->towers) view.attention = shown->towers->forward;
            view.scene = view.scene == SceneChoice::stack ? SceneChoice::automatic : SceneChoice::stack;
        },
        scene);
    const auto shown = [&program, &view](SceneChoice choice) {
        ViewState wanted = view;
        wanted.scene = choice;
        if (const FramePtr frame = program.session.frame()) check_view(wanted, *frame);
        program.session.end_show();
        view.scene = choice;
    };
    const auto toggled_sheet = [&view, shown](SceneChoice sheet) {
        shown(view.scene == sheet ? SceneChoice::automatic : sheet);
    };
    commands.bind(
        "scene.heads",
        [&program, &view, toggled_sheet](const std::string&) {
            toggled_sheet(SceneChoice::heads);
            // The chosen head opens beside its tile.
            if (view.scene == SceneChoice::heads && program.panels.docked == Docked::none)
                program.panels.docked = Docked::matrix;
        },
        scene);
    commands.bind(
        "scene.neurons", [toggled_sheet](const std::string&) { toggled_sheet(SceneChoice::neurons); }, scene);
    commands.bind(
        "scene.set",
        [&view, shown](const std::string& a) {
            ViewState wanted = view;
            set_view_option(wanted, "scene", a);
            shown(wanted.scene);
        },
        scene);
    bind_image_look(program);
}

}  // namespace weft
