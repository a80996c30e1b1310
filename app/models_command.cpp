#include "app/models_command.h"

#include <cstdio>

#include "analysis/checkpoint/model_folder.h"
#include "analysis/error.h"
#include "analysis/family/model_config.h"
#include "app/doctor.h"

namespace weft {

std::string model_line(const std::string& name, const std::string& folder) {
    try {
        const ModelConfig config = load_model_config(folder);
        return name + "  " + config.model_type + ", " + std::to_string(config.stack().layers) + " layers x " +
               std::to_string(config.stack().attention.heads) + " heads, hidden " +
               std::to_string(config.stack().hidden) + ", up to " + std::to_string(config.max_tokens) +
               " tokens";
    } catch (const Error& error) {
        return name + "  not usable: " + error.what();
    }
}

int run_models(const Options& options) {
    if (!options.model.empty()) {
        const std::string folder = resolve_model_folder(options.model);
        (void)load_model_config(folder);  // an Error says what is wrong with it
        std::printf("%s\n  %s\n", model_line(options.model, folder).c_str(), folder.c_str());
        return 0;
    }
    const std::vector<InstalledModel> models = installed_models(models_folder());
    std::printf("models in %s\n", models_folder().c_str());
    for (const InstalledModel& model : models) {
        const std::string line = model.problem.empty() ? model_line(model.name, model.folder)
                                                       : model.name + "  not usable: " + model.problem;
        std::printf("  %s\n", line.c_str());
    }
    if (models.empty()) std::printf("  none; scripts/run fetches %s\n", default_model);
    return 0;
}

}  // namespace weft
