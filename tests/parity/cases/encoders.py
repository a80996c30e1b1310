"""Encoders: BERT and what came from it."""
import torch
import transformers as t
from write_checkpoints import Case

SIZES = dict(vocab_size=67, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48,
             max_position_embeddings=40)
IDS = torch.tensor([2, 11, 25, 7, 63, 40, 1, 9, 30, 5, 3])
SEGMENTS = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
TEXT = dict(input_ids=IDS)


def bert(name, cls="BertModel", inputs=None, edit=None, **settings):
    dtype = settings.pop("file_dtype", torch.float32)
    layers = lambda m: (m.bert if hasattr(m, "bert") else m).encoder.layer
    return Case(name, lambda: getattr(t, cls)(t.BertConfig(**{**SIZES, **settings})), {"": layers},
                inputs or dict(TEXT, token_type_ids=SEGMENTS), edit, dtype)


CASES = [
    bert("bert"),
    bert("bert_settings", layer_norm_eps=1e-3, hidden_act="gelu_new", vocab_size=61, hidden_size=36,
         num_attention_heads=3, intermediate_size=20, inputs=dict(input_ids=IDS.clamp(max=60))),
    bert("bert_one_layer_one_head", num_hidden_layers=1, num_attention_heads=1, file_dtype=torch.bfloat16),
    bert("bert_masked_lm", "BertForMaskedLM"),
    bert("bert_untied", "BertForMaskedLM", tie_word_embeddings=False),
    bert("bert_sequence_classification", "BertForSequenceClassification", num_labels=3),
    bert("bert_token_classification", "BertForTokenClassification", num_labels=5, file_dtype=torch.float16),
    bert("bert_question_answering", "BertForQuestionAnswering"),
]
