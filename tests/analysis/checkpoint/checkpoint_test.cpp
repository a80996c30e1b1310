#include "analysis/checkpoint/checkpoint.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/checkpoint/other_weights.h"
#include "analysis/checkpoint/weight_index.h"
#include "tests/analysis/checkpoint/fake_cache.h"

using namespace weft;
using Catch::Contains;
using test::refusal;
using test::safetensors_file;
using test::write_file;

namespace {

namespace fs = std::filesystem;

constexpr const char* index_name = "model.safetensors.index.json";

std::string opened(const test::TemporaryFolder& folder) {
    return refusal([&] { Checkpoint::open(folder.path().string()); });
}

// What is said about a folder with this index and two shards, a.safetensors {x, y} and b.safetensors {z}.
std::string with_index(const std::string& index) {
    const test::TemporaryFolder folder;
    write_file(folder.file("a.safetensors"), safetensors_file({{"x", 1}, {"y", 2}}));
    write_file(folder.file("b.safetensors"), safetensors_file({{"z", 3}}));
    write_file(folder.file(index_name), index);
    return opened(folder);
}

std::string with_file(const std::string& name, const std::string& content = "bytes") {
    const test::TemporaryFolder folder;
    write_file(folder.file(name), content);
    return opened(folder);
}

}  // namespace

TEST_CASE("a folder of one file is a checkpoint") {
    const test::TemporaryFolder folder;
    const std::string file = safetensors_file({{"a", 2}, {"b", 3}});
    write_file(folder.file("model.safetensors"), file);
    write_file(folder.file(index_name), "never read beside a whole file");
    const Checkpoint checkpoint = Checkpoint::open(folder.path().string());
    REQUIRE(checkpoint.find("a") != nullptr);
    CHECK(checkpoint.find("a")->elements == 2);
    CHECK(checkpoint.find("") == nullptr);
    CHECK(checkpoint.find("ab") == nullptr);
    CHECK(checkpoint.tensors().size() == 2);
    CHECK(checkpoint.file_of(*checkpoint.find("b")) == folder.file("model.safetensors"));
    CHECK(checkpoint.path() == folder.file("model.safetensors"));
    CHECK(checkpoint.size_bytes() == static_cast<int64_t>(file.size()));
    CHECK(checkpoint.parameters() == 5);
}

TEST_CASE("shards are one checkpoint, whatever the index says of sizes, and copies share them") {
    const test::TemporaryFolder folder;
    write_file(folder.file("a.safetensors"), safetensors_file({{"x", 1}, {"y", 2}}));
    write_file(folder.file("b.safetensors"), safetensors_file({{"z", 3}, {"not in the index", 1}}));
    write_file(folder.file(index_name),
               R"({"metadata":{"total_size":-7},
                   "weight_map":{"z":"b.safetensors","x":"a.safetensors","y":"a.safetensors"}})");
    Checkpoint copy = Checkpoint::open(folder.path().string());
    const SafetensorsTensor* tensor = copy.find("z");
    {
        const Checkpoint first = copy;
        copy = Checkpoint::open(folder.path().string());
        CHECK(first.file_of(*tensor) == folder.file("b.safetensors"));
        CHECK(first.find("z") == tensor);
    }
    CHECK(copy.tensors().size() == 4);
    CHECK(copy.find("not in the index") != nullptr);
    CHECK(copy.file_of(*copy.find("y")) == folder.file("a.safetensors"));
    CHECK(copy.parameters() == 7);
    CHECK(copy.path() == folder.file(index_name));
}

TEST_CASE("an index that lies is refused with what it says") {
    CHECK(with_index(R"({"weight_map":{"x":"a.safetensors","y":"a.safetensors","z":"b.safetensors"}})") ==
          "no error");
    CHECK_THAT(with_index("shards"), Contains("not valid JSON"));
    CHECK_THAT(with_index(""), Contains("not valid JSON"));
    CHECK_THAT(with_index(std::string(max_index_bytes + 1, ' ')), Contains("more than the limit"));
    CHECK_THAT(with_index("[]"), Contains("is not an object"));
    CHECK_THAT(with_index(std::string(100, '[')), Contains("nested deeper"));
    CHECK_THAT(with_index(R"({"weight_map":[]})"), Contains("\"weight_map\" is missing or not an object"));
    CHECK_THAT(with_index(R"({"metadata":{}})"), Contains("\"weight_map\" is missing"));
    CHECK_THAT(with_index(R"({"weight_map":{}})"), Contains("\"weight_map\" is empty"));
    CHECK_THAT(with_index(R"({"weight_map":{"x":1}})"),
               Contains("shard of \"x\" is 1, expected a file's name"));
    for (const char* path :
         {"../a.safetensors", "/etc/a.safetensors", "sub/a.safetensors", "a\\\\b.safetensors",
          "./a.safetensors", "a\\u0000.safetensors", "a\\n.safetensors", "..\\/a.safetensors"})
        CHECK_THAT(with_index(R"({"weight_map":{"x":")" + std::string(path) + "\"}}"),
                   Contains("no plain file name"));
    for (const char* name : {"", "..", ".", ".safetensors", "a.safetensors.txt"})
        CHECK_THAT(with_index(R"({"weight_map":{"x":")" + std::string(name) + "\"}}"),
                   Contains("expected the name of a .safetensors file"));
    CHECK_THAT(with_index(R"({"weight_map":{"x":")" + std::string(300, 'a') + ".safetensors\"}}"),
               Contains("expected the name"));
    CHECK_THAT(with_index(R"({"weight_map":{"x":"pytorch_model-1.bin"}})"),
               Contains("a pickle, which can run any code"));
    CHECK_THAT(with_index(R"({"weight_map":{"x":"a.safetensors","x":"b.safetensors"}})"),
               Contains("\"x\" appears twice"));
    CHECK_THAT(with_index(R"({"weight_map":{"x":"b.safetensors","y":"a.safetensors","z":"b.safetensors"}})"),
               Contains("says that tensor \"x\" lies in \"b.safetensors\", which lacks it"));
    CHECK_THAT(with_index(R"({"weight_map":{"x":"a.safetensors","w":"b.safetensors","v":"b.safetensors"}})"),
               Contains("2 such tensors: \"v\", \"w\""));
}

TEST_CASE("missing shards are named all at once") {
    const std::string said = with_index(
        R"({"weight_map":{"x":"a.safetensors","p":"c.safetensors","q":"d.safetensors","r":"d.safetensors"}})");
    CHECK_THAT(said, Contains("names 3 shards, 2 of them missing: \"c.safetensors\", \"d.safetensors\""));
    std::string many = R"({"weight_map":{)";
    for (int i = 0; i < 5000; ++i)
        many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"" + std::to_string(i) + ".safetensors\"";
    CHECK_THAT(with_index(many + "}}"), Contains("names more than 4096 shards"));
}

TEST_CASE("a shard that is broken, a folder or a link to nowhere is named") {
    const auto with_shard = [](const std::function<void(const fs::path&)>& make) {
        const test::TemporaryFolder folder;
        write_file(folder.file("a.safetensors"), safetensors_file({{"x", 1}}));
        make(folder.path() / "b.safetensors");
        write_file(folder.file(index_name), R"({"weight_map":{"x":"a.safetensors","y":"b.safetensors"}})");
        return opened(folder);
    };
    const std::string good = safetensors_file({{"y", 2}});
    CHECK(with_shard([&](const fs::path& path) { write_file(path, good); }) == "no error");
    CHECK_THAT(with_shard([&](const fs::path& path) { write_file(path, good.substr(0, good.size() - 1)); }),
               Contains("b.safetensors") && Contains("truncated"));
    CHECK_THAT(with_shard([](const fs::path& path) { write_file(path, ""); }),
               Contains("b.safetensors") && Contains("truncated"));
    CHECK_THAT(with_shard([](const fs::path& path) { fs::create_directory(path); }),
               Contains("b.safetensors\" is not a file"));
    CHECK_THAT(with_shard([](const fs::path& path) { fs::create_symlink("nowhere", path); }),
               Contains("is a link to \"nowhere\", which is not there"));
    CHECK_THAT(with_shard([](const fs::path& path) { fs::create_symlink("b.safetensors", path); }),
               Contains("can't be followed"));
    CHECK_THAT(with_shard([](const fs::path& path) {
                   write_file(path, safetensors_file({{"x", 1}, {"y", 1}}));
               }),
               Contains("tensor \"x\" is in both") && Contains("a.safetensors") && Contains("b.safetensors"));
}

TEST_CASE("model.safetensors that is no such file is refused with what it is") {
    CHECK_THAT(with_file("model.safetensors", ""), Contains("truncated"));
    CHECK_THAT(with_file("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
               Contains("Git LFS pointer") && Contains("git lfs pull"));
    CHECK_THAT(with_file("model.safetensors", std::string(64, '\x80')), Contains("limit"));
    const auto with_model = [](const std::function<void(const fs::path&)>& make) {
        const test::TemporaryFolder folder;
        make(folder.path() / "model.safetensors");
        return opened(folder);
    };
    CHECK_THAT(with_model([](const fs::path& path) { fs::create_directory(path); }),
               Contains("is not a file"));
    CHECK_THAT(with_model([](const fs::path& path) { fs::create_symlink("../../blobs/12ab", path); }),
               Contains("link to \"../../blobs/12ab\", which is not there"));
    CHECK_THAT(with_model([](const fs::path& path) { fs::create_symlink("model.safetensors", path); }),
               Contains("can't be followed"));
    CHECK_THAT(with_model([](const fs::path& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }),
               Contains("is not a file"));
    CHECK_THAT(with_model([](const fs::path& path) { fs::create_symlink("/dev/zero", path); }),
               Contains("is not a file"));
    CHECK_THAT(with_model([](const fs::path&) {}), Contains("has no model.safetensors"));
    CHECK_THAT(refusal([] { Checkpoint::open("/nowhere/at all"); }),
               Contains("\"/nowhere/at all\" is missing"));
    if (::geteuid() == 0) return;  // root may read everything
    CHECK_THAT(with_model([](const fs::path& path) {
                   write_file(path, "x");
                   fs::permissions(path, fs::perms::none);
               }),
               Contains("cannot read"));
}

TEST_CASE("weights in another format are refused with the reason and a command") {
    CHECK_THAT(with_file("pytorch_model.bin"), Contains("a pickle, which can run any code") &&
                                                   Contains("python3 -c") && Contains("weights_only=True") &&
                                                   Contains("model.safetensors"));
    CHECK_THAT(with_file("pytorch_model.bin.index.json", "{}"), Contains("pytorch_model*.bin"));
    CHECK_THAT(with_file("weights.pt"), Contains("\"weights.pt\", a pickle") && Contains("/weights.pt"));
    CHECK_THAT(with_file("best.pth"), Contains("\"best.pth\", a pickle"));
    CHECK_THAT(with_file("tf_model.h5"), Contains("TensorFlow") && Contains("from_tf=True"));
    CHECK_THAT(with_file("flax_model.msgpack"), Contains("Flax") && Contains("from_flax=True"));
    CHECK_THAT(with_file("model.ckpt"), Contains("save_pretrained"));
    CHECK_THAT(with_file("bert_model.ckpt.index"), Contains("save_pretrained"));
    CHECK_THAT(with_file("q4.gguf"), Contains("GGUF") && Contains("gguf_file='q4.gguf'"));
    CHECK_THAT(with_file("model.onnx"), Contains("ONNX"));
    CHECK_THAT(with_file("adapter_model.safetensors"), Contains("adapter") && Contains("merge_and_unload"));
    CHECK_THAT(with_file("weights.safetensors"), Contains("another name") && Contains("mv "));
    CHECK_THAT(with_file("model-00001-of-00002.safetensors"), Contains("no model.safetensors.index.json"));
    CHECK_THAT(with_file("notes.txt"), Contains("has no model.safetensors"));
}

TEST_CASE("a path is one word of a shell's command") {
    CHECK(shell_word("/a/b-c_1.2") == "/a/b-c_1.2");
    CHECK(shell_word("a b") == "'a b'");
    CHECK(shell_word("it's $HOME") == "'it'\\''s $HOME'");
    CHECK(shell_word("") == "''");
}

TEST_CASE("a quantised checkpoint is refused, by its config and by its tensors") {
    const Json config = parse_json(R"({"quantization_config":{"quant_method":"gptq","bits":4}})", "c");
    CHECK_THAT(refusal([&] { refuse_quantization(config, "/m/config.json"); }),
               Contains("\"quantization_config\" is {\"bits\":4") && Contains("dequantize"));
    CHECK(refusal([] { refuse_quantization(parse_json("{}", "c"), "c"); }) == "no error");
    CHECK(refusal([] { refuse_quantization(parse_json(R"({"quantization_config":null})", "c"), "c"); }) ==
          "no error");
    for (const char* dtype : {"I8", "U8", "I32", "F8_E4M3", "F4", "I64"}) {
        SafetensorsTensor tensor;
        tensor.name = "q";
        tensor.dtype = *dtype_from_name(dtype);
        CHECK_THAT(refusal([&] { to_float32(tensor, "m"); }),
                   Contains("tensor \"q\" is " + std::string(dtype)) && Contains("unquantised"));
        float out = 0;
        CHECK_THAT(refusal([&] { convert_to_float32(tensor, &out, "m"); }), Contains("quantised"));
    }
}
