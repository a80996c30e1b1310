#include "analysis/checkpoint/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/error.h"
#include "analysis/json_guard.h"

namespace weft {
namespace {

static_assert(std::endian::native == std::endian::little, "tensor data is read in place");

constexpr uint64_t max_header_bytes = 100'000'000;
constexpr uint64_t length_bytes = 8;  // the little-endian header length in front of the header

struct DtypeRow {
    Dtype dtype;
    std::string_view name;
    int64_t bits;
};
constexpr std::array<DtypeRow, 20> dtype_rows{{
    {Dtype::boolean, "BOOL", 8},    {Dtype::f4, "F4", 4},           {Dtype::f6_e2m3, "F6_E2M3", 6},
    {Dtype::f6_e3m2, "F6_E3M2", 6}, {Dtype::u8, "U8", 8},           {Dtype::i8, "I8", 8},
    {Dtype::f8_e5m2, "F8_E5M2", 8}, {Dtype::f8_e4m3, "F8_E4M3", 8}, {Dtype::f8_e8m0, "F8_E8M0", 8},
    {Dtype::i16, "I16", 16},        {Dtype::u16, "U16", 16},        {Dtype::f16, "F16", 16},
    {Dtype::bf16, "BF16", 16},      {Dtype::i32, "I32", 32},        {Dtype::u32, "U32", 32},
    {Dtype::f32, "F32", 32},        {Dtype::c64, "C64", 64},        {Dtype::f64, "F64", 64},
    {Dtype::i64, "I64", 64},        {Dtype::u64, "U64", 64},
}};

const DtypeRow& row_of(Dtype dtype) {
    return dtype_rows[static_cast<size_t>(dtype)];
}

struct TensorEntry {
    SafetensorsTensor tensor;
    int64_t begin = 0, end = 0;  // data_offsets
};

int64_t checked_product(int64_t a, int64_t b, const std::string& what) {
    int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) throw Error(what + ": the size of the tensor overflows");
    return product;
}

TensorEntry parse_entry(const std::string& name, const Json& json, const std::string& source) {
    const std::string what = source + "\", tensor \"" + name.substr(0, 120);
    const std::string quoted = "\"" + what + "\"";
    TensorEntry entry;
    entry.tensor.name = name;
    const std::string dtype = required_string(json, "dtype", what);
    const std::optional<Dtype> known = dtype_from_name(dtype);
    if (!known) throw Error(quoted + ": unknown dtype \"" + dtype.substr(0, 40) + "\"");
    entry.tensor.dtype = *known;

    const Json* shape = find_member(json, "shape");
    if (shape == nullptr || !shape->is_array()) throw Error(quoted + ": \"shape\" is missing or not a list");
    entry.tensor.elements = 1;
    for (const Json& size : *shape) {
        if (!size.is_number_unsigned() || size.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))
            throw Error(quoted + ": size " + json_excerpt(size) + " in \"shape\" is not a size");
        entry.tensor.shape.push_back(size.get<int64_t>());
        entry.tensor.elements = checked_product(entry.tensor.elements, entry.tensor.shape.back(), quoted);
    }

    const Json* offsets = find_member(json, "data_offsets");
    if (offsets == nullptr || !offsets->is_array() || offsets->size() != 2 ||
        !(*offsets)[0].is_number_unsigned() || !(*offsets)[1].is_number_unsigned())
        throw Error(quoted + ": \"data_offsets\" is not a list of two offsets");
    const uint64_t begin = (*offsets)[0].get<uint64_t>(), end = (*offsets)[1].get<uint64_t>();
    if (begin > end || end > static_cast<uint64_t>(INT64_MAX))
        throw Error(quoted + ": \"data_offsets\" " + json_excerpt(*offsets) + " do not make a span");
    entry.begin = static_cast<int64_t>(begin);
    entry.end = static_cast<int64_t>(end);

    const int64_t bits = checked_product(entry.tensor.elements, dtype_bits(*known), quoted);
    if (bits % 8 != 0) throw Error(quoted + ": its size is not a whole number of bytes");
    if (bits / 8 != entry.end - entry.begin)
        throw Error(quoted + ": shape " + shape_text(entry.tensor.shape) + " of " + dtype + " needs " +
                    std::to_string(bits / 8) + " bytes, its offsets span " +
                    std::to_string(entry.end - entry.begin));
    return entry;
}

std::map<std::string, std::string> parse_metadata(const Json& json, const std::string& source) {
    std::map<std::string, std::string> metadata;
    if (json.is_null()) return metadata;
    if (!json.is_object()) throw Error("\"" + source + "\": \"__metadata__\" is not an object");
    for (const auto& [key, value] : json.items()) {
        if (!value.is_string())
            throw Error("\"" + source + "\": metadata \"" + key.substr(0, 80) + "\" is " +
                        json_excerpt(value) + ", expected a string");
        metadata.emplace(key, value.get<std::string>());
    }
    return metadata;
}

}  // namespace

std::string_view dtype_name(Dtype dtype) {
    return row_of(dtype).name;
}
int64_t dtype_bits(Dtype dtype) {
    return row_of(dtype).bits;
}

std::optional<Dtype> dtype_from_name(std::string_view name) {
    for (const DtypeRow& row : dtype_rows)
        if (row.name == name) return row.dtype;
    return std::nullopt;
}

std::string shape_text(std::span<const int64_t> shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

SafetensorsContent parse_safetensors(std::span<const std::byte> file, const std::string& source) {
    const std::string quoted = "\"" + source + "\"";
    if (file.size() < length_bytes)
        throw Error(quoted + " is truncated: a safetensors file has at least 8 bytes, this one " +
                    std::to_string(file.size()));
    uint64_t header_bytes = 0;
    std::memcpy(&header_bytes, file.data(), length_bytes);
    if (header_bytes > max_header_bytes)
        throw Error(quoted + " is not a safetensors file: its header would have " +
                    std::to_string(header_bytes) + " bytes, the limit is 100000000");
    if (length_bytes + header_bytes > file.size())
        throw Error(quoted + " is truncated: the header ends at byte " +
                    std::to_string(length_bytes + header_bytes) + ", the file has " +
                    std::to_string(file.size()) + " bytes");

    const std::string_view text(reinterpret_cast<const char*>(file.data()) + length_bytes, header_bytes);
    if (text.starts_with("\xef\xbb\xbf")) throw Error(quoted + ": the header begins with a byte order mark");
    const Json header = parse_json(text, source, {max_header_bytes, 8});
    if (!header.is_object()) throw Error(quoted + ": the header is not an object");

    SafetensorsContent content;
    std::vector<TensorEntry> entries;
    for (const auto& [name, value] : header.items()) {
        if (name == "__metadata__")
            content.metadata = parse_metadata(value, source);
        else
            entries.push_back(parse_entry(name, value, source));
    }
    std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });

    int64_t expected = 0;
    for (const TensorEntry& entry : entries) {
        if (entry.begin != expected)
            throw Error(quoted + ", tensor \"" + entry.tensor.name + "\" begins at data byte " +
                        std::to_string(entry.begin) + ", expected " + std::to_string(expected) +
                        " (tensors follow each other without holes or overlaps)");
        expected = entry.end;
    }
    const uint64_t data_bytes = file.size() - length_bytes - header_bytes;
    if (static_cast<uint64_t>(expected) > data_bytes)
        throw Error(quoted + " is truncated: header says " + std::to_string(expected) +
                    " bytes of data, file has " + std::to_string(data_bytes));
    if (static_cast<uint64_t>(expected) < data_bytes)
        throw Error(quoted + " has " + std::to_string(data_bytes - static_cast<uint64_t>(expected)) +
                    " bytes after its last tensor");

    const std::byte* data = file.data() + length_bytes + header_bytes;
    content.tensors.reserve(entries.size());
    for (TensorEntry& entry : entries) {
        entry.tensor.data = {data + entry.begin, static_cast<size_t>(entry.end - entry.begin)};
        content.tensors.push_back(std::move(entry.tensor));
    }
    return content;
}

struct Safetensors::Mapping {
    void* address = nullptr;
    size_t size = 0;
    Mapping() = default;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (address != nullptr) ::munmap(address, size);
    }
};

Safetensors Safetensors::open(const std::string& path) {
    const auto failed = [&path] {
        return Error("cannot read \"" + path + "\": " + std::strerror(errno),
                     "Check the path and its permissions.");
    };
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) throw failed();
    if (!S_ISREG(info.st_mode))
        throw Error("\"" + path + "\" is not a file", "Give the name of a .safetensors file.");

    auto mapping = std::make_shared<Mapping>();
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw failed();
    if (::fstat(descriptor, &info) == 0 && info.st_size > 0) {
        const size_t size = static_cast<size_t>(info.st_size);
        void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (address == MAP_FAILED) {
            const Error error = failed();
            ::close(descriptor);
            throw error;
        }
        mapping->address = address;
        mapping->size = size;
    }
    ::close(descriptor);

    Safetensors file;
    file.path_ = path;
    file.content_ = with_hint("Copy or download the file again.", [&] {
        return parse_safetensors({static_cast<const std::byte*>(mapping->address), mapping->size}, path);
    });
    file.mapping_ = std::move(mapping);
    file.by_name_.resize(file.content_.tensors.size());
    std::iota(file.by_name_.begin(), file.by_name_.end(), 0u);
    std::sort(file.by_name_.begin(), file.by_name_.end(), [&file](uint32_t a, uint32_t b) {
        return file.content_.tensors[a].name < file.content_.tensors[b].name;
    });
    return file;
}

const SafetensorsTensor* Safetensors::find(std::string_view name) const {
    const auto found =
        std::lower_bound(by_name_.begin(), by_name_.end(), name,
                         [this](uint32_t i, std::string_view n) { return content_.tensors[i].name < n; });
    if (found == by_name_.end() || content_.tensors[*found].name != name) return nullptr;
    return &content_.tensors[*found];
}

int64_t Safetensors::size_bytes() const {
    return static_cast<int64_t>(mapping_->size);
}

}  // namespace weft
