// What every command of the table does in the window.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/error.h"
#include "analysis/trace.h"
#include "app/bindings.h"
#include "app/clock.h"
#include "app/file_name.h"
#include "app/program.h"
#include "app/session_settings.h"
#include "app/target_name.h"
#include "app/view_options.h"
#include "scenes/shown_block.h"

namespace weft {

std::string on_off(bool on) {
    return on ? "on" : "off";
}
bool toggled(bool now, const std::string& argument) {
    return argument.empty() ? !now : argument == "on";
}

std::string number_text(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", number);
    return text;
}

namespace {

std::string layers_text(const ViewState& view) {
    if (view.first_layer == 0 && view.last_layer < 0) return "all";
    if (view.first_layer == view.last_layer) return std::to_string(view.first_layer);
    return std::to_string(view.first_layer) + "-" + std::to_string(view.last_layer);
}

std::string heads_text(const ViewState& view) {
    if (view.heads.empty()) return "all";
    std::string text;
    for (const auto& [layer, head] : view.heads) {
        if (text.size() > 24) return text + ",..";
        text += (text.empty() ? "" : ",") + std::to_string(layer) + "." + std::to_string(head);
    }
    return text;
}

struct Shape {
    int layers = 1, heads = 1;
};

Shape shape_of(const Program& program) {
    const FramePtr frame = program.session.frame();
    if (!frame || frame->blocks.empty()) return {};
    const AttentionBlock& block = shown_block(*frame, program.session.view());
    return {std::max(1, int(block.layers)), std::max(1, int(block.heads))};
}

void step_layer(Program& program, int step) {
    ViewState& view = program.session.view();
    const int layers = shape_of(program).layers;
    // Where one layer is open and the others are pages beside it, they all stay.
    if (program.session.opens_layers())
        return program.session.open_layer((program.session.opened_layer() + step + layers) % layers);
    const bool all = view.first_layer == 0 && view.last_layer < 0;
    const int now = all ? (step > 0 ? -1 : 0) : view.first_layer;
    const int next = (now + step + layers) % layers;
    view.first_layer = view.last_layer = next;
    program.session.choose_head({next, program.session.head_choice().head});
}

void step_head(Program& program, int step) {
    const int heads = shape_of(program).heads;
    const HeadChoice now = program.session.head_choice();
    const HeadChoice next{now.layer, (now.head + step + heads) % heads};
    program.session.view().heads = {{next.layer, next.head}};
    program.session.choose_head(next);
}

void show_all(Program& program) {
    ViewState& view = program.session.view();
    view.first_layer = 0;
    view.last_layer = -1;
    view.heads.clear();
    view.selected = {};
}

void set_threshold(Thresholding& threshold, double number) {
    switch (threshold.mode) {
        case ThresholdMode::budget:
            threshold.budget = std::clamp(int(number), 0, 1'000'000);
            return;
        case ThresholdMode::value:
            threshold.value = float(std::clamp(number, 0.0, 1.0));
            return;
        case ThresholdMode::top_k:
            threshold.top_k = std::clamp(int(number), 1, 1'000'000);
            return;
        case ThresholdMode::mass:
            threshold.mass = float(std::clamp(number, 0.0, 1.0));
            return;
    }
}

// Fewer (+1) or more (-1) lines, in steps that can be seen.
void step_threshold(Program& program, int step) {
    Thresholding& threshold = program.session.view().threshold;
    switch (threshold.mode) {
        case ThresholdMode::budget: {
            const TextStackPlan* plan = program.session.plan();
            const int now = threshold.budget > 0 ? threshold.budget : plan ? int(plan->ledger.lines) : 650;
            return set_threshold(threshold, std::max(10.0, std::round(now * (step > 0 ? 0.8 : 1.25))));
        }
        case ThresholdMode::value:
            return set_threshold(threshold, std::clamp(threshold.value + 0.02 * step, 0.01, 1.0));
        case ThresholdMode::top_k:
            return set_threshold(threshold, threshold.top_k - step);
        case ThresholdMode::mass:
            return set_threshold(threshold, std::clamp(threshold.mass - 0.05 * step, 0.05, 1.0));
    }
}

void bind_views(Program& program) {
    Session& session = program.session;
    CommandTable& commands = program.commands;
    const auto preset = [&](const char* name, CameraPreset which) {
        commands.bind(
            name,
            [&session, which](const std::string&) {
                session.leave_sheet();
                session.show_preset(which);
            },
            [&session, which] { return session.preset() == which ? "shown" : ""; });
    };
    preset("camera.default", CameraPreset::default_view);
    preset("camera.front", CameraPreset::front);
    preset("camera.top", CameraPreset::top);
    preset("camera.end", CameraPreset::end);
    preset("camera.token", CameraPreset::token);
    commands.bind(
        "camera.head", [&session](const std::string&) { session.enter_head(session.head_choice()); },
        [&session] {
            return std::to_string(session.head_choice().layer) + "." +
                   std::to_string(session.head_choice().head);
        });
    commands.bind("camera.frame", [&session](const std::string&) {
        session.leave_sheet();
        session.show_preset(session.preset().value_or(CameraPreset::default_view));
    });
    commands.bind(
        "camera.set",
        [&session](const std::string& value) {
            const CameraChoice choice = parse_camera(value);
            if (!choice.camera) return session.show_preset(choice.preset);
            session.camera_taken_by_hand();
            session.animator().fly_to(*choice.camera);
        },
        [&session] { return camera_json(session.animator().camera()); });
    commands.bind(
        "path.play",
        [&session](const std::string&) {
            session.show() == Show::path ? session.end_show() : session.play(Show::path);
        },
        [&session] { return on_off(session.show() == Show::path); });
    commands.bind(
        "view.fold", [&session](const std::string& a) { session.set_fold(toggled(session.is_folded(), a)); },
        [&session] { return on_off(session.is_folded()); });
    commands.bind(
        "view.stack",
        [&session](const std::string& a) { session.set_stack(toggled(session.is_stacked(), a)); },
        [&session] { return on_off(session.is_stacked()); });
    commands.bind("wave.play", [&session](const std::string&) { session.animator().restart_wave(); });
}

void bind_flight(Program& program) {
    CommandTable& commands = program.commands;
    const auto held = [&](const char* name, bool HeldFlight::*which) {
        commands.bind(name, [&program, which](const std::string& a) { program.held.*which = a == "on"; });
    };
    held("flight.forward", &HeldFlight::forward);
    held("flight.back", &HeldFlight::back);
    held("flight.left", &HeldFlight::left);
    held("flight.right", &HeldFlight::right);
    held("flight.up", &HeldFlight::up);
    held("flight.down", &HeldFlight::down);
    const auto speed = [&program] { return number_text(program.flight.speed_u_s()) + " u/s"; };
    commands.bind(
        "flight.speed", [&program](const std::string& a) { program.flight.set_speed_u_s(std::stof(a)); },
        speed);
    commands.bind(
        "flight.faster", [&program](const std::string&) { program.flight.step_speed(1); }, speed);
    commands.bind(
        "flight.slower", [&program](const std::string&) { program.flight.step_speed(-1); }, speed);
}

void bind_choices(Program& program) {
    Session& session = program.session;
    CommandTable& commands = program.commands;
    ViewState& view = session.view();
    const auto flag = [&](const char* name, bool ViewState::*which) {
        commands.bind(
            name, [&view, which](const std::string& a) { view.*which = toggled(view.*which, a); },
            [&view, which] { return on_off(view.*which); });
    };
    flag("view.neighbours", &ViewState::fold_neighbours);
    flag("view.labels", &ViewState::show_labels);
    flag("motion.toggle", &ViewState::motion);
    flag("motion.reduced", &ViewState::reduced_motion);

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
    const auto attention = [&session] {
        const FramePtr frame = session.frame();
        return frame ? attention_name(shown_block(*frame, session.view()).kind) : std::string();
    };
    commands.bind(
        "attention.set",
        [&session](const std::string& a) { session.set_attention(attention_from_name(a).value()); },
        attention);
    commands.bind(
        "attention.next",
        [&session](const std::string&) {
            const FramePtr frame = session.frame();
            if (!frame) return;
            const std::vector<AttentionBlock>& blocks = frame->blocks;
            const auto now = &shown_block(*frame, session.view()) - blocks.data();
            session.set_attention(blocks.at(static_cast<size_t>(now + 1) % blocks.size()).kind);
        },
        attention);
    const auto layers = [&view] { return layers_text(view); };
    const auto heads = [&view] { return heads_text(view); };
    commands.bind(
        "layer.next", [&program](const std::string&) { step_layer(program, 1); }, layers);
    commands.bind(
        "layer.previous", [&program](const std::string&) { step_layer(program, -1); }, layers);
    commands.bind(
        "layers.set",
        [&program](const std::string& a) {
            ViewState wanted = program.session.view();
            set_view_option(wanted, "layers", a);
            if (const FramePtr frame = program.session.frame()) check_view(wanted, *frame);
            program.session.view() = wanted;
        },
        layers);
    commands.bind(
        "head.next", [&program](const std::string&) { step_head(program, 1); }, heads);
    commands.bind(
        "head.previous", [&program](const std::string&) { step_head(program, -1); }, heads);
    commands.bind(
        "heads.set",
        [&program](const std::string& a) {
            ViewState wanted = program.session.view();
            set_view_option(wanted, "heads", a);
            if (const FramePtr frame = program.session.frame()) check_view(wanted, *frame);
            program.session.view() = wanted;
            if (!wanted.heads.empty()) {
                program.session.choose_head({wanted.heads.front().first, wanted.heads.front().second});
            }
        },
        heads);
    commands.bind(
        "heads.all", [&program](const std::string&) { show_all(program); }, heads);
    commands.bind(
        "query.set",
        [&program](const std::string& a) {
            ViewState wanted = program.session.view();
            set_view_option(wanted, "query", a);
            if (const FramePtr frame = program.session.frame()) check_view(wanted, *frame);
            if (wanted.selected.kind == FocusKind::token)
                wanted.selected.layer = program.session.head_choice().layer;
            program.session.select(program.session.in_picture(wanted.selected));
        },
        [&view] {
            return view.selected.query < 0 ? std::string("none") : std::to_string(view.selected.query);
        });

    const auto threshold = [&view] { return threshold_text(view.threshold); };
    commands.bind(
        "threshold.next",
        [&view](const std::string&) {
            view.threshold.mode = ThresholdMode((int(view.threshold.mode) + 1) % 4);
        },
        threshold);
    commands.bind(
        "threshold.mode",
        [&view, &commands](const std::string& a) {
            const std::vector<std::string>& names = commands.at("threshold.mode").choices;
            view.threshold.mode = ThresholdMode(parse_choice("threshold.mode", a, names));
        },
        threshold);
    commands.bind(
        "threshold.set", [&view](const std::string& a) { set_threshold(view.threshold, std::stod(a)); },
        threshold);
    commands.bind(
        "threshold.raise", [&program](const std::string&) { step_threshold(program, 1); }, threshold);
    commands.bind(
        "threshold.lower", [&program](const std::string&) { step_threshold(program, -1); }, threshold);
    const auto sinks = [&view] { return sinks_text(view.sinks); };
    commands.bind(
        "sinks.next", [&view](const std::string&) { view.sinks = SinkMode((int(view.sinks) + 1) % 3); },
        sinks);
    commands.bind(
        "sinks.set", [&view](const std::string& a) { set_view_option(view, "sinks", a); }, sinks);
    commands.bind(
        "segments.set",
        [&session](const std::string& a) {
            ViewState wanted = session.view();
            set_view_option(wanted, "segments", a);
            if (const FramePtr frame = session.frame()) check_view(wanted, *frame);
            session.view().segments = wanted.segments;
        },
        [&view] { return segments_text(view.segments); });
    const auto theme = [&view] { return theme_text(view.theme); };
    commands.bind(
        "theme.next", [&view](const std::string&) { view.theme = ThemeName((int(view.theme) + 1) % 3); },
        theme);
    commands.bind(
        "theme.set", [&view](const std::string& a) { set_view_option(view, "theme", a); }, theme);
}

void start_recording(Program& program) {
    program.recorder.start(program.renderer.size(), clock_s());
    for (const std::string& remark : program.recorder.remarks())
        program.session.set_message({remark, "", true});
}

void bind_program(Program& program) {
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
        "model.set",
        [&program](const std::string& a) {
            const ModelFolder chosen = resolve_model(a);
            program.model_to_come = chosen.name;
            program.session.change_model(load_of(chosen.folder, program.options.device));
        },
        [&program] {
            const std::optional<ModelSummary> model = program.session.model();
            return model ? model->name : std::string("none");
        });
    commands.bind("model.cancel", [&program](const std::string&) { program.session.cancel_model_change(); });
    commands.bind("generate.next", [&program](const std::string&) {
        if (!program.session.append_prediction(0))
            program.session.set_message(
                {"there is no next token to add",
                 "Choose a decoder with a language model head (F4), such as GPT-2 or Llama.", true});
    });
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
    const auto mode = [&program] { return program.mode == InputMode::typing ? "typing" : "flying"; };
    commands.bind(
        "input.switch",
        [&program](const std::string&) {
            set_input_mode(program,
                           program.mode == InputMode::typing ? InputMode::flying : InputMode::typing);
        },
        mode);
    commands.bind(
        "prompt.focus", [&program](const std::string&) { set_input_mode(program, InputMode::typing); }, mode);
    commands.bind(
        "flight.focus", [&program](const std::string&) { set_input_mode(program, InputMode::flying); }, mode);
    commands.bind("selection.clear", [&program](const std::string&) {
        Session& session = program.session;
        if (program.panels.help) {
            program.panels.help = false;
        } else if (session.message() && !session.message()->passes) {
            session.clear_message();
        } else if (session.load_fraction() && session.plan()) {
            session.cancel_model_change();
        } else if (session.method_progress()) {
            program.commands.run("method.cancel");
        } else if (program.mode == InputMode::typing) {
            set_input_mode(program, InputMode::flying);
        } else {
            session.select({});
            session.animator().follow_token(-1);
            if (session.preset() == CameraPreset::head || session.preset() == CameraPreset::token)
                session.show_preset(CameraPreset::default_view);
        }
    });
    commands.bind("trace.open",
                  [&program](const std::string& a) { program.session.show_trace(read_trace(a)); });
    const auto watch = [&program](const std::function<void(TraceWatch&)>& step) {
        return [&program, step](const std::string&) {
            if (!program.watch) throw Error("no folder is watched", "Start with 'weft view --watch FOLDER'.");
            step(*program.watch);
        };
    };
    commands.bind("watch.previous", watch([](TraceWatch& its) { its.step(-1); }));
    commands.bind("watch.next", watch([](TraceWatch& its) { its.step(1); }));
    commands.bind("watch.newest", watch([](TraceWatch& its) { its.to_newest(); }));
    commands.bind("app.quit", [&program](const std::string&) { program.window.request_close(); });
    commands.bind(
        "window.fullscreen",
        [&program](const std::string& a) {
            program.window.set_fullscreen(toggled(program.window.is_fullscreen(), a));
        },
        [&program] { return on_off(program.window.is_fullscreen()); });
    commands.bind(
        "record.toggle",
        [&program](const std::string& a) {
            const bool wanted = toggled(program.recorder.is_running(), a);
            if (wanted && !program.recorder.is_running()) start_recording(program);
            if (!wanted && program.recorder.is_running()) stop_recording(program);
        },
        [&program] { return on_off(program.recorder.is_running()); });
    commands.bind("screenshot", [&program](const std::string& a) {
        program.screenshot_path = a.empty() ? unused_file_name("weft", ".png") : a;
    });
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

}  // namespace

void stop_recording(Program& program) {
    program.renderer.flush_captures();
    const RecordingResult result = program.recorder.stop(clock_s());
    if (!result.failure.empty()) {
        const bool plays = !result.output.empty();
        program.session.set_message(
            {"the recording ended early: " + result.failure,
             (plays ? "'" + result.output.string() + "' plays up to there. " : "") + result.hint});
    } else if (!result.output.empty()) {
        program.session.set_message(
            {"recorded '" + result.output.string() + "', " + number_text(result.seconds) + " s" +
                 (result.dropped > 0 ? ", " + std::to_string(result.dropped) + " frames dropped" : ""),
             "", true});
    }
}

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

void bind_commands(Program& program) {
    bind_program(program);
    bind_views(program);
    bind_flight(program);
    bind_choices(program);
    bind_prompt(program);
    bind_methods(program);
    bind_image(program);
    bind_places(program);
}

}  // namespace weft
