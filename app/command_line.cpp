#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>

#include "analysis/error.h"
#include "analysis/method/method_table.h"
#include "analysis/spelling.h"
#include "analysis/version.h"
#include "app/command_line_table.h"

namespace weft {

namespace {

using Arguments = std::vector<std::string>;

std::string in_quotes(const std::string& text) {
    return "'" + text + "'";
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates,
                         const std::string& otherwise) {
    const std::string near = nearest_spelling(word, candidates);
    return near.empty() ? otherwise : "Did you mean " + in_quotes(near) + "?";
}

const SubcommandRow& row_of(Subcommand subcommand) {
    return *std::ranges::find(subcommand_table(), subcommand, &SubcommandRow::subcommand);
}

std::string program_help() {
    std::string text =
        "weft draws a transformer's attention as a place that you fly through.\n\n"
        "Usage: weft [command] [options]     without a command: view\n\nCommands:\n";
    for (const SubcommandRow& row : subcommand_table()) {
        text += "  " + std::string(row.name) + std::string(12 - std::string_view(row.name).size(), ' ') +
                row.help + "\n";
    }
    return text +
           "\nExamples:\n"
           "  weft --text \"The animal didn't cross the street because it was too tired.\"\n"
           "  weft view --text \"Hello world\" --output hello.png --camera front --fold\n"
           "  weft record --type \"Hello world\" --output hello.mp4\n"
           "  weft analyze --text \"Hello world\" --output hello.safetensors\n\n"
           "'weft COMMAND --help' lists the options of a command. 'weft --version' prints the version.\n";
}

bool takes_trace(Subcommand subcommand) {
    return subcommand == Subcommand::view || subcommand == Subcommand::record ||
           subcommand == Subcommand::analyze;
}

std::string subcommand_help(const SubcommandRow& row) {
    std::string text = std::string(row.help) + "\n\nUsage: " + row.usage + "\n";
    if (takes_trace(row.subcommand))
        text += "\n  FILE                        A recorded attention trace (.safetensors).\n";
    text += "\nOptions:\n";
    for (const OptionRow& option : option_table()) {
        if (!(option.subcommands & bit(row.subcommand))) continue;
        std::string left = std::string("  ") + option.name + " " + option.value_name;
        left.resize(std::max<size_t>(left.size() + 1, 30), ' ');
        text += left + option.help + "\n";
    }
    text += "  --help                      This text.\n";
    if (row.subcommand == Subcommand::analyze) {
        text += "\nMethods:\n";
        for (const MethodRow& method : method_table()) {
            std::string left = "  " + method.name;
            left.resize(std::max<size_t>(left.size() + 1, 36), ' ');
            text += left + method.title + (method.paper.empty() ? "" : " (" + method.paper + ")") + "\n";
        }
    }
    return text;
}

bool looks_like_file(const std::string& word) {
    std::error_code ignored;
    return word.find('/') != std::string::npos || word.find('.') != std::string::npos ||
           std::filesystem::exists(word, ignored);
}

// Takes the command's name off the arguments; without one it is view.
Subcommand take_subcommand(Arguments& arguments) {
    if (arguments.empty() || arguments.front().starts_with('-')) return Subcommand::view;
    const std::string word = arguments.front();
    const auto row = std::ranges::find(subcommand_table(), word, &SubcommandRow::name);
    if (row != subcommand_table().end()) {
        arguments.erase(arguments.begin());
        return row->subcommand;
    }
    if (looks_like_file(word)) return Subcommand::view;
    std::vector<std::string> names;
    for (const SubcommandRow& known : subcommand_table()) names.emplace_back(known.name);
    throw UsageError("unknown command " + in_quotes(word),
                     did_you_mean(word, names, "'weft --help' lists the commands."));
}

[[noreturn]] void refuse_unknown(const std::string& word, const SubcommandRow& row) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with('-')) {
        throw UsageError(
            "weft " + std::string(row.name) + " does not know what " + in_quotes(word) + " is for",
            "A text with spaces needs quotes: --text \"...\".");
    }
    std::vector<std::string> names;
    for (const OptionRow& option : option_table()) {
        if (option.name == name) {
            throw UsageError("option " + in_quotes(name) + " is not for 'weft " + row.name + "'",
                             "'weft " + std::string(row.name) + " --help' lists its options.");
        }
        if (option.subcommands & bit(row.subcommand)) names.emplace_back(option.name);
    }
    throw UsageError(
        "unknown option " + in_quotes(name),
        did_you_mean(name, names, "'weft " + std::string(row.name) + " --help' lists the options."));
}

// What was given, by option name, in the order of the table.
using Given = std::map<std::string, std::string>;

struct Parsed {
    Given options;
    std::string file;
    std::vector<std::string> parts;
    bool wants_help = false;
};

Parsed parse_with_cli11(const SubcommandRow& row, Arguments arguments) {
    Parsed parsed;
    CLI::App cli{row.help, std::string("weft ") + row.name};
    cli.set_help_flag();
    cli.allow_extras();
    CLI::Option* help = cli.add_flag("--help,-h");
    if (takes_trace(row.subcommand)) cli.add_option("FILE", parsed.file);
    if (row.subcommand == Subcommand::merge) cli.add_option("PART", parsed.parts);
    std::map<std::string, std::string> values;
    std::map<std::string, CLI::Option*> added;
    for (const OptionRow& option : option_table()) {
        if (!(option.subcommands & bit(row.subcommand))) continue;
        const bool is_flag = *option.value_name == '\0';
        added[option.name] =
            is_flag ? cli.add_flag(option.name) : cli.add_option(option.name, values[option.name]);
    }
    Arguments split;
    for (const std::string& argument : arguments) {
        // CLI11 takes "--text=" for "--text" and would eat the next argument.
        const bool empty_value =
            argument.size() > 3 && argument.starts_with("--") && argument.find('=') == argument.size() - 1;
        split.push_back(empty_value ? argument.substr(0, argument.size() - 1) : argument);
        if (empty_value) split.emplace_back();
    }
    std::reverse(split.begin(), split.end());  // CLI11 reads from the back
    for (const auto& [name, option] : added) {
        if (option->get_items_expected_max() > 0)
            option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    try {
        cli.parse(std::move(split));
    } catch (const CLI::ArgumentMismatch&) {
        throw UsageError("option " + in_quotes(arguments.back()) + " needs a value",
                         "'weft " + std::string(row.name) + " --help' shows what it takes.");
    } catch (const CLI::ParseError& error) {
        throw UsageError(error.what(), "'weft " + std::string(row.name) + " --help' lists the options.");
    }
    parsed.wants_help = help->count() > 0;
    if (const Arguments extras = cli.remaining(); !extras.empty() && !parsed.wants_help)
        refuse_unknown(extras.front(), row);
    for (const auto& [name, option] : added) {
        if (option->count() == 0) continue;
        if (option->count() > 1 && option->get_items_expected_max() > 0) {
            throw UsageError("option " + in_quotes(name) + " is given " + std::to_string(option->count()) +
                             " times");
        }
        parsed.options[name] = option->results().front();
    }
    return parsed;
}

void refuse_together(const Given& given, const std::vector<std::string>& names) {
    std::string list;
    int count = 0;
    for (const std::string& name : names) {
        if (!given.contains(name)) continue;
        list += (count++ ? " and " : "") + in_quotes(name);
    }
    if (count > 1) throw UsageError(list + " exclude each other", "Keep one of them.");
}

void check_combinations(const Options& options, const Given& given) {
    refuse_together(given, {"--mass", "--top-k", "--threshold"});
    refuse_together(given, {"--text", "--type"});
    for (const char* name : {"--text", "--image", "--repeat"}) refuse_together(given, {name, "--text-file"});
    if (options.shard && options.text_file.empty())
        throw UsageError("'--shard' needs '--text-file'", "It chooses some of the lines of a file.");
    for (const char* name : {"--text", "--type", "--pair"}) refuse_together(given, {name, "--image"});
    if (!options.trace_file.empty()) {
        for (const char* name :
             {"--model", "--text", "--text-file", "--image", "--pair", "--target-text", "--max-new-tokens",
              "--type", "--device", "--truncate", "--repeat", "--ablate", "--watch"}) {
            if (given.contains(name)) {
                throw UsageError("option " + in_quotes(name) + " does not go with the trace " +
                                     in_quotes(options.trace_file),
                                 "A trace brings its own tokens and attention: leave one of the two out.");
            }
        }
    }
    if (!options.watch_folder.empty()) {
        for (const char* name :
             {"--model", "--text", "--pair", "--device", "--ablate", "--output", "--time"}) {
            if (given.contains(name)) {
                throw UsageError("option " + in_quotes(name) + " does not go with '--watch'",
                                 "'--watch' shows the traces of a folder in a window as they arrive.");
            }
        }
    }
    const bool needs_output = options.subcommand == Subcommand::record ||
                              options.subcommand == Subcommand::analyze ||
                              options.subcommand == Subcommand::merge;
    const char* suffix =
        options.subcommand == Subcommand::record ? "FILE.mp4" : "FILE.safetensors, .json or .csv";
    if (needs_output && options.output.empty() && !options.finish) {
        throw UsageError(std::string("weft ") + row_of(options.subcommand).name + " needs --output",
                         std::string("Add --output ") + suffix + ".");
    }
    if (options.subcommand == Subcommand::analyze && !options.text && options.image.empty() &&
        options.text_file.empty() && options.trace_file.empty()) {
        throw UsageError(
            "weft analyze needs --text, --image or --text-file",
            "Add --text \"...\", --image FILE for a vision model, --text-file FILE for many texts, "
            "or give an attention trace.");
    }
    if (options.subcommand == Subcommand::merge && options.parts.empty()) {
        throw UsageError("weft merge needs the parts", "'weft merge PART... --output FILE' joins them.");
    }
    if (options.subcommand == Subcommand::tokenize && !options.text && !given.contains("--text-file")) {
        throw UsageError("weft tokenize needs --text or --text-file");
    }
    if (options.time_s && options.output.empty()) {
        throw UsageError("'--time' needs '--output'", "It chooses the moment of a picture file.");
    }
}

// The query's layer: the first that is shown.
void complete_selection(ViewState& view) {
    if (view.selected.kind != FocusKind::token) return;
    if (!view.heads.empty())
        view.selected.layer = view.heads.front().first;
    else if (view.last_layer >= 0)
        view.selected.layer = view.first_layer;  // else the session chooses
}

}  // namespace

Options parse_command_line(int argc, const char* const* argv) {
    Arguments arguments(argv + std::min(argc, 1), argv + argc);
    Options options;
    if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h")) {
        options.answer = program_help();
        return options;
    }
    if (!arguments.empty() && arguments.front() == "--version") {
        options.answer = std::string("weft ") + version() + "\n";
        return options;
    }
    options.subcommand = take_subcommand(arguments);
    const SubcommandRow& row = row_of(options.subcommand);
    const Parsed parsed = parse_with_cli11(row, std::move(arguments));
    if (parsed.wants_help) {
        options.answer = subcommand_help(row);
        return options;
    }
    options.trace_file = parsed.file;
    options.parts = parsed.parts;
    for (const OptionRow& option : option_table()) {
        if (const auto given = parsed.options.find(option.name); given != parsed.options.end()) {
            option.apply(options, given->second);
        }
    }
    check_combinations(options, parsed.options);
    complete_selection(options.view);
    return options;
}

}  // namespace weft
