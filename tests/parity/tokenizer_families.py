"""Model folders with a small tokenizer of every family that Weft reads: by tokenizer.json, as published models of the
family carry it, and by the files from before it."""
import functools
import io
import json
import os
import pathlib
import shutil

import sentencepiece
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tokenizer_texts import training_lines

transformers.logging.set_verbosity_error()
SPACE = "\u2581"
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
LLAMA3 = QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|")
LANGUAGES = ["ar_AR", "cs_CZ", "de_DE", "en_XX", "fr_XX", "ro_RO", "zh_CN"]


def special(*contents):
    return [AddedToken(content, special=True, normalized=False) for content in contents]


def trained(tokenizer, trainer):
    tokenizer.train_from_iterator(training_lines(), trainer)
    return tokenizer


def frame(tokenizer, single, pair, *tokens):
    tokenizer.post_processor = processors.TemplateProcessing(
        single=single, pair=pair, special_tokens=[(token, tokenizer.token_to_id(token)) for token in tokens])
    return tokenizer


# By tokenizer.json.

def wordpiece(lowercase=True, tokens=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return trained(tokenizer, trainers.WordPieceTrainer(vocab_size=1500, special_tokens=special(*tokens), show_progress=False))


def bert(lowercase=True):
    tokenizer = wordpiece(lowercase)
    return frame(tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", "[CLS]", "[SEP]")


def mpnet():
    tokenizer = wordpiece(tokens=("<s>", "<pad>", "</s>", "[UNK]"))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer


def byte_level(tokens, pre_tokenizer=None, **settings):
    tokenizer = Tokenizer(models.BPE(**settings))
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=2000, special_tokens=special(*tokens), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    return trained(tokenizer, trainer)


def gpt2():
    tokenizer = byte_level(["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def roberta(add_prefix_space=False):
    tokenizer = byte_level(["<s>", "<pad>", "</s>", "<unk>"], pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True,
                                                            add_prefix_space=add_prefix_space)
    return tokenizer


def gpt_neox():
    tokenizer = byte_level(["<|endoftext|>", "<|padding|>"])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_tokens([AddedToken(" " * count, normalized=True) for count in range(24, 1, -1)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


def split_then_bytes(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def qwen2():
    tokenizer = byte_level([], split_then_bytes(QWEN2))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens(special("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def llama3():
    tokenizer = byte_level([], split_then_bytes(LLAMA3), ignore_merges=True)
    tokenizer.add_special_tokens(special("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"))
    begin = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single=f"{begin[0]} $A", pair=f"{begin[0]} $A {begin[0]}:1 $B:1", special_tokens=[begin])])
    return tokenizer


@functools.lru_cache(None)
def model_file(**options):
    """The bytes of a SentencePiece model."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(training_lines()), model_writer=model, hard_vocab_limit=False,
                                             minloglevel=2, **{"character_coverage": 0.9995, "vocab_size": 1000, **options})
    return model.getvalue()


T5_IDS = dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
FAIRSEQ_IDS = dict(unk_id=0, bos_id=1, eos_id=2)
LLAMA = dict(model_type="bpe", vocab_size=1500, byte_fallback=True, normalization_rule_name="identity",
             remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True, **FAIRSEQ_IDS)
GEMMA = dict(model_type="bpe", vocab_size=1500, byte_fallback=True, normalization_rule_name="identity",
             remove_extra_whitespaces=False, add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>",
             bos_piece="<bos>", eos_piece="<eos>",
             user_defined_symbols="<mask>,<2mass>,\n\n,\u2581\u2581,\u2581\u2581\u2581\u2581,<table>")
ALBERT = dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, pad_piece="<pad>", control_symbols="[CLS],[SEP]",
              user_defined_symbols="[MASK]")


def proto_of(model):
    from sentencepiece import sentencepiece_model_pb2
    return sentencepiece_model_pb2.ModelProto.FromString(model)


def unigram(proto, pieces, unknown, normalizer, pre_tokenizer):
    tokenizer = Tokenizer(models.Unigram([(piece, score) for piece, score in pieces], unknown, False))
    charsmap = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    tokenizer.normalizer = normalizer(charsmap)
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def with_spaces_joined(charsmap):
    return normalizers.Sequence([charsmap, normalizers.Replace(Regex(" {2,}"), " ")])


def pieces_of(proto, first=0):
    return [(piece.piece, piece.score) for piece in proto.pieces[first:]]


WORDS_THEN_METASPACE = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])


def albert():
    proto = proto_of(model_file(**ALBERT))
    tokenizer = unigram(proto, pieces_of(proto), 1, lambda charsmap: normalizers.Sequence(
        [normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
         normalizers.Lowercase(), charsmap, normalizers.Replace(Regex(" {2,}"), " ")]), WORDS_THEN_METASPACE)
    tokenizer.add_special_tokens(special("<pad>", "<unk>", "[CLS]", "[SEP]"))
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True, special=True)])
    return frame(tokenizer, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", "[CLS]", "[SEP]")


def t5():
    proto = proto_of(model_file(**T5_IDS))
    sentinels = [f"<extra_id_{i}>" for i in range(99, -1, -1)]
    tokenizer = unigram(proto, pieces_of(proto) + [(token, 0.0) for token in sentinels], 2, lambda charsmap: charsmap,
                        WORDS_THEN_METASPACE)
    tokenizer.add_special_tokens(special("<pad>", "</s>", "<unk>", *sentinels))
    return frame(tokenizer, "$A </s>", "$A </s> $B </s>", "</s>")


def mt5():
    """With the normalizer of newer conversions."""
    proto = proto_of(model_file(**T5_IDS))
    tokenizer = unigram(proto, pieces_of(proto), 2, lambda charsmap: normalizers.Sequence(
        [charsmap, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), SPACE)]),
        pre_tokenizers.Metaspace(prepend_scheme="always"))
    tokenizer.add_special_tokens(special("<pad>", "</s>", "<unk>"))
    return frame(tokenizer, "$A </s>", "$A </s> $B </s>", "</s>")


def fairseq(first_tokens, first_piece, unknown, *last_tokens):
    proto = proto_of(model_file(**FAIRSEQ_IDS))
    pieces = [(token, 0.0) for token in first_tokens] + pieces_of(proto, first_piece) + [(token, 0.0) for token in last_tokens]
    tokenizer = unigram(proto, pieces, unknown, with_spaces_joined, WORDS_THEN_METASPACE)
    tokenizer.add_special_tokens([AddedToken(token, lstrip=token == "<mask>", special=True)
                                  for token in [*first_tokens, "<s>", "</s>", *last_tokens]])
    return tokenizer


def xlm_roberta():
    return frame(fairseq(["<s>", "<pad>", "</s>", "<unk>"], 3, 3, "<mask>"), "<s> $A </s>", "<s> $A </s> </s> $B </s>", "<s>", "</s>")


def camembert():
    tokenizer = fairseq(["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"], 1, 3, "<mask>")
    return frame(tokenizer, "<s> $A </s>", "<s> $A </s> </s> $B </s>", "<s>", "</s>")


def mbart():
    tokenizer = fairseq(["<s>", "<pad>", "</s>", "<unk>"], 3, 3, *LANGUAGES, "<mask>")
    return frame(tokenizer, "$A </s> en_XX", "$A $B </s> en_XX", "</s>", "en_XX")


def pegasus():
    proto = proto_of(model_file(**T5_IDS))
    first = ["<pad>", "</s>", "<mask_1>", "<mask_2>"] + [f"<unk_{i}>" for i in range(2, 103)]
    tokenizer = unigram(proto, [(token, -100.0 if "unk" in token else 0.0) for token in first] + pieces_of(proto, 2), 105,
                        with_spaces_joined, WORDS_THEN_METASPACE)
    tokenizer.add_special_tokens(special(*first, "<unk>"))
    return frame(tokenizer, "$A </s>", "$A $B </s>", "</s>")


@functools.lru_cache(None)
def merges_of(model):
    """As transformers makes them of a file that has none."""
    vocabulary = {piece.piece: i for i, piece in enumerate(proto_of(model).pieces)}
    merges = [(id_, len(piece[:cut]), piece[:cut], piece[cut:]) for piece, id_ in vocabulary.items() for cut in range(1, len(piece))
              if piece[:cut] in vocabulary and piece[cut:] in vocabulary]
    return vocabulary, [(left, right) for _, _, left, right in sorted(merges)]


def sentencepiece_bpe(model):
    vocabulary, merges = merges_of(model)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def llama(metaspace=False):
    tokenizer = sentencepiece_bpe(model_file(**LLAMA))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    tokenizer.add_special_tokens(special("<unk>", "<s>", "</s>"))
    return frame(tokenizer, "<s> $A", "<s> $A <s>:1 $B:1", "<s>")


def gemma():
    tokenizer = sentencepiece_bpe(model_file(**GEMMA))
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.add_special_tokens(special("<pad>", "<eos>", "<bos>", "<unk>"))
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in ("<mask>", "<2mass>", "\n\n", SPACE * 2, SPACE * 4)])
    return frame(tokenizer, "<bos> $A", "<bos> $A <bos>:1 $B:1", "<bos>")


def wordlevel(pre_tokenizer, normalizer=None):
    """Components that come one at a time in rarer folders, with words that show where a text was cut."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.WordLevelTrainer(vocab_size=3000, special_tokens=special("<unk>", "<s>", "</s>"), show_progress=False)
    tokenizer = trained(tokenizer, trainer)
    tokenizer.add_tokens([AddedToken("thread", single_word=True), AddedToken("Layer", normalized=True, rstrip=True)])
    return frame(tokenizer, "<s> $A </s>", "<s> $A </s> $B:1 </s>:1", "<s>", "</s>")


def whitespace():
    return wordlevel(pre_tokenizers.Whitespace(), normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.Strip()]))


def digits():
    return wordlevel(pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True),
                                              pre_tokenizers.Punctuation("isolated")]), normalizers.NFKC())


def contiguous():
    return wordlevel(pre_tokenizers.Sequence([pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits(individual_digits=False),
                                              pre_tokenizers.Split(Regex(r"\s+"), "merged_with_next")]),
                     normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Replace(Regex(r"\d"), "0")]))


JSON_FAMILIES = {
    "bert": bert, "bert-cased": lambda: bert(False), "mpnet": mpnet, "gpt2": gpt2, "roberta": roberta,
    "roberta-prefix-space": lambda: roberta(True), "gpt_neox": gpt_neox, "llama": llama,
    "llama-metaspace": lambda: llama(True), "llama3": llama3, "qwen2": qwen2, "gemma": gemma, "albert": albert,
    "camembert": camembert, "xlm-roberta": xlm_roberta, "t5": t5, "mt5": mt5, "mbart": mbart, "pegasus": pegasus,
    "whitespace": whitespace, "digits": digits, "contiguous": contiguous}


# By the files from before it.

def put(folder, name, content):
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else
                     (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode())


def put_config(folder, model_type, **tokenizer_config):
    put(folder, "config.json", {"model_type": model_type})
    if tokenizer_config:
        put(folder, "tokenizer_config.json", tokenizer_config)


def older_spm(folder, model_type, file, model, **tokenizer_config):
    put(folder, file, model)
    put_config(folder, model_type, **tokenizer_config)


def older_wordpiece(folder, model_type, tokenizer, **tokenizer_config):
    vocabulary = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda item: item[1])
    put(folder, "vocab.txt", "".join(token + "\n" for token, _ in vocabulary))
    put_config(folder, model_type, **tokenizer_config)


def older_bpe(folder, model_type, tokenizer, **tokenizer_config):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    tokenizer.model.save(str(folder))
    vocabulary = json.loads((pathlib.Path(folder) / "vocab.json").read_text(encoding="utf-8"))
    for token, id_ in tokenizer.get_vocab(with_added_tokens=True).items():
        vocabulary.setdefault(token, id_)
    put(folder, "vocab.json", vocabulary)
    put_config(folder, model_type, **tokenizer_config)


def added_token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **flags}


def older_qwen2(folder):
    tokenizer = byte_level([], split_then_bytes(QWEN2))
    size = tokenizer.get_vocab_size()
    declared = {str(size + i): added_token(token) for i, token in enumerate(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])}
    older_bpe(folder, "qwen2", tokenizer, tokenizer_class="Qwen2Tokenizer", unk_token=None, add_prefix_space=False,
              added_tokens_decoder=declared, additional_special_tokens=["<|im_start|>", "<|im_end|>"])


def older_marian(folder):
    sides = [model_file(vocab_size=800), model_file(vocab_size=600, character_coverage=0.99)]
    vocabulary = {"</s>": 0, "<unk>": 1}
    for model in sides:
        for i, piece in enumerate(proto_of(model).pieces[3:]):
            if i % 17:  # what is missing is unknown
                vocabulary.setdefault(piece.piece, len(vocabulary))
    for token in (">>de<<", ">>fra<<", "<pad>"):
        vocabulary[token] = len(vocabulary)
    put(folder, "source.spm", sides[0])
    put(folder, "target.spm", sides[1])
    put(folder, "vocab.json", vocabulary)
    put_config(folder, "marian", source_lang="eng", target_lang="deu", tokenizer_class="MarianTokenizer")


def older_m2m_100(folder):
    from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES
    model = model_file(model_type="bpe", vocab_size=1200)
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>"])}
    for piece in proto_of(model).pieces[3:]:
        vocabulary.setdefault(piece.piece, len(vocabulary))
    put(folder, "sentencepiece.bpe.model", model)
    put(folder, "vocab.json", vocabulary)
    put(folder, "special_tokens_map.json", {
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>",
        "additional_special_tokens": [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]})
    put_config(folder, "m2m_100", src_lang="fr", tgt_lang="de", tokenizer_class="M2M100Tokenizer")


def older_roberta(folder, model_type):
    older_bpe(folder, model_type, roberta())
    put(folder, "special_tokens_map.json", {"mask_token": added_token("<mask>", lstrip=True), "bos_token": "<s>"})


OLDER_FAMILIES = {
    "bert": lambda folder: older_wordpiece(folder, "bert", bert(), do_lower_case=True),
    "distilbert-cased": lambda folder: older_wordpiece(folder, "distilbert", bert(False), do_lower_case=False),
    "mpnet": lambda folder: older_wordpiece(folder, "mpnet", mpnet()),
    "gpt2": lambda folder: older_bpe(folder, "gpt2", byte_level(["<|endoftext|>"]), add_bos_token=True),
    "roberta": lambda folder: older_roberta(folder, "roberta"),
    "bart": lambda folder: older_bpe(folder, "bart", roberta(), add_prefix_space=True),
    "qwen2": older_qwen2,
    "albert": lambda folder: older_spm(folder, "albert", "spiece.model", model_file(**ALBERT)),
    "t5": lambda folder: older_spm(folder, "t5", "spiece.model", model_file(**T5_IDS)),
    "mt5": lambda folder: older_spm(folder, "mt5", "spiece.model", model_file(**T5_IDS), extra_ids=0,
                                    additional_special_tokens=None),
    "pegasus": lambda folder: older_spm(folder, "pegasus", "spiece.model", model_file(**T5_IDS)),
    "xlm-roberta": lambda folder: older_spm(folder, "xlm-roberta", "sentencepiece.bpe.model", model_file(**FAIRSEQ_IDS)),
    "camembert": lambda folder: older_spm(folder, "camembert", "sentencepiece.bpe.model", model_file(**FAIRSEQ_IDS)),
    "mbart": lambda folder: older_spm(folder, "mbart", "sentencepiece.bpe.model", model_file(**FAIRSEQ_IDS), tgt_lang="de_DE"),
    "mbart50": lambda folder: older_spm(folder, "mbart", "sentencepiece.bpe.model", model_file(**FAIRSEQ_IDS),
                                        tokenizer_class="MBart50Tokenizer", src_lang="fr_XX"),
    "llama": lambda folder: older_spm(folder, "llama", "tokenizer.model", model_file(**LLAMA), tokenizer_class="LlamaTokenizer",
                                      add_bos_token=True),
    "llama-legacy": lambda folder: older_spm(folder, "llama", "tokenizer.model", model_file(**LLAMA),
                                             tokenizer_class="LlamaTokenizer", add_eos_token=True, legacy=True),
    "mistral": lambda folder: older_spm(folder, "mistral", "tokenizer.model", model_file(**LLAMA), tokenizer_class="LlamaTokenizer",
                                        add_bos_token=True),
    "gemma": lambda folder: older_spm(folder, "gemma", "tokenizer.model", model_file(**GEMMA), tokenizer_class="GemmaTokenizer",
                                      add_bos_token=True),
    "marian": older_marian,
    "m2m_100": older_m2m_100}


def conformance_folders(root, target):
    """Real vocabularies of WEFT_CONFORMANCE_DATA."""
    source, samples = pathlib.Path(root) / "tokenizer-gpt2-bert", pathlib.Path(root) / "tokenizer-json-samples"
    for name in ("roberta", "bert-wiki", "tokenizer-wiki"):
        folder = pathlib.Path(target) / f"real-{name}"
        put(folder, "tokenizer.json", (samples / f"{name}.json").read_bytes())
        yield folder
    folder = pathlib.Path(target) / "real-gpt2-older"
    put(folder, "vocab.json", (source / "gpt2-vocab.json").read_bytes())
    put(folder, "merges.txt", (source / "gpt2-merges.txt").read_bytes())
    put_config(folder, "gpt2")
    yield folder
    folder = pathlib.Path(target) / "real-bert-older"
    put(folder, "vocab.txt", (source / "vocab.txt").read_bytes())
    put_config(folder, "bert")
    yield folder
    stories = pathlib.Path(root) / "models" / "stories260K"
    folder = pathlib.Path(target) / "real-stories260K"
    put(folder, "tokenizer.json", (stories / "tokenizer.json").read_bytes())
    yield folder


def make(target, wanted):
    """Folders of the families whose names `wanted` accepts."""
    for name, family in JSON_FAMILIES.items():
        if wanted(name):
            put(pathlib.Path(target) / name, "tokenizer.json", family().to_str())
            yield pathlib.Path(target) / name
    for name, family in OLDER_FAMILIES.items():
        if wanted(name + "-older"):
            folder = pathlib.Path(target) / (name + "-older")
            shutil.rmtree(folder, ignore_errors=True)
            family(folder)
            yield folder
    if os.environ.get("WEFT_CONFORMANCE_DATA"):
        for folder in conformance_folders(os.environ["WEFT_CONFORMANCE_DATA"], target):
            if wanted(folder.name):
                yield folder
