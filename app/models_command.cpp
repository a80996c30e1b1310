#include "app/models_command.h"

#include <cstdio>

#include "analysis/checkpoint/hub_cache.h"
#include "analysis/checkpoint/model_folder.h"
#include "analysis/family/model_config.h"
#include "app/chosen_model.h"
#include "app/model_table.h"

namespace weft {
namespace {

void print_rows(const std::string& title, const std::vector<ModelRow>& rows, bool cached) {
    std::printf("%s\n", title.c_str());
    bool any = false;
    for (const ModelRow& row : rows) {
        if (row.cached != cached) continue;
        std::printf("  %s\n", model_line(row).c_str());
        any = true;
    }
    if (any) return;
    if (cached)
        std::printf("  none; hf download ORG/NAME fetches one\n");
    else
        std::printf("  none; scripts/run fetches %s\n", default_model);
}

int describe(const Options& options) {
    const ModelFolder model = chosen_model(options.model, ModelFiles::config);
    ModelRow row = model_row(model.name, model.folder);
    row.cached = !parse_snapshot_path(model.folder).commit.empty();
    if (options.json) {
        std::printf("%s\n", model_rows_json({row}).c_str());
        return 0;
    }
    (void)load_model_config(model.folder);  // an Error says what is wrong with it
    std::printf("%s\n  %s\n", model_line(row).c_str(), model.folder.c_str());
    if (!model.revision.empty()) std::printf("  revision %s\n", model.revision.c_str());
    return 0;
}

}  // namespace

int run_models(const Options& options) {
    if (!options.model.empty()) return describe(options);
    const std::vector<ModelRow> rows = model_rows();
    if (options.json) {
        std::printf("%s\n", model_rows_json(rows).c_str());
        return 0;
    }
    print_rows("models in " + models_folder(), rows, false);
    std::string caches;
    for (const std::string& cache : hub_cache_folders()) caches += (caches.empty() ? "" : " and ") + cache;
    print_rows("Hugging Face cache in " + caches, rows, true);
    return 0;
}

}  // namespace weft
