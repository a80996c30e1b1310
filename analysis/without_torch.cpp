// Stands in for analysis/torch/ in a build with WEFT_TORCH=OFF: recorded traces only.
#include "analysis/cuda_report.h"
#include "analysis/error.h"
#include "analysis/model.h"

namespace weft {

namespace {
const char* const built_without = "this weft was built without LibTorch";
const char* const build_with =
    "Configure with -DWEFT_TORCH=ON (scripts/run installs LibTorch) and build again.";
}  // namespace

std::unique_ptr<Model> Model::load(const std::string& folder, const std::string&,
                                   std::shared_ptr<LoadProgress>) {
    throw Error("cannot load the model \"" + folder + "\": " + built_without, build_with);
}

const CudaReport& cuda_report() {
    static const CudaReport report{{}, false, built_without, build_with};
    return report;
}

}  // namespace weft
