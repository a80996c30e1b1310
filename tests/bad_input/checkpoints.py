"""Weights, caches and ids that can't be used, each in a folder or a cache of its own."""
import json
import os
import shutil
import struct

import model_folder
from replay import check

INDEX = "model.safetensors.index.json"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "0123456789abcdef0123456789abcdef01234568"


def write(path, content):
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def split(folder):
    """The same model in two shards with their index; returns what the index says."""
    table = model_folder.shapes()
    names = list(table)
    shards = {"one.safetensors": names[::2], "two.safetensors": names[1::2]}
    for file, own in shards.items():
        write(os.path.join(folder, file), model_folder.safetensors({name: table[name] for name in own}))
    os.remove(os.path.join(folder, "model.safetensors"))
    index = {"metadata": {"total_size": 1}, "weight_map": {name: file for file, own in shards.items() for name in own}}
    write(os.path.join(folder, INDEX), json.dumps(index))
    return index


def all_folders(replay, arguments):
    """Cases of one folder each: `spoil` gets a good one, its weights whole or in shards."""
    folder = replay.path("checkpoint")

    def case(what, spoil, *words, sharded=False, **how):
        shutil.rmtree(folder, ignore_errors=True)
        model_folder.write(folder)
        index = split(folder) if sharded else None
        spoil(index) if sharded else spoil()
        replay.refused("checkpoint: " + what, arguments(folder), 1, *words, **how)

    def path(name):
        return os.path.join(folder, name)

    def instead(make):
        def spoil():
            os.remove(path("model.safetensors"))
            make(path("model.safetensors"))
        return spoil

    def renamed(name):
        return lambda: os.rename(path("model.safetensors"), path(name))

    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90\n"
    case("a Git LFS pointer", instead(lambda name: write(name, pointer)), "Git LFS pointer", "git lfs pull")
    case("weights that are a folder", instead(os.mkdir), "model.safetensors", "is not a file")
    case("weights that are a pipe", instead(os.mkfifo), "model.safetensors", "is not a file")
    case("weights that never end", instead(lambda name: os.symlink("/dev/zero", name)), "is not a file")
    case("weights that are a link to nowhere", instead(lambda name: os.symlink("../blobs/0", name)), '"../blobs/0"')
    case("weights that are a link to themselves", instead(lambda name: os.symlink(name, name)), "can't be followed")
    for name, said in (("pytorch_model.bin", "pickle"), ("weights.pt", "pickle"), ("weights.pth", "pickle"),
                       ("tf_model.h5", "TensorFlow"), ("flax_model.msgpack", "Flax"), ("model.gguf", "GGUF"),
                       ("adapter_model.safetensors", "adapter")):
        case(f"only {name}", renamed(name), f'"{name}"', said, "python3 -c")
    for name in ("model.ckpt", "model.onnx", "weights.safetensors"):
        case(f"only {name}", renamed(name), f'"{name}"')

    def quantised():
        config = dict(model_folder.CONFIG, quantization_config={"quant_method": "gptq", "bits": 4})
        write(path("config.json"), json.dumps(config))

    case("a quantised config", quantised, "quantization_config", "gptq", "dequantize")

    def integers():
        with open(path("model.safetensors"), "rb") as file:
            whole = file.read()
        size = struct.unpack("<Q", whole[:8])[0]
        text = whole[8:8 + size].replace(b'"F32"', b'"I32"')
        write(path("model.safetensors"), whole[:8] + text + whole[8 + size:])

    case("integers for weights", integers, "I32", "quantised")

    def half():
        table = model_folder.shapes()
        whole = model_folder.safetensors({name: [*shape[:-1], shape[-1] // 2] for name, shape in table.items()})
        size = struct.unpack("<Q", whole[:8])[0]
        header = json.loads(whole[8:8 + size])
        for name, entry in header.items():
            entry.update(dtype="F16", shape=table[name])
        text = json.dumps(header).encode()
        write(path("model.safetensors"), struct.pack("<Q", len(text)) + text + whole[8 + size:])

    case("halves that don't fit the memory", half, "needs", "of memory, 0 kB are free",
         environment={"WEFT_MEMORY_LIMIT_MB": "0"})
    case("a memory limit that is no number", lambda: None, "WEFT_MEMORY_LIMIT_MB", '"lots"',
         environment={"WEFT_MEMORY_LIMIT_MB": "lots"})

    def index_text(text):
        return lambda _: write(path(INDEX), text)

    def index_map(change):
        def spoil(index):
            change(index["weight_map"])
            write(path(INDEX), json.dumps(index))
        return spoil

    word = "embeddings.word_embeddings.weight"
    case("an index that is no JSON", index_text("{"), INDEX, "not valid JSON", sharded=True)
    case("an index that is a list", index_text("[]"), INDEX, sharded=True)
    case("an index nested too deeply", index_text("[" * 100000), INDEX, sharded=True)
    case("an index without a map", index_text('{"metadata": {}}'), "weight_map", sharded=True)
    case("an empty index", index_text('{"weight_map": {}}'), "is empty", sharded=True)
    case("an index of numbers", index_map(lambda m: m.update({word: 1})), f'"{word}" is 1', sharded=True)
    for other in ("../one.safetensors", "/etc/passwd", "a/one.safetensors", "..", "", "a\\b.safetensors", "one.txt"):
        case(f"a shard {other!r}", index_map(lambda m, other=other: m.update({word: other})), word, sharded=True)
    case("a shard that is a pickle", index_map(lambda m: m.update({word: "a.bin"})), "pickle", sharded=True)
    case("a tensor in the wrong shard", index_map(lambda m: m.update({word: "two.safetensors"})), word, "lacks it",
         sharded=True)
    case("a tensor that no shard has", index_map(lambda m: m.update({"x": "two.safetensors"})), '"x"', sharded=True)
    case("a tensor twice in the index", index_text('{"weight_map": {"x": "one.safetensors", "x": "two.safetensors"}}'),
         "twice", sharded=True)
    case("two shards missing", lambda _: [os.remove(path(name)) for name in ("one.safetensors", "two.safetensors")],
         '"one.safetensors", "two.safetensors"', sharded=True)
    case("a shard cut short", lambda _: os.truncate(path("two.safetensors"), 3000), "two.safetensors", "truncated",
         sharded=True)
    case("an empty shard", lambda _: os.truncate(path("two.safetensors"), 0), "two.safetensors", sharded=True)
    case("a tensor in both shards", lambda _: shutil.copy(path("one.safetensors"), path("two.safetensors")),
         sharded=True)

    def good(index):
        del index
        run = replay.run(arguments(folder))
        check(run.returncode == 0, run.stderr)
        os.remove(arguments(folder)[-1])

    shutil.rmtree(folder)
    model_folder.write(folder)
    index = split(folder)
    replay.case("a good checkpoint in shards is taken", lambda: good(index))
    shutil.rmtree(folder)


def cached(cache, commit=COMMIT, reference=COMMIT):
    repository = os.path.join(cache, "models--org--name")
    snapshot = os.path.join(repository, "snapshots", commit)
    model_folder.write(snapshot)
    os.makedirs(os.path.join(repository, "refs"), exist_ok=True)
    if reference is not None:
        write(os.path.join(repository, "refs", "main"), reference)
    return repository, snapshot


def all_caches(replay, arguments):
    cache = replay.path("cache")
    environment = {"HF_HUB_CACHE": cache, "TRANSFORMERS_CACHE": "", "PYTORCH_TRANSFORMERS_CACHE": "",
                   "PYTORCH_PRETRAINED_BERT_CACHE": ""}

    def case(what, model, *words, spoil=None, **how):
        shutil.rmtree(cache, ignore_errors=True)
        repository, snapshot = cached(cache, **how)
        if spoil:
            spoil(repository, snapshot)
        replay.refused("cache: " + what, arguments(model), 1, *words, environment=environment)

    case("another model", "org/other", '"org/other"', "hf download org/other", "org/name")
    case("another revision", "org/name@v2", '"v2"', "hf download org/name --revision v2")
    case("another commit", "org/name@" + OTHER, OTHER, "hf download")
    case("an unclear commit", "org/name@0123", COMMIT, OTHER, spoil=lambda *_: cached(cache, OTHER))
    for model in ("org/name/more", "../name", "org/..", "org/name@", "org/name@../../x", "org/name@a b", "org//name",
                  "-org/name", "org/name.git", "x" * 5000, "org/\u00e9", "org/na\nme"):
        case(f"an id {model[:40]!r}", model, "there is no model")
    for what, reference in (("an empty ref", ""), ("a ref of garbage", b"\xff\xfe\0"), ("a huge ref", "0" * 10**6),
                            ("a ref that leads out", "../../../x"), ("a ref without its snapshot", OTHER)):
        case(what, "org/name", "models--org--name", "hf download org/name", reference=reference)

    def remove(*names):
        return lambda _, snapshot: [os.remove(os.path.join(snapshot, name)) for name in names]

    case("no config", "org/name", "lacks config.json", COMMIT, spoil=remove("config.json"))
    case("no weights", "org/name", "lacks model.safetensors", spoil=remove("model.safetensors"))
    case("no tokenizer", "org/name", "lacks tokenizer.json", spoil=remove("vocab.txt"))

    def broken(_, snapshot):
        os.remove(os.path.join(snapshot, "model.safetensors"))
        os.symlink("../../blobs/0", os.path.join(snapshot, "model.safetensors"))

    case("a blob that is gone", "org/name", "model.safetensors (a link to nowhere)", spoil=broken)
    case("a snapshot that is a file", "org/name", COMMIT, "hf download",
         spoil=lambda _, snapshot: (shutil.rmtree(snapshot), write(snapshot, "x")))

    def loop(repository, _):
        shutil.rmtree(os.path.join(repository, "snapshots"))
        os.symlink("snapshots", os.path.join(repository, "snapshots"))

    case("snapshots that are a loop", "org/name", "no snapshot", spoil=loop)

    def listed():
        shutil.rmtree(cache)
        cached(cache, reference="garbage")
        os.symlink("models--loop", os.path.join(cache, "models--loop"))
        run = replay.run(["models"], environment=dict(environment, WEFT_MODELS=replay.path("no-models")))
        check(run.returncode == 0 and b"org/name" in run.stdout and b"garbage" in run.stdout, f"{run.stdout}")

    def good():
        shutil.rmtree(cache)
        cached(cache, reference=None)
        run = replay.run(arguments("org/name"), environment=environment)
        check(run.returncode == 0 and COMMIT in run.stderr, run.stderr)
        with open(arguments("")[-1], encoding="utf-8") as file:
            said = json.load(file)
        check(said["model"] == "org/name" and said["revision"] == COMMIT, f"{said['model']} {said['revision']}")
        os.remove(arguments("")[-1])

    replay.case("cache: what is wrong is listed", listed)
    replay.case("cache: a good model is taken, and its commit said", good)
    shutil.rmtree(cache)


def all_checkpoints(replay):
    def arguments(model):
        return ["analyze", "--text", "warp", "--device", "cpu", "--model", model, "--output", replay.path("a.json")]

    all_folders(replay, arguments)
    all_caches(replay, arguments)
