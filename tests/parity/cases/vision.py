"""Vision models: ViT, DeiT, DINOv2 with and without registers, the vision tower of CLIP."""
import re

import torch
import transformers as t
from write_checkpoints import Case

SIZES = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=48, image_size=12,
             patch_size=4)
DINO_SIZES = {**{k: v for k, v in SIZES.items() if k != "intermediate_size"}, "mlp_ratio": 2}


def image(height=12, width=12, channels=3):
    generator = torch.Generator().manual_seed(height * 1000 + width)
    return dict(pixel_values=0.7 * torch.randn(channels, height, width, generator=generator))


def other_size(height, width):
    return dict(image(height, width), interpolate_pos_encoding=True)


def new_names(patterns):
    """What transformers 5 calls the tensors that it writes under their old names."""
    def rename(name):
        for old, new in patterns:
            name = re.sub(old, new, name)
        return name
    return rename


VIT_NAMES = new_names([(r"encoder\.layer\.", "layers."), (r"attention\.attention\.query", "attention.q_proj"),
                       (r"attention\.attention\.key", "attention.k_proj"),
                       (r"attention\.attention\.value", "attention.v_proj"),
                       (r"attention\.output\.dense", "attention.o_proj"), (r"intermediate\.dense", "mlp.fc1"),
                       (r"output\.dense", "mlp.fc2")])
DINO_NAMES = new_names([(r"attention\.attention\.query", "attention.q_proj"),
                        (r"attention\.attention\.key", "attention.k_proj"),
                        (r"attention\.attention\.value", "attention.v_proj"),
                        (r"attention\.output\.dense", "attention.o_proj")])


def split_gate(tensors):
    """DINOv2's gate and up in a tensor each, as transformers 5 holds them."""
    result = {}
    for name, value in tensors.items():
        if "mlp.weights_in" in name:
            gate, up = value.chunk(2, dim=0)
            result[name.replace("weights_in", "gate_proj")] = gate.contiguous()
            result[name.replace("weights_in", "up_proj")] = up.contiguous()
        else:
            result[DINO_NAMES(name).replace("weights_out", "down_proj")] = value
    return result


def base_of(model):
    return getattr(model, model.base_model_prefix, model)


def case(name, cls, config, sizes, layers, inputs=None, edit=None, rename=None, dtype=torch.float32, retensor=None,
         **settings):
    return Case(name, lambda: getattr(t, cls)(config(**{**sizes, **settings})), {"": layers}, inputs or image(), edit,
                dtype, rename, retensor=retensor)


def vit(name, cls="ViTModel", **more):
    return case(name, cls, t.ViTConfig, SIZES, lambda m: base_of(m).layers, **more)


def deit(name, cls="DeiTModel", **more):
    return case(name, cls, t.DeiTConfig, SIZES, lambda m: base_of(m).layers, **more)


def dino(name, cls="Dinov2Model", **more):
    return case(name, cls, t.Dinov2Config, DINO_SIZES, lambda m: base_of(m).encoder.layer, **more)


def registers(name, cls="Dinov2WithRegistersModel", **more):
    return case(name, cls, t.Dinov2WithRegistersConfig, DINO_SIZES, lambda m: base_of(m).encoder.layer, **more)


def tower(model):
    return getattr(model, "vision_model", model)


def clip_vision(name, cls="CLIPVisionModel", **more):
    return case(name, cls, t.CLIPVisionConfig, dict(SIZES, projection_dim=16),
                lambda m: tower(m).encoder.layers, **more)


def clip(name, cls, edit=None, inputs=None, **settings):
    text = dict(hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16, vocab_size=8,
                max_position_embeddings=4)
    model = lambda: getattr(t, cls)(t.CLIPConfig(vision_config=SIZES, text_config=text, projection_dim=16, **settings))
    return Case(name, model, {"": lambda m: m.vision_model.encoder.layers}, inputs or image(), edit,
                run=lambda m: m.vision_model if cls == "CLIPModel" else m)


def old_clip(config):
    """As files before 2023: the tower's settings twice, of which the second counts, the defaults left out."""
    tower = config["vision_config"]
    config["vision_config_dict"] = {key: tower[key] for key in SIZES}
    config["vision_config"] = dict(tower, num_attention_heads=1)


CASES = [
    vit("vit", num_hidden_layers=2),
    vit("vit_new_names", rename=VIT_NAMES),
    vit("vit_image_classification", "ViTForImageClassification", num_labels=3, qkv_bias=False, hidden_act="relu",
        dtype=torch.float16),
    vit("vit_interpolated", "ViTForImageClassification", inputs=other_size(17, 22)),
    vit("vit_square_of_another_size", inputs=other_size(14, 14)),
    vit("vit_settings", image_size=[8, 12], patch_size=[4, 2], num_channels=1, hidden_act="gelu_new",
        layer_norm_eps=1e-3, hidden_size=36, num_attention_heads=3, num_hidden_layers=2, inputs=image(8, 12, 1)),
    vit("vit_head_dim", head_dim=32),
    deit("deit", num_hidden_layers=2),
    deit("deit_image_classification", "DeiTForImageClassification", num_labels=3, inputs=other_size(8, 20),
         rename=VIT_NAMES),
    deit("deit_with_teacher", "DeiTForImageClassificationWithTeacher", num_labels=3),
    dino("dinov2", num_hidden_layers=2),
    dino("dinov2_new_names", rename=DINO_NAMES),
    dino("dinov2_swiglu", use_swiglu_ffn=True, mlp_ratio=3),
    dino("dinov2_swiglu_new_names", use_swiglu_ffn=True, mlp_ratio=4, retensor=split_gate),
    dino("dinov2_image_classification", "Dinov2ForImageClassification", num_labels=3, inputs=image(20, 9)),
    dino("dinov2_as_many_patches", patch_size=[4, 4], image_size=[12, 12], inputs=image(12, 14), qkv_bias=False),
    dino("dinov2_other_table", image_size=[8, 8], patch_size=[4, 2], num_channels=1, hidden_act="gelu_new",
         layer_norm_eps=1e-3, inputs=image(8, 8, 1)),
    registers("dinov2_registers", num_hidden_layers=2),
    registers("dinov2_registers_interpolated", num_register_tokens=2, inputs=image(8, 21)),
    registers("dinov2_registers_image_classification", "Dinov2WithRegistersForImageClassification", num_labels=3,
              inputs=image(24, 16), use_swiglu_ffn=True, mlp_ratio=3),
    clip_vision("clip_vision", num_hidden_layers=2),
    clip_vision("clip_vision_projection", "CLIPVisionModelWithProjection", inputs=other_size(16, 8)),
    clip("clip", "CLIPModel"),
    clip("clip_old_config", "CLIPModel", edit=old_clip),
    clip("clip_image_classification", "CLIPForImageClassification", num_labels=3),
]
