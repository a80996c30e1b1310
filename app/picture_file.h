// A picture as a PNG file. The same pixels always give the same bytes; the file appears whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "renderer/renderer.h"

namespace weft {

// 8-bit RGB with an sRGB tag; alpha, which the renderer leaves at 1, is dropped.
std::vector<uint8_t> png_from_picture(const CapturedImage& image);

// Throws Error where the file can't be written (no folder, no permission, no room); an older file of that
// name then stays as it was.
void write_picture(const std::filesystem::path& path, const CapturedImage& image);

// Whether write_picture() could work there, asked before work that takes time. Throws Error.
void check_picture_path(const std::filesystem::path& path);

}  // namespace weft
