#include "analysis/image/orientation.h"

#include <optional>
#include <utility>

namespace weft {

namespace {

constexpr uint32_t orientation_tag = 0x0112;

// Integers of a TIFF structure; nothing where it ends before them.
class TiffBytes {
  public:
    explicit TiffBytes(std::string_view bytes)
        : bytes_(bytes), is_little_endian_(bytes.substr(0, 2) == "II") {}

    std::optional<uint32_t> read(size_t at, size_t count) const {
        if (at > bytes_.size() || bytes_.size() - at < count) return std::nullopt;
        uint32_t value = 0;
        for (size_t i = 0; i < count; ++i) {
            const auto byte = static_cast<uint8_t>(bytes_[at + i]);
            value |= uint32_t{byte} << (8 * (is_little_endian_ ? i : count - 1 - i));
        }
        return value;
    }

  private:
    std::string_view bytes_;
    bool is_little_endian_;
};

size_t integer_bytes(uint32_t tiff_type) {
    switch (tiff_type) {
        case 1:  // BYTE, SBYTE
        case 6:
            return 1;
        case 3:  // SHORT, SSHORT
        case 8:
            return 2;
        case 4:  // LONG, SLONG
        case 9:
            return 4;
        default:
            return 0;
    }
}

std::optional<uint32_t> exif_orientation(std::string_view exif) {
    for (int i = 0; i < 2 && exif.substr(0, 6) == std::string_view("Exif\0\0", 6); ++i) exif.remove_prefix(6);
    const TiffBytes tiff(exif);
    if (exif.substr(0, 2) != "II" && exif.substr(0, 2) != "MM") return std::nullopt;
    if (tiff.read(2, 2) != 42u) return std::nullopt;
    const std::optional<uint32_t> directory = tiff.read(4, 4);
    const std::optional<uint32_t> entries = directory ? tiff.read(*directory, 2) : std::nullopt;
    for (uint32_t i = 0; i < entries.value_or(0); ++i) {
        const size_t entry = size_t{*directory} + 2 + size_t{12} * i;
        if (tiff.read(entry, 2) != orientation_tag) continue;
        const size_t bytes = integer_bytes(tiff.read(entry + 2, 2).value_or(0));
        if (bytes == 0 || tiff.read(entry + 4, 4) != 1u) continue;
        return tiff.read(entry + 8, bytes);
    }
    return std::nullopt;
}

// The first tiff:Orientation="N" or <tiff:Orientation>N
std::optional<uint32_t> xmp_orientation(std::string_view xmp) {
    constexpr std::string_view name = "tiff:Orientation";
    for (size_t at = xmp.find(name); at != std::string_view::npos; at = xmp.find(name, at + 1)) {
        std::string_view rest = xmp.substr(at + name.size());
        if (rest.substr(0, 2) == "=\"")
            rest.remove_prefix(2);
        else if (rest.substr(0, 1) == ">")
            rest.remove_prefix(1);
        else
            continue;
        if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') return static_cast<uint32_t>(rest[0] - '0');
    }
    return std::nullopt;
}

}  // namespace

int read_orientation(std::string_view exif, std::string_view xmp) {
    std::optional<uint32_t> orientation = exif_orientation(exif);
    if (!orientation) orientation = xmp_orientation(xmp);
    return orientation && *orientation >= 1 && *orientation <= 8 ? static_cast<int>(*orientation) : 1;
}

DecodedImage turn_upright(DecodedImage image, int orientation) {
    if (orientation == 1) return image;
    const bool transposed = orientation >= 5;
    // Does the stored image's x (y) run against the upright image's axis that it lies along?
    const bool x_backwards = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool y_backwards = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    DecodedImage upright;
    upright.width = transposed ? image.height : image.width;
    upright.height = transposed ? image.width : image.height;
    upright.rgba.resize(image.rgba.size());
    uint8_t* out = upright.rgba.data();
    for (uint32_t y = 0; y < upright.height; ++y)
        for (uint32_t x = 0; x < upright.width; ++x, out += 4) {
            uint32_t stored_x = transposed ? y : x, stored_y = transposed ? x : y;
            if (x_backwards) stored_x = image.width - 1 - stored_x;
            if (y_backwards) stored_y = image.height - 1 - stored_y;
            const uint8_t* in = &image.rgba[4 * (size_t{stored_y} * image.width + stored_x)];
            for (int c = 0; c < 4; ++c) out[c] = in[c];
        }
    return upright;
}

}  // namespace weft
