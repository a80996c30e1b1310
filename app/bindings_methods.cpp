// What the commands of quantities, their options and targets and of heads that are taken away do in the
// window.
#include <algorithm>
#include <string>

#include "analysis/error.h"
#include "app/ablation_choice.h"
#include "app/bindings.h"
#include "app/target_name.h"
#include "app/view_options.h"
#include "scenes/shown_block.h"

namespace weft {

namespace {

void change_options(Program& program, const std::function<void(MethodOptions&)>& change) {
    MethodOptions options = program.session.method_options();
    change(options);
    if (options != program.session.method_options()) program.session.set_method_options(std::move(options));
}

void bind_quantities(Program& program) {
    Session& session = program.session;
    CommandTable& commands = program.commands;
    PanelState& panels = program.panels;
    ViewState& view = session.view();
    const auto quantity = [&view] { return view.quantity; };
    commands.bind(
        "quantity.set",
        [&program](const std::string& a) {
            program.session.set_quantity(a);
            program.panels.method.clear();
        },
        quantity);
    commands.bind(
        "quantity.next",
        [&program](const std::string&) {
            program.session.next_quantity();
            program.panels.method.clear();
        },
        quantity);
    commands.bind(
        "strip.set", [&view](const std::string& a) { set_view_option(view, "strip", a); },
        [&view] { return view.strip.empty() ? std::string("none") : view.strip; });
    commands.bind(
        "method.choose",
        [&program](const std::string& a) {
            const std::vector<std::string>& drawn = quantity_names();
            if (std::ranges::find(drawn, a) != drawn.end()) program.commands.run("quantity.set", a);
            program.panels.method = a;
        },
        [&program] {
            return program.panels.method.empty() ? program.session.view().quantity : program.panels.method;
        });
    commands.bind("method.compute", [&panels](const std::string& a) { panels.asked.insert(a); });
    commands.bind("method.cancel", [&session, &panels](const std::string&) {
        panels.asked.clear();
        session.cancel_method();
    });
    const auto option = [&](const char* name,
                            const std::function<void(MethodOptions&, const std::string&)>& set,
                            const std::function<std::string(const MethodOptions&)>& value) {
        commands.bind(
            name,
            [&program, set](const std::string& a) {
                change_options(program, [&](MethodOptions& options) { set(options, a); });
            },
            [&session, value] { return value(session.method_options()); });
    };
    option(
        "method.residual",
        [](MethodOptions& o, const std::string& a) {
            o.rollout.residual = parse_number("method.residual", a, 0, 1);
        },
        [](const MethodOptions& o) { return number_text(o.rollout.residual); });
    option(
        "method.discard",
        [](MethodOptions& o, const std::string& a) {
            o.rollout.discard = parse_number("method.discard", a, 0, 1);
        },
        [](const MethodOptions& o) { return number_text(o.rollout.discard); });
    static const std::vector<std::string> fuses{"mean", "max", "min", "one head", "weights"};
    option(
        "method.fuse",
        [](MethodOptions& o, const std::string& a) {
            o.rollout.fuse = Fuse(parse_choice("method.fuse", a, fuses));
        },
        [](const MethodOptions& o) { return fuses.at(size_t(o.rollout.fuse)); });
    option(
        "method.steps",
        [](MethodOptions& o, const std::string& a) {
            o.ig_steps = parse_integer("method.steps", a, 1, 10'000);
        },
        [](const MethodOptions& o) { return std::to_string(o.ig_steps); });
    option(
        "method.attention_steps",
        [](MethodOptions& o, const std::string& a) {
            o.attention_ig_steps = parse_integer("method.attention_steps", a, 1, 10'000);
        },
        [](const MethodOptions& o) { return std::to_string(o.attention_ig_steps); });
    option(
        "method.rule",
        [](MethodOptions& o, const std::string& a) {
            o.ig_rule = QuadratureRule(parse_choice("method.rule", a, quadrature_names()));
        },
        [](const MethodOptions& o) { return quadrature_names().at(size_t(o.ig_rule)); });
    option(
        "method.tolerance",
        [](MethodOptions& o, const std::string& a) {
            o.ig_tolerance = parse_number("method.tolerance", a, 1e-6, 1);
        },
        [](const MethodOptions& o) { return number_text(o.ig_tolerance); });
    option(
        "method.baseline", [](MethodOptions& o, const std::string& a) { o.baseline = a; },
        [](const MethodOptions& o) { return o.baseline; });

    const auto target = [&session] {
        const FramePtr frame = session.frame();
        return frame && frame->target ? target_name(*frame->target)
                                      : target_text(session.method_options().target);
    };
    commands.bind(
        "target.set", [&session](const std::string& a) { session.set_target(parse_target(a)); }, target);
    commands.bind(
        "target.reset", [&session](const std::string&) { session.set_target({}); }, target);
    commands.bind(
        "target.selected",
        [&program](const std::string&) { explain_word(program, program.session.view().selected); }, target);
}

// "L.H" of the shown attention, or the chosen head.
HeadAblation head_of(const Program& program, const std::string& argument) {
    const FramePtr frame = program.session.frame();
    if (!frame || frame->blocks.empty()) throw Error("there is no head yet", "Type a text.");
    HeadAblation head;
    head.kind = shown_block(*frame, program.session.view()).kind;
    head.layer = program.session.head_choice().layer;
    head.head = program.session.head_choice().head;
    if (argument.empty()) return head;
    ViewState wanted = program.session.view();
    set_view_option(wanted, "heads", argument);
    if (wanted.heads.size() != 1)
        throw UsageError("'" + argument + "' is not one head",
                         "Write layer and head, both counted from 0: 3.1.");
    check_view(wanted, *frame);
    head.layer = wanted.heads.front().first;
    head.head = wanted.heads.front().second;
    return head;
}

std::string ablations_value(const Session& session) {
    const size_t gone = session.ablations().size();
    return gone == 0 ? "none" : std::to_string(gone) + (gone == 1 ? " head" : " heads");
}

void bind_ablations(Program& program) {
    Session& session = program.session;
    CommandTable& commands = program.commands;
    const auto value = [&session] { return ablations_value(session); };
    const auto toggling = [&](const char* name, bool to_mean) {
        commands.bind(
            name,
            [&program, to_mean](const std::string& a) {
                HeadAblation head = head_of(program, a);
                head.to_mean = to_mean;
                if (!program.session.model())
                    throw Error("a head cannot be taken away here",
                                "A trace holds the attention alone: open the model itself.");
                program.session.set_ablations(toggled_ablation(program.session.ablations(), head));
            },
            value);
    };
    toggling("ablate.head", false);
    toggling("ablate.mean", true);
    commands.bind(
        "ablate.reset", [&session](const std::string&) { session.set_ablations({}); }, value);
    commands.bind(
        "heads.sort",
        [&program](const std::string& a) {
            PanelState& panels = program.panels;
            const auto order = HeadColumn(parse_choice("heads.sort", a, head_column_names()));
            const bool is_same = order == panels.head_order;
            panels.heads_descending = is_same ? !panels.heads_descending : order != HeadColumn::name;
            panels.head_order = order;
        },
        [&program] { return head_column_names().at(size_t(program.panels.head_order)); });
}

}  // namespace

void explain_word(Program& program, const Focus& word) {
    Session& session = program.session;
    const FramePtr frame = session.frame();
    if (!frame || frame->blocks.empty() || (word.query < 0 && word.key < 0))
        throw Error("no word is selected",
                    "Click a word, or Alt+click it to explain what the model says there.");
    const std::optional<ModelSummary> model = session.model();
    if (!model)
        throw Error("there is no target here", "A trace holds the attention alone: open the model itself.");
    const AttentionBlock& block = shown_block(*frame, session.view());
    const bool is_key = word.query < 0;
    // Of two stacks the decoder's rows are explained.
    const uint32_t stack = is_key ? block.key_stack : block.query_stack;
    if (stack + 1 != frame->stacks.size())
        throw Error("this word is read, not predicted", "Choose a word of the text that the model writes.");
    session.set_target(
        target_at(is_key ? word.key : word.query, explains_logits(*frame, model->architecture)));
}

void bind_methods(Program& program) {
    bind_quantities(program);
    bind_ablations(program);
}

}  // namespace weft
