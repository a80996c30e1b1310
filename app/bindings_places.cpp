// What the commands of saved places, of the markers in the scene and of palettes do in the window.

#include <fstream>
#include <string>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "app/bindings.h"
#include "app/place_commands.h"
#include "app/prop_file.h"
#include "app/recording_files.h"
#include "app/view_options.h"

namespace weft {

namespace {

// "3", "3 its name", "its name": the key, 0 where there is none, and the rest.
std::pair<int, std::string> key_and_name(const std::string& argument) {
    const bool has_key = !argument.empty() && argument[0] >= '1' && argument[0] <= '9' &&
                         (argument.size() == 1 || argument[1] == ' ');
    if (!has_key) return {0, argument};
    return {argument[0] - '0', argument.size() > 2 ? argument.substr(2) : std::string()};
}

// Whose places: a trace may know its model by its title alone, or not at all.
std::string model_of(const Provenance& provenance) {
    if (!provenance.model.empty()) return provenance.model;
    return provenance.title.empty() ? "unnamed" : provenance.title;
}

// Of the model that is shown now: a place may be saved in the very frame that shows another.
void open_places(Program& program) {
    Session& session = program.session;
    const FramePtr frame = session.frame();
    SavedPlaces& places = program.places;
    const std::string model = frame ? model_of(frame->provenance) : std::string();
    if (frame && program.options.places_file.empty() && places.model() != model) {
        program.picture_of.reset();
        try {
            places.open(state_folder() / "places", model);
        } catch (const Error& error) {
            session.set_message({error.what(), error.hint()});
        }
    }
}

void save_place(Program& program, const std::string& argument) {
    if (!program.session.frame()) throw Error("nothing is shown yet", "Save a view when there is one.");
    open_places(program);
    SavedPlace place = program.session.here();
    auto [key, name] = key_and_name(argument);
    place.key = key;
    const size_t index = program.places.save(place);
    if (!name.empty()) program.places.rename(index, name);
    const SavedPlace& saved = program.places.all()[index];
    program.picture_of = saved;
    program.session.set_message({"saved '" + saved.name + "'",
                                 saved.key > 0 ? "Ctrl+" + std::to_string(saved.key) + " flies back." : "",
                                 true});
}

void go_to_place(Program& program, const std::string& argument, bool at_once) {
    open_places(program);
    const SavedPlace& place = program.places.all()[program.places.index_of(argument)];
    program.flight.stop();
    program.session.go_to(place, at_once);
    if (!program.places.thumbnail(place)) program.picture_of = place;
}

void export_places(Program& program, const std::string& path) {
    if (path.empty()) throw UsageError("no file is named", "Write places.export FILE.json.");
    std::ofstream file(path, std::ios::binary);
    file << places_json(program.places.all());
    file.close();
    if (!file) throw Error("cannot write '" + path + "'", "Check the folder and its permissions.");
    program.session.set_message(
        {"wrote " + std::to_string(program.places.all().size()) + " places to '" + path + "'", "", true});
}

void import_places(Program& program, const std::string& path) {
    const auto places = places_from_json(read_text_file(path, most_places_bytes), path);
    program.places.add_all(places);
    program.session.set_message({"read " + std::to_string(places.size()) + " places", "", true});
}

void bind_saved_places(Program& program) {
    CommandTable& commands = program.commands;
    commands.bind("place.save", [&program](const std::string& a) { save_place(program, a); });
    commands.bind("place.fly", [&program](const std::string& a) { go_to_place(program, a, false); });
    commands.bind("place.cut", [&program](const std::string& a) { go_to_place(program, a, true); });
    commands.bind("place.rename", [&program](const std::string& a) {
        const auto [key, name] = key_and_name(a);
        if (key == 0) throw UsageError("'" + a + "' has no key in front", "Write place.rename KEY NAME.");
        program.places.rename(program.places.index_of(std::to_string(key)), name);
    });
    commands.bind("place.delete", [&program](const std::string& a) {
        const size_t index = program.places.index_of(a);
        const std::string name = program.places.all()[index].name;
        program.places.erase(index);
        program.session.set_message({"deleted '" + name + "'", "place.undo brings it back.", true});
    });
    commands.bind("place.undo", [&program](const std::string&) {
        if (!program.places.undo())
            program.session.set_message({"nothing about places is left to undo", "", true});
    });
    commands.bind("places.export", [&program](const std::string& a) { export_places(program, a); });
    commands.bind("places.import", [&program](const std::string& a) { import_places(program, a); });
    commands.bind(
        "places.toggle",
        [&program](const std::string& a) {
            const bool is_open = program.panels.docked == Docked::places;
            program.panels.docked = toggled(is_open, a) ? Docked::places : Docked::none;
            program.panels.renamed = -1;
        },
        [&program] { return on_off(program.panels.docked == Docked::places); });
    commands.bind(
        "places.pins",
        [&program](const std::string& a) { program.shows_pins = toggled(program.shows_pins, a); },
        [&program] { return on_off(program.shows_pins); });
}

void bind_markers(Program& program) {
    CommandTable& commands = program.commands;
    Session& session = program.session;
    commands.bind(
        "path.show",
        [&session](const std::string& a) { session.show_path(toggled(session.shows_path(), a)); },
        [&session] { return on_off(session.shows_path()); });
    commands.bind("camera.selection", [&session](const std::string&) {
        if (!session.frame_selection())
            throw Error("nothing is selected", "Click a word, a line or a head first.");
    });
    commands.bind("prop.show", [&session](const std::string& a) {
        std::optional<Prop>& prop = session.markers().prop;
        if (a.empty() || a == "none") return prop.reset();
        const Prop before = prop.value_or(Prop{});
        prop = Prop{load_prop(a), before.at, before.scale_u};
    });
    commands.bind("prop.at", [&session](const std::string& a) {
        std::optional<Prop>& prop = session.markers().prop;
        if (!prop) throw Error("there is no prop", "Show one: prop.show FILE.obj.");
        prop->at = a == "selection" ? std::nullopt : std::optional(parse_point("prop-at", a));
    });
    commands.bind("prop.scale", [&session](const std::string& a) {
        std::optional<Prop>& prop = session.markers().prop;
        if (!prop) throw Error("there is no prop", "Show one: prop.show FILE.obj.");
        prop->scale_u = static_cast<float>(parse_number("prop-scale", a, least_prop_u, most_prop_u));
    });
}

}  // namespace

void bind_places(Program& program) {
    CommandTable& commands = program.commands;
    ViewState& view = program.session.view();
    commands.bind(
        "palette.set", [&view](const std::string& a) { set_view_option(view, "palette", a); },
        [&view] { return palette_text(view.palette); });
    commands.bind(
        "arrows.toggle", [&view](const std::string& a) { view.arrows = toggled(view.arrows, a); },
        [&view] { return on_off(view.arrows); });
    bind_saved_places(program);
    bind_markers(program);
}

void update_places(Program& program) {
    Session& session = program.session;
    open_places(program);
    const SavedPlaces& places = program.places;
    Markers& markers = session.markers();
    markers.pins.clear();
    if (program.shows_pins || program.panels.docked == Docked::places)
        for (const SavedPlace& place : places.all())
            markers.pins.push_back({place.camera, place.name, place.key});
    if (program.pictures_awaited > 0) program.needs_frame = true;  // it comes with a later frame
    if (!program.picture_of || session.animator().is_flying()) return;
    const SavedPlace place = *std::exchange(program.picture_of, std::nullopt);
    if (session.animator().camera() != place.camera) return;  // somebody moved on
    program.renderer.capture_next(
        [&program, place](CapturedImage&& picture) {
            --program.pictures_awaited;
            try {
                program.places.set_thumbnail(place, thumbnail_of(picture));
            } catch (const Error& error) {
                program.session.set_message({error.what(), error.hint()});
            }
            program.needs_frame = true;
        },
        true);
    ++program.pictures_awaited;
    program.needs_frame = true;
}

}  // namespace weft
