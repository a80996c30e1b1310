#include "analysis/checkpoint/safetensors_write.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "analysis/error.h"
#include "analysis/file_write.h"

namespace weft {

void write_safetensors(const std::string& path, std::span<const Float32Tensor> tensors,
                       const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    uint64_t offset = 0;
    for (const Float32Tensor& tensor : tensors) {
        uint64_t elements = 1, given = 0;
        for (const int64_t size : tensor.shape) elements *= static_cast<uint64_t>(size);
        for (const std::span<const float> part : tensor.parts) given += part.size();
        WEFT_ASSERT(elements == given, tensor.name + ": shape has " + std::to_string(elements) +
                                           ", parts have " + std::to_string(given));
        WEFT_ASSERT(!header.contains(tensor.name), tensor.name);
        const uint64_t end = offset + elements * sizeof(float);
        header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const uint64_t length = text.size();

    FileWriter file(path);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(text);
    for (const Float32Tensor& tensor : tensors)
        for (const std::span<const float> part : tensor.parts) file.write(std::as_bytes(part));
    file.commit();
}

}  // namespace weft
