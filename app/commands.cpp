#include "app/commands.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "analysis/error.h"
#include "analysis/method/method_options.h"
#include "analysis/method/method_table.h"
#include "analysis/spelling.h"
#include "app/head_list.h"
#include "app/view_options.h"

namespace weft {

namespace {

using enum ArgumentType;

constexpr KeyChord plain(Key key) {
    return {key};
}
constexpr KeyChord ctrl(Key key) {
    return {key, true, false, false};
}
constexpr KeyChord shift(Key key) {
    return {key, false, true, false};
}
constexpr KeyChord ctrl_shift(Key key) {
    return {key, true, true, false};
}

using Chords = std::vector<KeyChord>;
using Choices = std::vector<std::string>;

// name, help, keys, active, argument, choices, repeats
std::vector<Command> default_commands() {
    const auto always = WhenActive::always;
    const auto typing = WhenActive::typing;
    const auto flying = WhenActive::flying;
    auto command = [](const char* name, const char* help, Chords chords, WhenActive when,
                      ArgumentType argument = none, Choices choices = {}) {
        return Command{name, help, std::move(chords), when, argument, std::move(choices), false, {}, {}, {}};
    };
    auto repeating = [&command](const char* name, const char* help, Chords chords, WhenActive when) {
        Command repeated = command(name, help, std::move(chords), when);
        repeated.repeats = true;
        return repeated;
    };
    auto digits = [&command](const char* name, const char* help, bool has_ctrl, bool has_shift,
                             bool has_alt) {
        Command made = command(name, help, {}, WhenActive::always, text);
        for (int digit = 1; digit <= 9; ++digit) {
            const auto key = static_cast<Key>(static_cast<int>(Key::digit_0) + digit);
            made.chords.push_back({key, has_ctrl, has_shift, has_alt});
            made.chord_arguments.push_back(std::to_string(digit));
        }
        return made;
    };
    return {
        command("help.toggle", "Show every key with its current value.", {plain(Key::f1)}, always, toggle),
        command("input.switch", "Switch between typing and flying.", {plain(Key::tab), plain(Key::enter)},
                always),
        command("prompt.focus", "Type: keys go to the prompt line.", {plain(Key::slash)}, flying),
        command("flight.focus", "Fly: keys move the camera and run commands.", {}, always),
        command("selection.clear", "Leave typing; while flying, clear the selection.", {plain(Key::escape)},
                always),
        command("ui.toggle", "Hide or show panels and hints.", {plain(Key::f10)}, always, toggle),
        command("panel.toggle", "Open or close the matrix panel.", {plain(Key::i)}, flying, toggle),
        command("choices.toggle", "Open or close the panel of what is shown.",
                {plain(Key::o), plain(Key::f2)}, flying, toggle),
        command("timings.toggle", "Show the time of every pass and of the analysis.", {plain(Key::f3)},
                always, toggle),
        command("window.fullscreen", "Fill the screen or leave it.", {plain(Key::f11)}, always, toggle),
        command("app.quit", "Close the program.", {ctrl(Key::q)}, always),

        command("record.toggle", "Start or stop recording a video.", {plain(Key::r)}, flying, toggle),
        command("screenshot", "Save the picture as PNG (argument: the file).", {plain(Key::f12)}, always,
                text),
        command("text.set", "Replace the sentence.", {}, always, text),
        command("model.set", "Another model: a folder, an installed name or ORG/NAME@REVISION.", {}, always,
                text),
        command("model.cancel", "Give up the model that is loading.", {}, always),
        command("models.toggle", "Open or close the list of models.", {plain(Key::f4)}, always, toggle),
        command("predictions.toggle", "Open or close what the model predicts.", {plain(Key::f5)}, always,
                toggle),
        command("method.toggle", "Open or close the list of quantities and what they mean.", {plain(Key::f7)},
                always, toggle),
        command("heads.toggle", "Open or close the table and the map of the heads.", {plain(Key::f8)}, always,
                toggle),
        command("curves.toggle", "Open or close the curves over layers, heads and tokens.", {plain(Key::f9)},
                always, toggle),
        command("agreement.toggle", "Open or close the agreement of attributions.", {shift(Key::f9)}, always,
                toggle),
        repeating("generate.next", "Add the most probable next token.", {ctrl(Key::space)}, always),
        command("trace.open", "Open a recorded attention trace.", {}, always, text),
        repeating("watch.previous", "Of a watched folder: the trace before.", {plain(Key::left)}, flying),
        repeating("watch.next", "Of a watched folder: the trace after.", {plain(Key::right)}, flying),
        command("watch.newest", "Of a watched folder: the newest trace, and each that arrives.",
                {plain(Key::end)}, flying),

        command("camera.default", "View from the default side.", {plain(Key::digit_1)}, flying),
        command("camera.front", "View from the front: layers by tokens.", {plain(Key::digit_2)}, flying),
        command("camera.top", "View from above: layers by heads.", {plain(Key::digit_3)}, flying),
        command("camera.end", "View down the layers.", {plain(Key::digit_4)}, flying),
        command("camera.head", "Fly into the chosen head.", {plain(Key::digit_5)}, flying),
        command("camera.token", "Fly along the chosen token.", {plain(Key::digit_6)}, flying),
        command("camera.frame", "Frame everything.", {plain(Key::f)}, flying),
        command("camera.set", "A view by name or a camera as JSON.", {}, always, text),
        command("camera.selection", "Fly to what is selected.", {shift(Key::f)}, flying),
        digits("place.fly", "Fly to a saved place: its key or name.", true, false, false),
        digits("place.cut", "Cut to a saved place: its key or name.", false, false, true),
        digits("place.save", "Save this view as a place: its key, its name or both.", true, true, false),
        command("place.rename", "Name the place with this key anew: KEY NAME.", {}, always, text),
        command("place.delete", "Delete a saved place: its key or name.", {}, always, text),
        command("place.undo", "Undo the last change of the saved places.", {}, always),
        command("places.toggle", "Open or close the saved places.", {shift(Key::p)}, flying, toggle),
        command("places.pins", "Pins where saved places are seen from.", {}, always, toggle),
        command("places.export", "Write the saved places to a JSON file.", {}, always, text),
        command("places.import", "Add the places of a JSON file.", {}, always, text),
        command("path.show", "Cameras along the default path.", {}, always, toggle),
        command("path.play", "Play the 20-second default path.", {plain(Key::f6)}, always),

        command("flight.forward", "Fly forward.", {plain(Key::w)}, flying, held),
        command("flight.back", "Fly back.", {plain(Key::s)}, flying, held),
        command("flight.left", "Fly left.", {plain(Key::a)}, flying, held),
        command("flight.right", "Fly right.", {plain(Key::d)}, flying, held),
        command("flight.up", "Fly up.", {plain(Key::e)}, flying, held),
        command("flight.down", "Fly down.", {plain(Key::q)}, flying, held),
        command("flight.speed", "Flight speed in units per second.", {}, always, number),
        repeating("flight.faster", "Fly faster.", {plain(Key::page_up)}, flying),
        repeating("flight.slower", "Fly slower.", {plain(Key::page_down)}, flying),

        command("scene.next", "Show images and two stacks as what they are, or all as panes of tokens.",
                {plain(Key::u)}, flying),
        command("scene.set", "The place that is shown: made for the input, panes of tokens, or a sheet.", {},
                always, choice, {"auto", "stack", "heads", "neurons"}),
        command("scene.heads", "Show all heads as tiles of one sheet, or go back.", {plain(Key::h)}, flying),
        command("scene.neurons", "Show the chosen head's queries and keys, or go back.", {plain(Key::j)},
                flying),
        command("image.next_look", "On an image: light on what is read, or a map of colours.",
                {shift(Key::h)}, flying),
        command("image.look", "How numbers lie on an image.", {}, always, choice, {"spotlight", "map"}),
        command("image.smooth", "Smooth numbers between the patches of an image.", {plain(Key::z)}, flying,
                toggle),
        command("image.opacity", "Of what lies on an image, 0 to 1.", {}, always, number),
        command("map.set", "Colours of numbers: default, viridis, cividis, magma, plasma, or a strip's file.",
                {}, always, text),
        command("view.fold", "Fold the heads into one flat graph.", {plain(Key::g)}, flying, toggle),
        command("view.stack", "Let layers go up instead of right.", {plain(Key::t)}, flying, toggle),
        command("view.neighbours", "Fold lines between neighbouring tokens.", {plain(Key::n)}, flying,
                toggle),
        command("view.labels", "Show the words.", {plain(Key::l)}, flying, toggle),
        command("motion.toggle", "Pulses and motion on or off.", {plain(Key::p)}, flying, toggle),
        command("motion.reduced", "Cut instead of moving the camera.", {}, always, toggle),
        command("wave.play", "Send one wave of pulses through the layers.", {plain(Key::space)}, flying),

        command("quantity.next", "Show the next quantity.", {plain(Key::v)}, flying),
        command("quantity.set", "What the lines show.", {}, always, choice, quantity_names()),
        command("strip.set", "What colours the words.", {}, always, choice, strip_names()),
        command("method.choose", "Explain a method and show it where it can be drawn.", {}, always, choice,
                method_names()),
        command("method.compute", "Compute a method as long as its panel is open.", {}, always, choice,
                method_names()),
        command("method.cancel", "Give up the method that is computed.", {}, always),
        command("method.residual", "Share of the residual in rollout and flow, 0 to 1.", {}, always, number),
        command("method.fuse", "How rollout and flow fuse heads.", {}, always, choice,
                {"mean", "max", "min"}),
        command("method.discard", "Share of the smallest weights that rollout and flow leave out.", {},
                always, number),
        command("method.steps", "Nodes of integrated gradients, of the adaptive rule the most that it takes.",
                {}, always, number),
        command("method.attention_steps", "Nodes of integrated gradients of attention.", {}, always, number),
        command("method.rule", "Where the nodes of integrated gradients lie.", {}, always, choice,
                quadrature_names()),
        command("method.tolerance",
                "What delta of the adaptive rule may be of the change of y, 0.000001 to 1.", {}, always,
                number),
        command("method.baseline", "What integrated gradients start from: zero, pad, mask, unk or a token.",
                {}, always, text, {"zero", "pad", "mask", "unk"}),
        command("target.set", "What is explained: auto, norm, NAME, NAME@ROW, @ROW, similarity:TEXT.", {},
                always, text),
        command("target.selected", "Explain what the model says at the selected word.", {plain(Key::y)},
                flying),
        command("target.reset", "Explain what the model itself puts first.", {}, always),
        command("ablate.head", "Set a head to 0 or give it back: L.H, else the chosen one.", {plain(Key::b)},
                flying, text),
        command("ablate.mean", "Set a head to its mean or give it back: L.H, else the chosen one.",
                {shift(Key::b)}, flying, text),
        command("ablate.reset", "Give all heads back.", {ctrl(Key::b)}, always),
        command("heads.sort", "Sort the table of heads; again: the other way round.", {}, always, choice,
                head_column_names()),
        command("attention.next", "Of two stacks: show encoder, decoder or cross-attention.", {plain(Key::x)},
                flying),
        command("attention.set", "Which attention of two stacks is shown.", {}, always, choice,
                {"encoder", "decoder", "cross"}),
        repeating("layer.next", "Show the next layer alone.", {plain(Key::bracket_right)}, flying),
        repeating("layer.previous", "Show the previous layer alone.", {plain(Key::bracket_left)}, flying),
        command("layers.set", "Layers that are shown: A-B, or all.", {}, always, text),
        repeating("head.next", "Show the next head alone.", {plain(Key::period)}, flying),
        repeating("head.previous", "Show the previous head alone.", {plain(Key::comma)}, flying),
        command("heads.set", "Heads that are shown: L.H,L.H,... or all.", {}, always, text),
        command("heads.all", "Show all layers and all heads.", {plain(Key::digit_0)}, flying),
        command("query.mean", "Of an image: the mean of all queries.", {shift(Key::j)}, flying),
        command("query.set", "Select a token as the query, by its number; -1: none.", {}, always, number),

        command("threshold.next", "Choose lines by budget, value, top-k or share of each row.",
                {plain(Key::m)}, flying),
        command("threshold.mode", "How lines are chosen.", {}, always, choice,
                {"budget", "value", "top-k", "mass"}),
        command("threshold.set", "The number of the threshold's mode.", {}, always, number),
        repeating("threshold.raise", "Fewer lines.", {plain(Key::equal)}, flying),
        repeating("threshold.lower", "More lines.", {plain(Key::minus)}, flying),
        command("sinks.next", "Weight on sinks as bars, as lines, or hidden.", {plain(Key::k)}, flying),
        command("sinks.set", "How sinks are shown.", {}, always, choice, {"bars", "lines", "hidden"}),
        command("segments.set", "Of two texts: all lines, or what one reads of one (ab: A reads B).", {},
                always, choice, {"all", "aa", "ab", "ba", "bb"}),
        command("theme.next", "Next theme.", {plain(Key::c)}, flying),
        command("theme.set", "Colours.", {}, always, choice, {"dark", "light", "projector"}),
        command("arrows.toggle", "Arrow heads where lines end.", {}, always, toggle),
        command("prop.show", "Stand a mesh in the picture: FILE.obj, or none.", {}, always, text),
        command("prop.at", "Where it stands: X,Y,Z or selection.", {}, always, text),
        command("prop.scale", "How large it is, in units of the scene.", {}, always, number),
        command("palette.set", "Colours of heads: the theme's own, or Okabe and Ito's.", {}, always, choice,
                {"theme", "okabe-ito"}),
        command("ui.scale", "Size of text and panels, 0.5 to 3.", {}, always, number),
        repeating("ui.larger", "Larger text.", {ctrl(Key::equal)}, always),
        repeating("ui.smaller", "Smaller text.", {ctrl(Key::minus)}, always),

        repeating("prompt.previous", "Caret back by a character.", {plain(Key::left)}, typing),
        repeating("prompt.next", "Caret forward by a character.", {plain(Key::right)}, typing),
        repeating("prompt.previous_word", "Caret back by a word.", {ctrl(Key::left)}, typing),
        repeating("prompt.next_word", "Caret forward by a word.", {ctrl(Key::right)}, typing),
        command("prompt.start", "Caret to the start.", {plain(Key::home), plain(Key::up)}, typing),
        command("prompt.end", "Caret to the end.", {plain(Key::end), plain(Key::down)}, typing),
        repeating("prompt.select_previous", "Select back by a character.", {shift(Key::left)}, typing),
        repeating("prompt.select_next", "Select forward by a character.", {shift(Key::right)}, typing),
        repeating("prompt.select_previous_word", "Select back by a word.", {ctrl_shift(Key::left)}, typing),
        repeating("prompt.select_next_word", "Select forward by a word.", {ctrl_shift(Key::right)}, typing),
        command("prompt.select_start", "Select to the start.", {shift(Key::home), shift(Key::up)}, typing),
        command("prompt.select_end", "Select to the end.", {shift(Key::end), shift(Key::down)}, typing),
        command("prompt.select_all", "Select the whole sentence.", {ctrl(Key::a)}, typing),
        repeating("prompt.erase_previous", "Delete the character before the caret.", {plain(Key::backspace)},
                  typing),
        repeating("prompt.erase_next", "Delete the character after the caret.", {plain(Key::del)}, typing),
        repeating("prompt.erase_previous_word", "Delete the word before the caret.", {ctrl(Key::backspace)},
                  typing),
        repeating("prompt.erase_next_word", "Delete the word after the caret.", {ctrl(Key::del)}, typing),
        command("prompt.copy", "Copy the selection.", {ctrl(Key::c)}, typing),
        command("prompt.cut", "Cut the selection.", {ctrl(Key::x)}, typing),
        repeating("prompt.paste", "Paste.", {ctrl(Key::v)}, typing),
        repeating("prompt.undo", "Undo the last change of the sentence.", {ctrl(Key::z)}, typing),
        repeating("prompt.redo", "Do it again.", {ctrl(Key::y), ctrl_shift(Key::z)}, typing),
        repeating("view.undo", "Take back what was chosen last of what is shown.", {ctrl(Key::z)}, flying),
        repeating("view.redo", "Choose it again.", {ctrl(Key::y), ctrl_shift(Key::z)}, flying),
        command("prompt.insert", "Type text at the caret.", {}, always, text),
    };
}

// In the order of Key from escape on.
constexpr std::array<const char*, 21> named_keys = {
    "Esc", "Tab",    "Enter",    "Space", "Backspace", "Delete", "Left", "Right", "Up", "Down", "Home",
    "End", "PageUp", "PageDown", "-",     "=",         ",",      ".",    "/",     "[",  "]"};

std::string key_text(Key key) {
    if (key == Key::none) return "";
    if (key <= Key::z) return std::string(1, static_cast<char>('A' + (int(key) - int(Key::a))));
    if (key <= Key::digit_9) return std::to_string(int(key) - int(Key::digit_0));
    if (key <= Key::f12) return std::string("F").append(std::to_string(1 + int(key) - int(Key::f1)));
    return named_keys.at(size_t(key) - size_t(Key::escape));
}

bool is_active(WhenActive when, InputMode mode) {
    return when == WhenActive::always || (when == WhenActive::typing) == (mode == InputMode::typing);
}

std::string in_quotes(std::string_view text) {
    return "'" + std::string(text) + "'";
}

void check_choice(const Command& command, const std::string& argument) {
    if (std::ranges::find(command.choices, argument) != command.choices.end()) return;
    std::string list;
    for (const std::string& choice : command.choices) list += (list.empty() ? "" : ", ") + choice;
    const std::string near = nearest_spelling(argument, command.choices);
    throw UsageError(
        "command " + in_quotes(command.name) + " does not take " + in_quotes(argument),
        (near.empty() ? "" : "Did you mean " + in_quotes(near) + "? ") + ("One of: " + list + "."));
}

void check_number(const Command& command, const std::string& argument) {
    double number_read = 0.0;
    const auto [end, error] =
        std::from_chars(argument.data(), argument.data() + argument.size(), number_read);
    if (error != std::errc{} || end != argument.data() + argument.size() || !std::isfinite(number_read)) {
        throw UsageError("command " + in_quotes(command.name) + " needs a number, not " +
                         in_quotes(argument));
    }
}

void check_argument(const Command& command, const std::string& argument) {
    switch (command.argument) {
        case none:
            if (!argument.empty()) {
                throw UsageError("command " + in_quotes(command.name) + " takes no argument, not " +
                                 in_quotes(argument));
            }
            return;
        case toggle:
            if (argument.empty() || argument == "on" || argument == "off") return;
            throw UsageError("command " + in_quotes(command.name) + " takes 'on' or 'off', not " +
                             in_quotes(argument));
        case held:
            if (argument == "on" || argument == "off") return;
            throw UsageError("command " + in_quotes(command.name) + " takes 'on' or 'off', not " +
                             in_quotes(argument));
        case number:
            return check_number(command, argument);
        case choice:
            return check_choice(command, argument);
        case text:
            return;
    }
}

std::string_view trimmed(std::string_view line) {
    const size_t first = line.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string chord_text(const KeyChord& chord) {
    return std::string(chord.ctrl ? "Ctrl+" : "") + (chord.alt ? "Alt+" : "") +
           (chord.shift ? "Shift+" : "") + key_text(chord.key);
}

CommandTable::CommandTable() : commands_(default_commands()) {}

std::string keys_text(const Command& command) {
    if (command.chord_arguments.size() > 1)
        return chord_text(command.chords.front()) + " .. " + command.chord_arguments.back();
    std::string keys;
    for (const KeyChord& chord : command.chords) keys += (keys.empty() ? "" : ", ") + chord_text(chord);
    return keys;
}

const Command& CommandTable::at(std::string_view name) const {
    const auto found = std::ranges::find(commands_, name, &Command::name);
    if (found != commands_.end()) return *found;
    std::vector<std::string> names;
    for (const Command& command : commands_) names.push_back(command.name);
    const std::string near = nearest_spelling(name, names);
    throw UsageError("unknown command " + in_quotes(name),
                     near.empty() ? "F1 lists every command." : "Did you mean " + in_quotes(near) + "?");
}

const Command* CommandTable::find(const KeyChord& chord, InputMode mode) const {
    for (const Command& command : commands_) {
        const bool has_chord = std::ranges::find(command.chords, chord) != command.chords.end();
        if (has_chord && is_active(command.when, mode)) return &command;
    }
    return nullptr;
}

void CommandTable::bind(std::string_view name, std::function<void(const std::string&)> run,
                        std::function<std::string()> value) {
    const auto found = std::ranges::find(commands_, name, &Command::name);
    WEFT_ASSERT(found != commands_.end(), std::string(name));
    found->run = std::move(run);
    found->value = std::move(value);
}

std::vector<std::string> CommandTable::unbound() const {
    std::vector<std::string> names;
    for (const Command& command : commands_) {
        if (!command.run) names.push_back(command.name);
    }
    return names;
}

void CommandTable::run(std::string_view name, const std::string& argument) const {
    const Command& command = at(name);
    check_argument(command, argument);
    if (!command.run) throw Error("command " + in_quotes(name) + " does nothing here");
    command.run(argument);
}

void CommandTable::run_line(std::string_view line) const {
    const std::string_view trimmed_line = trimmed(line);
    if (trimmed_line.empty() || trimmed_line.front() == '#') return;
    const size_t end_of_name = std::min(trimmed_line.find_first_of(" \t"), trimmed_line.size());
    run(trimmed_line.substr(0, end_of_name), std::string(trimmed(trimmed_line.substr(end_of_name))));
}

}  // namespace weft
