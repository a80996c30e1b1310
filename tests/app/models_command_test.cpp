#include "app/models_command.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/error.h"
#include "tests/app/temporary_folder.h"

using namespace weft;

TEST_CASE("a model is one line with its sizes, a broken one says why") {
    const TemporaryFolder folder;
    std::ofstream(folder / "config.json")
        << R"({"model_type":"bert","num_hidden_layers":6,"num_attention_heads":12,"hidden_size":384,
               "intermediate_size":1536,"vocab_size":30522,"max_position_embeddings":512,"type_vocab_size":2,
               "hidden_act":"gelu","architectures":["BertModel"]})";
    CHECK(model_line("mini", folder.path().string()) ==
          "mini  bert, 6 layers x 12 heads, hidden 384, up to 512 tokens");
    std::ofstream(folder / "config.json") << R"({"model_type":"bert")";
    CHECK(model_line("mini", folder.path().string()).starts_with("mini  not usable: "));
    Options options;
    options.model = (folder / "nowhere").string();
    CHECK_THROWS_AS(run_models(options), Error);
}
