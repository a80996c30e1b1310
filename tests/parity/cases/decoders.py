"""Decoders: GPT-2, GPT-NeoX, Llama and what came from it."""
import torch
import transformers as t
from write_checkpoints import Case

IDS = torch.tensor([2, 11, 25, 7, 63, 40, 1, 9, 30, 5, 3])
TEXT = dict(input_ids=IDS)
LONG = dict(input_ids=torch.arange(29) * 7 % 61 + 2)
HALF, BRAIN, ONE = torch.float16, torch.bfloat16, dict(num_hidden_layers=1)
SMALL = dict(ONE, hidden_size=16, head_dim=16)
SIZES = dict(vocab_size=67, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
             max_position_embeddings=40, pad_token_id=None, bos_token_id=1, eos_token_id=2)
CONFIGS = dict(Llama=t.LlamaConfig, Qwen2=t.Qwen2Config, Qwen3=t.Qwen3Config, Mistral=t.MistralConfig,
               Gemma=t.GemmaConfig, Gemma2=t.Gemma2Config, GPTNeoX=t.GPTNeoXConfig)


def layers_of(model):
    base = model.base_model if hasattr(model, "base_model") else model
    for name in ("model", "transformer", "gpt_neox"):
        base = getattr(model, name, base)
    return base.h if hasattr(base, "h") else base.layers


def case(name, family, head="ForCausalLM", inputs=TEXT, edit=None, dtype=HALF, shards=None, rename=None,
         **settings):
    make = lambda: getattr(t, family + head)(CONFIGS[family](**{**SIZES, **settings}))
    return Case(name, make, {"": layers_of}, inputs, edit, dtype, rename, shards)


def gpt2(name, head="LMHeadModel", inputs=TEXT, edit=None, dtype=HALF, **settings):
    sizes = dict(vocab_size=67, n_embd=32, n_layer=2, n_head=2, n_inner=32, n_positions=40, bos_token_id=1,
                 eos_token_id=2)
    return Case(name, lambda: getattr(t, "GPT2" + head)(t.GPT2Config(**{**sizes, **settings})), {"": layers_of},
                inputs, edit, dtype)


def old_rope(kind="rope_type"):
    """As before transformers 5: the base beside a dict with the scaling, which may be null."""
    def edit(config):
        parameters = config.pop("rope_parameters")
        config["rope_theta"] = parameters.pop("rope_theta")
        name = parameters.pop("rope_type")
        config["rope_scaling"] = {kind: name, **parameters} if name != "default" else None
    return edit


def old_neox(config):
    parameters = config.pop("rope_parameters")
    config["rotary_emb_base"] = parameters["rope_theta"]
    config["rotary_pct"] = parameters["partial_rotary_factor"]


def rope(kind, theta=10000.0, **values):
    return dict(rope_type=kind, rope_theta=theta, **values)


SHARED = dict(num_attention_heads=4, num_key_value_heads=2, head_dim=16)
PADDED = dict(input_ids=torch.tensor([2, 11, 25, 0, 63, 40, 0, 0]))

CASES = [
    gpt2("gpt2"),
    gpt2("gpt2_bare", "Model", n_layer=1, n_inner=None, activation_function="relu"),
    gpt2("gpt2_scales", scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True,
         layer_norm_epsilon=1e-3, activation_function="silu", tie_word_embeddings=False),
    gpt2("gpt2_odd", n_embd=36, n_head=3, n_inner=20, vocab_size=66, n_layer=1),
    gpt2("gpt2_sequence_classification", "ForSequenceClassification", n_layer=1, num_labels=3, pad_token_id=0,
         inputs=PADDED),
    gpt2("gpt2_token_classification", "ForTokenClassification", n_layer=1, num_labels=3),
    gpt2("gpt2_question_answering", "ForQuestionAnswering", n_layer=1),
    case("gpt_neox", "GPTNeoX", rope_parameters=rope("default", partial_rotary_factor=0.25)),
    case("gpt_neox_sequential", "GPTNeoX", use_parallel_residual=False, attention_bias=False, layer_norm_eps=1e-3,
         hidden_act="gelu_new", rope_parameters=rope("linear", 500.0, partial_rotary_factor=0.5, factor=3.0)),
    case("gpt_neox_old_keys", "GPTNeoX", **ONE, edit=old_neox, tie_word_embeddings=True,
         rope_parameters=rope("default", 5000.0, partial_rotary_factor=1.0)),
    case("gpt_neox_new_head_name", "GPTNeoX", **ONE, rename=lambda name: name.replace("embed_out", "lm_head")),
    case("gpt_neox_odd", "GPTNeoX", **ONE, hidden_size=36, num_attention_heads=3, vocab_size=65,
         rope_parameters=rope("default", partial_rotary_factor=0.5)),
    case("gpt_neox_sequence_classification", "GPTNeoX", "ForSequenceClassification", **ONE, num_labels=2),
    case("gpt_neox_token_classification", "GPTNeoX", "ForTokenClassification", **ONE, num_labels=4),
    case("gpt_neox_question_answering", "GPTNeoX", "ForQuestionAnswering", **ONE),
    case("llama", "Llama"),
    case("llama_bare", "Llama", "Model", **SMALL, dtype=torch.float32, edit=old_rope(), rope_parameters=rope("default", 500.0)),
    case("llama_grouped", "Llama", **SHARED, attention_bias=True, mlp_bias=True, rms_norm_eps=1e-2,
         tie_word_embeddings=True),
    case("llama_one_head_one_layer", "Llama", num_hidden_layers=1, num_attention_heads=1, dtype=BRAIN),
    case("llama_odd", "Llama", **ONE, hidden_size=36, num_attention_heads=6, num_key_value_heads=3, intermediate_size=20,
         vocab_size=65, hidden_act="gelu"),
    case("llama_shards", "Llama", **ONE, shards="8KB", dtype=HALF, **SHARED),
    case("llama_linear", "Llama", **SMALL, rope_parameters=rope("linear", factor=4.0)),
    case("llama_linear_old_keys", "Llama", **SMALL, edit=old_rope("type"), rope_parameters=rope("linear", factor=2.5)),
    case("llama_dynamic", "Llama", **SMALL, inputs=LONG, max_position_embeddings=16,
         rope_parameters=rope("dynamic", factor=2.0)),
    case("llama_dynamic_short", "Llama", **SMALL, rope_parameters=rope("dynamic", factor=2.0), edit=old_rope("type")),
    case("llama_yarn", "Llama", **SMALL, inputs=LONG, rope_parameters=rope("yarn", factor=4.0, beta_fast=8.0, beta_slow=0.5,
         original_max_position_embeddings=10)),
    case("llama_yarn_mscale", "Llama", **SMALL, edit=old_rope(), rope_parameters=rope("yarn", 1e4, factor=3.0, mscale=0.7,
         mscale_all_dim=0.4, original_max_position_embeddings=20, truncate=False, beta_fast=4.0)),
    case("llama_yarn_attention_factor", "Llama", **SMALL, edit=old_rope("type"),
         rope_parameters=rope("yarn", factor=2.0, attention_factor=1.3, original_max_position_embeddings=20)),
    case("llama_llama3", "Llama", **SMALL, inputs=LONG, edit=old_rope(), rope_parameters=rope("llama3", 5e3, factor=8.0,
         low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=40)),
    case("llama_sequence_classification", "Llama", "ForSequenceClassification", **SMALL, num_labels=3, pad_token_id=0,
         inputs=PADDED),
    case("llama_token_classification", "Llama", "ForTokenClassification", **SMALL, num_labels=3),
    case("llama_question_answering", "Llama", "ForQuestionAnswering", **SMALL),
    case("qwen2", "Qwen2", **SHARED),
    case("qwen2_window", "Qwen2", num_key_value_heads=1, use_sliding_window=True, sliding_window=4,
         max_window_layers=1, rms_norm_eps=1e-3),
    case("qwen2_layer_types", "Qwen2", num_key_value_heads=2, use_sliding_window=True, sliding_window=3,
         layer_types=["sliding_attention", "full_attention"], tie_word_embeddings=True, edit=old_rope(),
         rope_parameters=rope("yarn", 1e6, factor=2.0, original_max_position_embeddings=20)),
    case("qwen2_sequence_classification", "Qwen2", "ForSequenceClassification", **SMALL, num_key_value_heads=2, num_labels=2),
    case("qwen3", "Qwen3", **SHARED),
    case("qwen3_settings", "Qwen3", hidden_size=16, num_key_value_heads=2, head_dim=32, attention_bias=True, rms_norm_eps=1e-3,
         use_sliding_window=True, sliding_window=5, max_window_layers=1, tie_word_embeddings=True),
    case("qwen3_odd", "Qwen3", num_key_value_heads=1, head_dim=20, vocab_size=65, use_sliding_window=True,
         sliding_window=2, layer_types=["sliding_attention", "sliding_attention"]),
    case("qwen3_token_classification", "Qwen3", "ForTokenClassification", **SMALL, num_key_value_heads=1,
         num_labels=3),
    case("mistral", "Mistral", **SHARED, sliding_window=4),
    case("mistral_no_window", "Mistral", **ONE, num_key_value_heads=1, head_dim=32, sliding_window=None, edit=old_rope(),
         rope_parameters=rope("default", 1e6), dtype=BRAIN),
    case("mistral_sequence_classification", "Mistral", "ForSequenceClassification", **SMALL, num_key_value_heads=2,
         num_labels=2, sliding_window=6),
    case("gemma", "Gemma", num_key_value_heads=1, head_dim=16),
    case("gemma_old_activation", "Gemma", **ONE, num_key_value_heads=2, head_dim=32, attention_bias=True,
         tie_word_embeddings=False, rms_norm_eps=1e-3,
         edit=lambda config: config.update(hidden_act="gelu", hidden_activation=None)),
    case("gemma_sequence_classification", "Gemma", "ForSequenceClassification", **SMALL, num_key_value_heads=1,
         num_labels=2),
    case("gemma2", "Gemma2", num_key_value_heads=1, head_dim=16, query_pre_attn_scalar=24, sliding_window=4,
         attn_logit_softcapping=2.0, final_logit_softcapping=3.0),
    case("gemma2_settings", "Gemma2", hidden_size=16, num_key_value_heads=2, head_dim=32, attn_logit_softcapping=None,
         final_logit_softcapping=None, sliding_window=5, layer_types=["full_attention", "sliding_attention"],
         hidden_activation="silu", attention_bias=True, dtype=HALF),
    case("gemma2_odd", "Gemma2", hidden_size=36, num_attention_heads=2, num_key_value_heads=2, head_dim=10,
         intermediate_size=20, sliding_window=3, vocab_size=65),
    case("gemma2_token_classification", "Gemma2", "ForTokenClassification", **SMALL, num_key_value_heads=1,
         num_labels=3, sliding_window=4),
]
