// One table of named commands behind keys, menus, command line and scripts. The table says what exists, how
// it is called, which keys start it and what its current value is; whoever owns the state binds what it does.
// Main thread. No window system in here: the window translates its key codes to `Key`.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// clang-format off
enum class Key {
    none,
    a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z,
    digit_0, digit_1, digit_2, digit_3, digit_4, digit_5, digit_6, digit_7, digit_8, digit_9,
    f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12,
    escape, tab, enter, space, backspace, del, left, right, up, down, home, end, page_up, page_down,
    minus, equal, comma, period, slash, bracket_left, bracket_right,
};
// clang-format on

struct KeyChord {
    Key key = Key::none;
    bool ctrl = false, shift = false, alt = false;
    bool operator==(const KeyChord&) const = default;
};

// "Ctrl+Shift+Left", "PageUp", "[".
std::string chord_text(const KeyChord& chord);

// All keys of a command, "Ctrl+1 .. 9" where each has its own argument.
struct Command;
std::string keys_text(const Command& command);

// Who owns the plain keys: the prompt line, or the flight and the single-key commands.
enum class InputMode { typing, flying };
enum class WhenActive { always, typing, flying };

enum class ArgumentType {
    none,
    toggle,  // on | off; without an argument the other one
    number,
    text,    // the rest of the line; checked by whoever bound the command
    choice,  // one of `choices`
    held,    // on while the key is down: run with "on" at press, "off" at release
};

struct Command {
    std::string name;              // "view.fold"
    std::string help;              // one sentence
    std::vector<KeyChord> chords;  // default keys; may be empty
    WhenActive when = WhenActive::always;
    ArgumentType argument = ArgumentType::none;
    std::vector<std::string> choices;
    bool repeats = false;                                  // a key that is held down runs it again
    std::function<void(const std::string& argument)> run;  // empty until bound
    std::function<std::string()> value;                    // what F1 shows; may be empty
    std::vector<std::string> chord_arguments = {};         // what each of `chords` gives; empty: nothing
};

class CommandTable {
  public:
    CommandTable();  // every command, none bound

    const std::vector<Command>& all() const { return commands_; }
    // Throws UsageError with the nearest spelling.
    const Command& at(std::string_view name) const;
    // null: this chord does nothing in this mode.
    const Command* find(const KeyChord& chord, InputMode mode) const;

    void bind(std::string_view name, std::function<void(const std::string& argument)> run,
              std::function<std::string()> value = {});
    std::vector<std::string> unbound() const;

    // Checks the argument, then runs. Throws UsageError for a wrong name or argument, Error where nothing is
    // bound.
    void run(std::string_view name, const std::string& argument = {}) const;
    // "name argument", as a script writes it; empty lines and lines that start with '#' do nothing.
    void run_line(std::string_view line) const;

  private:
    std::vector<Command> commands_;
};

}  // namespace weft
