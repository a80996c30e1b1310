#include "app/models_command.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/model_table.h"
#include "tests/analysis/checkpoint/fake_cache.h"

using namespace weft;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

const std::string commit(40, 'c');

void make_model(const fs::path& folder) {
    fs::create_directories(folder);
    test::write_file(folder / "config.json", test::small_bert_config);
    test::write_file(folder / "model.safetensors", std::string(2'000'000, 'x'));
    test::write_file(folder / "vocab.txt", "a");
}

}  // namespace

TEST_CASE("a model is one line with its sizes, a broken one says why") {
    const test::TemporaryFolder folder;
    make_model(folder.path());
    CHECK(model_line(model_row("mini", folder.path().string())) ==
          "mini  bert, 2 layers x 2 heads, hidden 8, up to 16 tokens, 2 MB");
    fs::rename(folder.path() / "model.safetensors", folder.path() / "pytorch_model.bin");
    CHECK_THAT(model_line(model_row("mini", folder.path().string())),
               Contains("not usable: ") && Contains("pickle"));
    fs::rename(folder.path() / "pytorch_model.bin", folder.path() / "model.safetensors");
    test::write_file(folder.file("config.json"), R"({"model_type":"bert")");
    CHECK_THAT(model_line(model_row("mini", folder.path().string())),
               Contains("mini  2 MB, not usable: ") && Contains("not valid JSON"));
    test::write_file(folder.file("config.json"), R"({"model_type":"no such type"})");
    CHECK_THAT(model_line(model_row("mini", folder.path().string())),
               Contains("mini  no such type, 2 MB, not usable: "));
    Options options;
    options.model = folder.file("nowhere");
    CHECK_THAT(test::refusal([&] { run_models(options); }), Contains("nowhere"));
}

TEST_CASE("installed and cached models are listed, whatever is wrong with them") {
    const test::FakeCache cache;
    const fs::path models = cache.path() / "weft-models";
    make_model(models / "good");
    fs::create_directories(models / "empty");
    fs::create_directory_symlink("nowhere", models / "link");
    fs::create_directory_symlink("loop", models / "loop");
    test::write_file(models / "a file", "");
    cache.add_model("models--org--good", commit);
    fs::create_directory_symlink("..", cache.repository("models--org--good") / "snapshots" / commit / "up");
    cache.add_model("models--org--no-blobs", commit);
    fs::remove_all(cache.repository("models--org--no-blobs") / "blobs");
    cache.add_model("models--org--no-weights", commit);
    fs::remove(cache.repository("models--org--no-weights") / "snapshots" / commit / "model.safetensors");
    fs::create_directories(cache.repository("models--org--no-snapshot") / "snapshots");
    cache.add_model("models--org--bad-ref", commit);
    cache.add_reference("models--org--bad-ref", "main", "garbage");

    const std::vector<ModelRow> rows = model_rows();
    std::vector<std::string> names;
    for (const ModelRow& row : rows) names.push_back(row.name);
    REQUIRE(names == std::vector<std::string>{"empty", "good", "link", "loop", "org/bad-ref", "org/good",
                                              "org/no-blobs", "org/no-snapshot", "org/no-weights"});
    CHECK_THAT(rows[0].problem, Contains("config.json"));
    CHECK(rows[1].problem.empty());
    CHECK_FALSE(rows[1].cached);
    CHECK_FALSE(rows[2].problem.empty());
    CHECK_FALSE(rows[3].problem.empty());
    CHECK_THAT(rows[4].problem, Contains("expected a commit hash"));
    CHECK(rows[5].problem.empty());
    CHECK(rows[5].cached);
    CHECK(rows[5].revision == commit);
    CHECK(rows[5].size_bytes == static_cast<int64_t>(test::small_bert_config.size() +
                                                     test::safetensors_file({{"a", 2}}).size() + 31));
    CHECK_THAT(rows[6].problem, Contains("lacks config.json (a link to nowhere)"));
    CHECK_THAT(rows[7].problem, Contains("no snapshot"));
    CHECK_THAT(rows[8].problem, Contains("lacks model.safetensors"));

    const auto json = nlohmann::json::parse(model_rows_json(rows));
    REQUIRE(json.size() == rows.size());
    CHECK(json[5]["name"] == "org/good");
    CHECK(json[5]["usable"] == true);
    CHECK(json[5]["layers"] == 2);
    CHECK(json[8]["usable"] == false);
    CHECK(run_models({}) == 0);
}
