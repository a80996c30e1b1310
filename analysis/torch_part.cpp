#include "analysis/torch_part.h"

#include "analysis/error.h"
#include "analysis/open_part.h"

namespace weft {

const TorchPart& open_torch_part() {
    static const auto& part = *static_cast<const TorchPart*>(open_part(
        "libweft_torch.so", "weft_torch_part",
        Error("models need LibTorch, and the part of weft that computes with it cannot be opened",
              "Run scripts/run: it installs LibTorch and builds this part. Traces can be shown without.")));
    return part;
}

std::unique_ptr<Model> Model::load(const std::string& folder, const std::string& device,
                                   std::shared_ptr<LoadProgress> progress) {
    return open_torch_part().load_model(folder, device, progress);
}

}  // namespace weft
