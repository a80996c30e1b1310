// One .safetensors file, memory-mapped read-only and checked by the rules of the reference implementation
// before anything of it is used: header of at most 100 MB, every size product checked for overflow, tensors
// contiguous without holes or overlaps from the first data byte to the last. Immutable after open: any thread
// may read. A file that another program truncates while it is mapped ends this one (SIGBUS), as with every
// mapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// In the order and spelling of the format: "F32", "BF16", ...
enum class Dtype {
    boolean,
    f4,
    f6_e2m3,
    f6_e3m2,
    u8,
    i8,
    f8_e5m2,
    f8_e4m3,
    f8_e8m0,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    c64,
    f64,
    i64,
    u64
};

std::string_view dtype_name(Dtype dtype);  // "F32"
std::optional<Dtype> dtype_from_name(std::string_view name);
int64_t dtype_bits(Dtype dtype);

struct SafetensorsTensor {
    std::string name;
    Dtype dtype = Dtype::f32;
    std::vector<int64_t> shape;  // empty: a scalar
    int64_t elements = 0;
    std::span<const std::byte> data;  // little-endian, row-major; may lie at any alignment
};

struct SafetensorsContent {
    std::vector<SafetensorsTensor> tensors;  // in file order
    std::map<std::string, std::string> metadata;
};

// The checks alone, on bytes in memory that must outlive the result. `source` names them in errors.
SafetensorsContent parse_safetensors(std::span<const std::byte> file, const std::string& source);

class Safetensors {
  public:
    // Throws weft::Error: missing, unreadable, truncated ("header says N bytes, file has M"), malformed.
    static Safetensors open(const std::string& path);
    const std::string& path() const { return path_; }
    const std::vector<SafetensorsTensor>& tensors() const { return content_.tensors; }
    const std::map<std::string, std::string>& metadata() const { return content_.metadata; }
    const SafetensorsTensor* find(std::string_view name) const;  // null if there is none; binary search
    int64_t size_bytes() const;                                  // of the file

  private:
    struct Mapping;
    std::shared_ptr<const Mapping> mapping_;
    std::string path_;
    SafetensorsContent content_;
    std::vector<uint32_t> by_name_;  // indices into tensors, sorted by name
};

// Numbers of a F32, F16, BF16 or F64 tensor as float32 (a NaN stays one, F64 is rounded to nearest), into
// `out` of `tensor.elements` floats. Throws weft::Error naming tensor and dtype for others.
void convert_to_float32(const SafetensorsTensor& tensor, float* out, const std::string& source);
std::vector<float> to_float32(const SafetensorsTensor& tensor, const std::string& source);

std::string shape_text(std::span<const int64_t> shape);  // "[2, 3]"

}  // namespace weft
