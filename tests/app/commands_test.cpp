#include "app/commands.h"

#include <catch2/catch.hpp>
#include <set>

#include "analysis/error.h"

using namespace weft;

TEST_CASE("no two commands share a name, and no two a key in the same mode") {
    const CommandTable table;
    std::set<std::string> names;
    for (const Command& command : table.all()) {
        CAPTURE(command.name);
        CHECK(names.insert(command.name).second);
        CHECK(command.help.ends_with('.'));
        for (const KeyChord& chord : command.chords) {
            for (const InputMode mode : {InputMode::typing, InputMode::flying}) {
                const bool here = command.when == WhenActive::always ||
                                  (command.when == WhenActive::typing) == (mode == InputMode::typing);
                if (here) CHECK(table.find(chord, mode) == &command);
            }
        }
    }
}

TEST_CASE("no key that types a character runs a command while typing") {
    const CommandTable table;
    for (int key = int(Key::none); key <= int(Key::bracket_right); ++key) {
        const bool is_text = (key >= int(Key::a) && key <= int(Key::digit_9)) || key == int(Key::space) ||
                             key >= int(Key::minus);
        if (!is_text) continue;
        CAPTURE(chord_text({Key(key)}));
        CHECK(table.find({Key(key)}, InputMode::typing) == nullptr);
        CHECK(table.find({Key(key), false, true}, InputMode::typing) == nullptr);
    }
}

TEST_CASE("one key switches between typing and flying in both directions") {
    const CommandTable table;
    CHECK(table.find({Key::tab}, InputMode::typing)->name == "input.switch");
    CHECK(table.find({Key::tab}, InputMode::flying)->name == "input.switch");
    CHECK(table.find({Key::r}, InputMode::flying)->name == "record.toggle");
    CHECK(table.find({Key::f1}, InputMode::typing)->name == "help.toggle");
    CHECK(table.find({Key::f10}, InputMode::flying)->name == "ui.toggle");
}

TEST_CASE("a script line runs a command with its argument") {
    CommandTable table;
    std::string seen = "nothing";
    table.bind("text.set", [&](const std::string& argument) { seen = argument; });
    table.run_line("  text.set   Hello  world \n");
    CHECK(seen == "Hello  world");
    table.run_line("# text.set other");
    table.run_line("");
    CHECK(seen == "Hello  world");
}

TEST_CASE("arguments are checked before anything runs") {
    CommandTable table;
    int runs = 0;
    for (const char* name : {"theme.set", "view.fold", "camera.front", "flight.speed"}) {
        table.bind(name, [&](const std::string&) { ++runs; });
    }
    CHECK_THROWS_WITH(table.run_line("theme.set drak"), "command 'theme.set' does not take 'drak'");
    CHECK_THROWS_AS(table.run_line("view.fold maybe"), UsageError);
    CHECK_THROWS_AS(table.run_line("camera.front now"), UsageError);
    CHECK_THROWS_AS(table.run_line("flight.speed fast"), UsageError);
    CHECK_THROWS_AS(table.run_line("flight.speed nan"), UsageError);
    CHECK(runs == 0);
    for (const char* line :
         {"theme.set dark", "view.fold", "view.fold off", "camera.front", "flight.speed 2.5"}) {
        table.run_line(line);
    }
    CHECK(runs == 5);
}

TEST_CASE("an unknown command gets the nearest spelling") {
    const CommandTable table;
    try {
        table.run("veiw.fold");
        FAIL("accepted");
    } catch (const UsageError& error) {
        CHECK(std::string(error.what()) == "unknown command 'veiw.fold'");
        CHECK(error.hint() == "Did you mean 'view.fold'?");
    }
}

TEST_CASE("a command that nobody bound says so and is listed") {
    CommandTable table;
    CHECK_THROWS_WITH(table.run("camera.top"), "command 'camera.top' does nothing here");
    CHECK(table.unbound().size() == table.all().size());
    table.bind(
        "camera.top", [](const std::string&) {}, [] { return std::string("now"); });
    CHECK(table.unbound().size() == table.all().size() - 1);
    CHECK(table.at("camera.top").value() == "now");
}

TEST_CASE("chords read as people write them") {
    CHECK(chord_text({Key::left, true, true, false}) == "Ctrl+Shift+Left");
    CHECK(chord_text({Key::f10}) == "F10");
    CHECK(chord_text({Key::digit_3}) == "3");
    CHECK(chord_text({Key::bracket_right}) == "]");
    CHECK(chord_text({Key::escape}) == "Esc");
    CHECK(chord_text({Key::page_down}) == "PageDown");
    CHECK(chord_text({Key::z}) == "Z");
}
