#include "analysis/checkpoint/model_folder.h"

#include <catch2/catch.hpp>

#include "tests/analysis/checkpoint/fake_cache.h"

using namespace weft;
using Catch::Contains;
using test::refusal;
using test::ScopedVariable;

namespace {

namespace fs = std::filesystem;

const std::string commit(40, 'c');

std::string resolve_refusal(const std::string& model, ModelFiles needed = ModelFiles::all) {
    return refusal([&] { resolve_model(model, needed); });
}

// What is said about org/name whose snapshot has these files.
std::string with_files(const std::vector<std::pair<std::string, std::string>>& files,
                       ModelFiles needed = ModelFiles::all) {
    const test::FakeCache cache;
    fs::create_directories(cache.repository("models--org--name") / "snapshots" / commit);
    for (const auto& [name, content] : files) cache.add("models--org--name", commit, name, content);
    cache.add_reference("models--org--name", "main", commit);
    return resolve_refusal("org/name", needed);
}

class WorkingFolder {
  public:
    explicit WorkingFolder(const fs::path& path) : before_(fs::current_path()) { fs::current_path(path); }
    ~WorkingFolder() { fs::current_path(before_); }

  private:
    fs::path before_;
};

}  // namespace

TEST_CASE("a Hugging Face id is a snapshot of the cache, with its name and commit") {
    const test::FakeCache cache;
    cache.add_model("models--org--name", commit);
    cache.add_reference("models--org--name", "main", commit);
    const ModelFolder model = resolve_model("org/name@main");
    CHECK(model.folder == (cache.repository("models--org--name") / "snapshots" / commit).string());
    CHECK(model.name == "org/name");
    CHECK(model.revision == commit);
    CHECK(model.note.empty());
    CHECK(resolve_model_folder("org/name") == model.folder);
    const ModelFolder by_path = resolve_model(model.folder + "/");
    CHECK(by_path.name == "org/name");
    CHECK(by_path.revision == commit);
}

TEST_CASE("a local folder wins over the cache, then the models folder") {
    const test::FakeCache cache;
    cache.add_model("models--org--name", commit);
    fs::create_directories(cache.path() / "weft-models" / "org" / "name");
    CHECK(resolve_model("org/name").folder == (cache.path() / "weft-models/org/name").string());
    CHECK(resolve_model("org/name@cccc").revision == commit);
    const test::TemporaryFolder here;
    fs::create_directories(here.path() / "org" / "name@cccc");
    const WorkingFolder working(here.path());
    CHECK(resolve_model("org/name@cccc").folder == "org/name@cccc");
    CHECK(resolve_model("org/name@cccc").name == "name@cccc");
    CHECK(resolve_model("org/name@cccc").revision.empty());
    CHECK(resolve_model(".").name == here.path().filename().string());
}

TEST_CASE("a link to a snapshot keeps its own name and knows the commit") {
    const test::FakeCache cache;
    cache.add_model("models--org--name", commit);
    fs::create_directories(cache.path() / "weft-models");
    fs::create_directory_symlink("../models--org--name/snapshots/" + commit,
                                 cache.path() / "weft-models/mine");
    const ModelFolder model = resolve_model("mine");
    CHECK(model.name == "mine");
    CHECK(model.revision == commit);
}

TEST_CASE("a name leads nowhere but below the models folder") {
    const test::FakeCache cache;
    fs::create_directories(cache.path() / "weft-models");
    fs::create_directories(cache.path() / "secret");
    for (const char* model : {"../secret", "./../secret", "a/../../secret", "/nowhere", "~", "$HOME", "a\nb"})
        CHECK_THAT(resolve_refusal(model), Contains("there is no model"));
    CHECK_THAT(resolve_refusal(std::string(100'000, 'x')), Contains("there is no model"));
    CHECK_THAT(resolve_refusal("org/name@../../x"), Contains("A revision is a branch"));
}

TEST_CASE("a miss says how to fetch the model and what is there") {
    const test::FakeCache cache;
    cache.add_model("models--gpt2", commit);
    CHECK_THAT(resolve_refusal("org/name@v1"), Contains("there is no model \"org/name@v1\"") &&
                                                   Contains("hf download org/name --revision v1") &&
                                                   Contains("In the Hugging Face cache: gpt2"));
    CHECK_THAT(resolve_refusal("gpt2@v1"), Contains("no revision \"v1\" of \"gpt2\""));
    CHECK_THAT(resolve_refusal(""), Contains(default_model) && Contains("scripts/run fetches it"));
    cache.add_model("models--sentence-transformers--all-MiniLM-L6-v2", commit);
    CHECK(resolve_model("").name == "sentence-transformers/all-MiniLM-L6-v2");
}

TEST_CASE("the second cache is searched too") {
    const test::FakeCache cache;
    cache.add_model("models--org--name", commit);
    fs::create_directories(cache.path() / "new" / "models--org--name");
    const ScopedVariable hub("HF_HUB_CACHE", (cache.path() / "new").string());
    CHECK_THAT(resolve_refusal("org/name"), Contains("no snapshot of \"org/name\""));
    const ScopedVariable old("TRANSFORMERS_CACHE", cache.path().string());
    CHECK(resolve_model("org/name").revision == commit);
}

TEST_CASE("a snapshot without the files that are needed says which") {
    const std::string index = R"({"weight_map":{"x":"a.safetensors","y":"b.safetensors"}})";
    const std::pair<std::string, std::string> config{"config.json", "{}"}, vocabulary{"vocab.txt", "a"};
    CHECK_THAT(with_files({}), Contains("lacks config.json, model.safetensors, tokenizer.json, vocab.txt") &&
                                   Contains("hf download org/name --revision " + commit));
    CHECK_THAT(with_files({vocabulary}, ModelFiles::config), Contains("lacks config.json |"));
    CHECK(with_files({config}, ModelFiles::config) == "no error");
    CHECK(with_files({config, vocabulary}, ModelFiles::tokenizer) == "no error");
    CHECK_THAT(with_files({config}, ModelFiles::tokenizer), Contains("lacks tokenizer.json, vocab.txt"));
    CHECK_THAT(with_files({config, vocabulary}), Contains("lacks model.safetensors |"));
    CHECK_THAT(
        with_files({config, vocabulary, {"model.safetensors.index.json", index}, {"b.safetensors", "x"}}),
        Contains("lacks a.safetensors |"));
    CHECK(with_files({config, vocabulary, {"model.safetensors.index.json", "broken"}}) == "no error");
    CHECK(with_files({config, vocabulary, {"pytorch_model.bin", "x"}}) == "no error");
    CHECK(with_files({config, {"preprocessor_config.json", "{}"}, {"model.safetensors", ""}}) == "no error");
}

TEST_CASE("links to blobs that are gone count as missing") {
    const test::FakeCache cache;
    cache.add_model("models--org--name", commit);
    fs::remove_all(cache.repository("models--org--name") / "blobs");
    CHECK_THAT(
        resolve_refusal("org/name"),
        Contains("config.json (a link to nowhere), model.safetensors (a link to nowhere), vocab.txt (a "
                 "link to nowhere)"));
}
