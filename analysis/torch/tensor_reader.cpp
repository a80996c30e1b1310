#include "analysis/torch/tensor_reader.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "analysis/error.h"

namespace weft::torch_part {

namespace {

const char* const fetch_again = "Copy the model folder again from its source, complete and unchanged.";

// Infinity and NaN are the values whose exponent bits are all set.
bool all_finite(const float* values, int64_t count) {
    constexpr int32_t exponent = 0x7F800000;
    int32_t found = 0;
    for (int64_t i = 0; i < count; ++i) {
        int32_t bits;
        std::memcpy(&bits, values + i, sizeof bits);
        found |= (bits & exponent) == exponent;
    }
    return !found;
}

}  // namespace

TensorReader::TensorReader(Checkpoint checkpoint, const std::string& base_prefix,
                           const std::vector<std::string>& samples)
    : storage_(std::make_shared<Storage>(std::move(checkpoint))) {
    for (const std::string& sample : samples)
        for (const std::string& prefix : {std::string(), base_prefix})
            if (storage_->checkpoint.find(prefix + sample)) {
                prefix_ = prefix;
                return;
            }
    throw Error("\"" + path() + "\" has no tensor \"" + (samples.empty() ? "" : samples.front()) + "\"",
                "The file is not of the model that config.json describes, or not complete. " +
                    std::string(fetch_again));
}

const SafetensorsTensor& TensorReader::tensor(const std::string& whole_name) const {
    const SafetensorsTensor* found = storage_->checkpoint.find(whole_name);
    if (!found)
        throw Error("\"" + path() + "\" has no tensor \"" + whole_name + "\"",
                    "The file is not of the model that config.json describes, or not complete. " +
                        std::string(fetch_again));
    return *found;
}

bool TensorReader::has(const std::string& name) const {
    return has_whole(prefix_ + name);
}
bool TensorReader::has_whole(const std::string& name) const {
    return storage_->checkpoint.find(name) != nullptr;
}
std::vector<int64_t> TensorReader::shape_of(const std::string& name) const {
    return tensor(prefix_ + name).shape;
}
std::vector<int64_t> TensorReader::shape_of_whole(const std::string& name) const {
    return tensor(name).shape;
}
bool TensorReader::are_equal(const float* values, const std::string& whole_name) const {
    const auto read = std::ranges::find(loaded_, values, &Loaded::values);
    WEFT_ASSERT(read != loaded_.end(), whole_name);
    const SafetensorsTensor &a = tensor(read->name), &b = tensor(whole_name);
    return a.dtype == b.dtype && a.shape == b.shape && std::ranges::equal(a.data, b.data);
}
const float* TensorReader::read(const std::string& name, const std::vector<int64_t>& shape) {
    return read_whole(prefix_ + name, shape);
}

const float* TensorReader::read_whole(const std::string& name, const std::vector<int64_t>& shape) {
    const SafetensorsTensor& found = tensor(name);
    if (found.shape != shape)
        throw Error("tensor \"" + name + "\" of \"" + path() + "\" has the shape " + shape_text(found.shape) +
                        ", but config.json asks for " + shape_text(shape),
                    "config.json and the weights must come from the same model. " + std::string(fetch_again));
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    const float* values = nullptr;
    const auto address = reinterpret_cast<uintptr_t>(found.data.data());
    storage_->mapped.push_back(found.data);
    if (found.dtype == Dtype::f32 && address % alignof(float) == 0) {
        values = reinterpret_cast<const float*>(found.data.data());
    } else {
        float* own = room(found.elements);
        convert_to_float32(found, own, storage_->checkpoint.file_of(found));
        values = own;
    }
    known_[name] = values;
    loaded_.push_back({name, values, found.elements});
    parameters_ += found.elements;
    return values;
}

void TensorReader::Storage::release_pages() const {
    const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    for (const std::span<const std::byte> tensor : mapped) {
        const auto begin = reinterpret_cast<uintptr_t>(tensor.data());
        const uintptr_t first = (begin + page - 1) / page * page,
                        last = (begin + tensor.size()) / page * page;
        if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
    }
}

float* TensorReader::room(int64_t count) {
    return storage_->converted.emplace_back().reserve(count > 0 ? count : 1);
}

void TensorReader::check_finite() const {
    for (const Loaded& tensor : loaded_)
        if (!all_finite(tensor.values, tensor.count))
            throw Error("tensor \"" + tensor.name + "\" of \"" + path() + "\" has infinity or NaN in it",
                        fetch_again);
}

}  // namespace weft::torch_part
