"""Encoder-decoders: BART and what came from its code, T5. Files are BF16, but for families whose computed tables
would be rounded with them."""
import torch
import transformers as t
from write_checkpoints import Case

BART = dict(vocab_size=67, d_model=32, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2,
            decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=40,
            pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2)
T5 = dict(vocab_size=67, d_model=32, d_kv=16, d_ff=48, num_layers=2, num_heads=2, decoder_start_token_id=0)
TEXT = dict(input_ids=torch.tensor([11, 25, 7, 63, 40, 4, 9, 30, 5, 2]),
            decoder_input_ids=torch.tensor([2, 8, 51, 17, 60, 33, 12]))
LONG = dict(input_ids=3 + torch.arange(28) * 7 % 61, decoder_input_ids=3 + torch.arange(19) * 5 % 59)


def stacks(model):
    inner = getattr(model, "model", model)
    layers = "layers" if hasattr(inner.encoder, "layers") else "block"
    return {stack: (lambda m, stack=stack: getattr(getattr(getattr(m, "model", m), stack), layers))
            for stack in ("encoder", "decoder")}


def two(name, model, config, defaults, inputs=TEXT, edit=None, dtype=torch.bfloat16, rename=None,
        unties_head=False, **settings):
    def build():
        read = getattr(t, config)(**{**defaults, **settings})
        read._attn_implementation = "eager"  # before T5 gives each stack a copy
        made = getattr(t, model)(read)
        if unties_head:  # as from_pretrained leaves it where the file holds other numbers than the tied ones
            made.lm_head.weight = torch.nn.Parameter(torch.empty_like(made.lm_head.weight))
            made.tie_weights = lambda *_, **__: None
        if hasattr(made, "final_logits_bias"):  # a buffer, zero at first; as the file can hold it
            made.final_logits_bias.copy_(torch.randn(made.final_logits_bias.shape).to(dtype))
        return made
    with torch.device("meta"):
        layers = stacks(getattr(t, model)(getattr(t, config)(**{**defaults, **settings})))
    return Case(name, build, layers, inputs, edit, dtype, rename)


def bart(name, model="BartForConditionalGeneration", **settings):
    return two(name, model, "BartConfig", BART, **settings)


def t5(name, model="T5ForConditionalGeneration", **settings):
    return two(name, model, "T5Config", T5, **settings)


def old_keys(config):
    """As facebook's first files have them."""
    config.update(normalize_before=False, normalize_embedding=True, add_final_layer_norm=False,
                  static_position_embeddings=False, extra_pos_embeddings=2, add_bias_logits=False)


def without(*keys):
    return lambda config: [config.pop(key, None) for key in keys]


def t5_v1_1(config):
    """As the files of T5 1.1 were published: the flag stands for the scale of the output."""
    for key in ("scale_decoder_outputs", "dense_act_fn", "is_gated_act"):
        config.pop(key, None)
    config["tie_word_embeddings"] = False


CASES = [
    bart("bart", edit=old_keys, encoder_layers=1, decoder_layers=2),
    bart("bart_model", "BartModel", encoder_layers=1, decoder_layers=1),
    bart("bart_settings", activation_function="relu", scale_embedding=True, encoder_layers=1, decoder_layers=2,
         encoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=36, d_model=36, decoder_attention_heads=3,
         inputs=LONG),
    bart("bart_untied", tie_word_embeddings=False, encoder_layers=1, decoder_layers=1),
    bart("bart_one_layer_one_head", encoder_layers=1, decoder_layers=1, encoder_attention_heads=1,
         decoder_attention_heads=1, vocab_size=71,
         rename=lambda key: "lm_head.weight" if key == "model.shared.weight" else key),
    two("mbart", "MBartForConditionalGeneration", "MBartConfig", BART, scale_embedding=True),
    two("mbart_settings", "MBartForConditionalGeneration", "MBartConfig", BART, activation_function="gelu_new",
        encoder_ffn_dim=64, decoder_ffn_dim=32, encoder_layers=2, decoder_layers=1,
        rename=lambda key: key.replace("shared", "encoder.embed_tokens")),
    two("marian", "MarianMTModel", "MarianConfig", {**BART, "pad_token_id": 66, "decoder_start_token_id": 66,
                                                    "eos_token_id": 0}, scale_embedding=True,
        dtype=torch.float32, activation_function="swish", edit=without("decoder_vocab_size", "share_encoder_decoder_embeddings")),
    two("marian_two_vocabularies", "MarianMTModel", "MarianConfig", {**BART, "pad_token_id": 60}, vocab_size=67,
        decoder_vocab_size=61, share_encoder_decoder_embeddings=False, d_model=34, dtype=torch.float32, encoder_attention_heads=2,
        decoder_attention_heads=1, encoder_layers=1),
    two("marian_model", "MarianModel", "MarianConfig", BART, dtype=torch.float16, encoder_layers=1, decoder_layers=1),
    two("pegasus", "PegasusForConditionalGeneration", "PegasusConfig", BART, activation_function="relu",
        scale_embedding=True),
    two("pegasus_settings", "PegasusModel", "PegasusConfig", BART, encoder_layers=1, decoder_layers=2, vocab_size=69),
    two("m2m_100", "M2M100ForConditionalGeneration", "M2M100Config", BART, dtype=torch.float32, encoder_layers=1,
        inputs=dict(TEXT, input_ids=torch.tensor([11, 25, 1, 63, 40, 1, 9, 30, 5, 2]),
                    decoder_input_ids=torch.tensor([2, 8, 51, 1, 17]))),
    two("m2m_100_settings", "M2M100ForConditionalGeneration", "M2M100Config", BART, activation_function="gelu",
        scale_embedding=False, pad_token_id=3, tie_word_embeddings=False, d_model=33, encoder_attention_heads=3,
        decoder_attention_heads=1, dtype=torch.float32, encoder_layers=1),
    t5("t5"),
    t5("t5_model", "T5Model", num_decoder_layers=1),
    t5("t5_gated", feed_forward_proj="gated-gelu", tie_word_embeddings=False, edit=t5_v1_1, unties_head=True),
    t5("t5_settings", d_kv=12, num_heads=3, num_layers=1, num_decoder_layers=2, layer_norm_epsilon=1e-3,
       relative_attention_num_buckets=8, relative_attention_max_distance=20, feed_forward_proj="gated-silu",
       vocab_size=65, inputs=LONG),
    t5("t5_long", num_layers=1, relative_attention_num_buckets=16, relative_attention_max_distance=24, inputs=LONG),
    two("mt5", "MT5ForConditionalGeneration", "MT5Config", T5, tie_word_embeddings=False),
    two("mt5_plain", "MT5ForConditionalGeneration", "MT5Config", T5, feed_forward_proj="relu", num_heads=1,
        num_layers=1),
]
