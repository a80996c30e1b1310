"""Every golden picture: its name is <stem>_<idea>, the stem that of the part of the tree it is about."""

SMALL, LARGE, TALL = "480x270", "640x360", "360x640"
SENTENCE = "The animal didn't cross the street because it was too tired."

# name, trace, size, arguments
OF_TRACES = [
    ("flow_lines_identity", "identity", SMALL, []),
    ("flow_lines_uniform", "uniform", SMALL, ["--threshold", "0.05"]),
    ("flow_lines_causal", "causal", SMALL, []),
    ("flow_lines_one_hot", "one_hot", SMALL, []),
    ("text_stack_default", "mixed", LARGE, []),
    ("text_stack_deep", "deep", LARGE, []),
    ("text_stack_one_token", "one_token", SMALL, []),
    ("text_stack_layers", "mixed", LARGE, ["--layers", "1-2"]),
    ("text_stack_heads", "mixed", LARGE, ["--heads", "2.3,4.0"]),
    ("layout_fold", "mixed", LARGE, ["--fold"]),
    ("layout_stack", "mixed", LARGE, ["--stack"]),
    ("layout_tall", "mixed", TALL, []),
    ("camera_front", "mixed", LARGE, ["--camera", "front"]),
    ("camera_top", "mixed", LARGE, ["--camera", "top"]),
    ("camera_end", "mixed", LARGE, ["--camera", "end"]),
    ("camera_head", "mixed", LARGE, ["--camera", "head", "--heads", "2.3"]),
    ("camera_token", "mixed", LARGE, ["--camera", "token", "--query", "4"]),
    ("camera_by_hand", "mixed", LARGE, ["--camera", '{"target": [2, 1, 0], "yaw": 30, "pitch": 20, "distance": 60}']),
    ("camera_path_start", "mixed", LARGE, ["--time", "0"]),
    ("camera_path_unfolding", "mixed", LARGE, ["--time", "3.5"]),
    ("camera_path_overview", "mixed", LARGE, ["--time", "7"]),
    ("camera_path_middle", "mixed", LARGE, ["--time", "14"]),
    ("camera_path_end", "mixed", LARGE, ["--time", "20"]),
    ("focus_lines_query", "mixed", LARGE, ["--query", "9"]),
    ("focus_lines_query_of_a_layer", "mixed", LARGE, ["--query", "9", "--layers", "3-3"]),
    ("sink_bars_as_lines", "mixed", LARGE, ["--sinks", "lines"]),
    ("sink_bars_hidden", "mixed", LARGE, ["--sinks", "hidden"]),
    ("theme_light", "mixed", LARGE, ["--theme", "light"]),
    ("theme_projector", "mixed", LARGE, ["--theme", "projector"]),
    ("theme_light_query", "mixed", LARGE, ["--theme", "light", "--query", "9"]),
    ("quantity_rollout", "mixed", LARGE, ["--quantity", "rollout"]),
    ("quantity_entropy", "mixed", LARGE, ["--quantity", "entropy"]),
    ("thresholds_value", "mixed", LARGE, ["--threshold", "0.3"]),
    ("thresholds_top_k", "mixed", LARGE, ["--top-k", "1"]),
    ("thresholds_mass", "mixed", LARGE, ["--mass", "0.5"]),
    ("labels_scripts", "scripts", LARGE, []),
    ("neighbours_130_tokens", "tokens_130", LARGE, []),
    ("hud_no_ui", "mixed", LARGE, ["--no-ui"]),
    ("hud_long_title", "mixed", LARGE, ["--title", "A title that is longer than any window is wide, " * 4]),
    ("hud_twice_as_large", "mixed", LARGE, ["--ui-scale", "2"]),
]

# name, text, size, arguments
OF_THE_MODEL = [
    ("text_stack_model", SENTENCE, LARGE, []),
    ("text_stack_pair", "Where is the cat?", LARGE, ["--pair", "The cat is on the mat."]),
    ("text_stack_too_long", "word " * 600, LARGE, []),
    ("camera_path_model_at_14_s", SENTENCE, LARGE, ["--time", "14"]),
    ("focus_lines_model_it", SENTENCE, LARGE, ["--query", "10", "--layers", "3-3"]),
    ("labels_word_pieces", "Antidisestablishmentarianism \U0001f642 \u4f60\u597d na\u00efve [MASK] \u0416", LARGE, []),
]
