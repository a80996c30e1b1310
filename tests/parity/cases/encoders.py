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


def other(name, config, cls, base, inputs=None, edit=None, layers=None, **settings):
    """A family other than BERT: `base` is its model's attribute under a head."""
    dtype = settings.pop("file_dtype", torch.float32)
    find = layers or (lambda m: (getattr(m, base) if hasattr(m, base) else m).encoder.layer)
    return Case(name, lambda: getattr(t, cls)(getattr(t, config)(**{**SIZES, **settings})), {"": find},
                inputs or TEXT, edit, dtype)


def distilbert(name, cls="DistilBertModel", **settings):
    sizes = dict(vocab_size=67, dim=32, n_layers=2, n_heads=2, hidden_dim=48, max_position_embeddings=40)
    layers = lambda m: (m.distilbert if hasattr(m, "distilbert") else m).transformer.layer
    return Case(name, lambda: getattr(t, cls)(t.DistilBertConfig(**{**sizes, **settings})), {"": layers}, TEXT)


def albert(name, cls="AlbertModel", **settings):
    layers = lambda m: list((m.albert if hasattr(m, "albert") else m).encoder.albert_layer_groups[0].albert_layers)
    inputs = dict(TEXT, token_type_ids=SEGMENTS)
    return other(name, "AlbertConfig", cls, "albert", inputs, layers=layers, num_hidden_layers=3, embedding_size=16,
                 **settings)


# A padding token in the middle, as somebody may type it: RoBERTa gives it the padding's own position.
PADDED = dict(input_ids=torch.tensor([0, 11, 25, 1, 63, 40, 8, 9, 30, 5, 2]))

CASES += [
    distilbert("distilbert"),
    distilbert("distilbert_masked_lm", "DistilBertForMaskedLM", activation="relu", n_heads=1),
    distilbert("distilbert_sequence_classification", "DistilBertForSequenceClassification", num_labels=3),
    distilbert("distilbert_sinusoidal", "DistilBertForTokenClassification", sinusoidal_pos_embds=True, dim=36,
               n_heads=3),
    distilbert("distilbert_question_answering", "DistilBertForQuestionAnswering"),
    other("roberta", "RobertaConfig", "RobertaModel", "roberta", PADDED),
    other("roberta_masked_lm", "RobertaConfig", "RobertaForMaskedLM", "roberta", PADDED, layer_norm_eps=1e-5,
          type_vocab_size=1),
    other("roberta_sequence_classification", "RobertaConfig", "RobertaForSequenceClassification", "roberta",
          num_labels=4),
    other("roberta_untied", "RobertaConfig", "RobertaForMaskedLM", "roberta", tie_word_embeddings=False),
    other("xlm_roberta", "XLMRobertaConfig", "XLMRobertaForMaskedLM", "roberta", PADDED),
    other("xlm_roberta_token_classification", "XLMRobertaConfig", "XLMRobertaForTokenClassification", "roberta",
          num_labels=3, file_dtype=torch.bfloat16),
    other("camembert", "CamembertConfig", "CamembertForMaskedLM", "roberta", PADDED),
    other("electra", "ElectraConfig", "ElectraModel", "electra", embedding_size=16),
    other("electra_masked_lm", "ElectraConfig", "ElectraForMaskedLM", "electra", embedding_size=16),
    other("electra_pre_training", "ElectraConfig", "ElectraForPreTraining", "electra", embedding_size=32,
          hidden_act="silu"),
    other("electra_sequence_classification", "ElectraConfig", "ElectraForSequenceClassification", "electra",
          dict(TEXT, token_type_ids=SEGMENTS), embedding_size=16),
    albert("albert"),
    albert("albert_masked_lm", "AlbertForMaskedLM"),
    albert("albert_sequence_classification", "AlbertForSequenceClassification", hidden_act="gelu", num_labels=3),
    other("mpnet", "MPNetConfig", "MPNetModel", "mpnet", PADDED),
    other("mpnet_masked_lm", "MPNetConfig", "MPNetForMaskedLM", "mpnet",
          dict(input_ids=torch.arange(38) % 60 + 4), max_position_embeddings=60),
    other("mpnet_question_answering", "MPNetConfig", "MPNetForQuestionAnswering", "mpnet", layer_norm_eps=1e-3),
]
