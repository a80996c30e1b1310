#include "analysis/image/orientation.h"

#include <catch2/catch.hpp>
#include <string>

using namespace weft;

namespace {

std::string little(uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
}

// One directory with an orientation entry of this TIFF type.
std::string exif(uint32_t value, uint32_t type = 3, uint32_t count = 1) {
    return std::string("II*\0", 4) + little(8, 4) + little(1, 2) + little(0x0112, 2) + little(type, 2) +
           little(count, 4) + little(value, 4) + little(0, 4);
}

}  // namespace

TEST_CASE("the orientation is read from EXIF in either byte order, with or without its prefix") {
    CHECK(read_orientation(exif(6), "") == 6);
    CHECK(read_orientation(std::string("Exif\0\0", 6) + exif(8), "") == 8);
    CHECK(read_orientation(exif(3, 4), "") == 3);
    CHECK(read_orientation(std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x05\0\0", 22), "") ==
          5);
}

TEST_CASE("XMP is asked only where EXIF is silent") {
    CHECK(read_orientation("", "<a tiff:Orientation=\"7\"/>") == 7);
    CHECK(read_orientation("", "<tiff:Orientation>4</tiff:Orientation>") == 4);
    CHECK(read_orientation(exif(6), "<a tiff:Orientation=\"7\"/>") == 6);
    CHECK(read_orientation("", "tiff:Orientation='3' tiff:Orientation=\"2\"") == 2);
}

TEST_CASE("an orientation that cannot be read or does not exist leaves the image as it is") {
    for (const uint32_t value : {0u, 9u, 255u, 65535u}) CHECK(read_orientation(exif(value), "") == 1);
    CHECK(read_orientation(exif(6, 2), "") == 1);
    CHECK(read_orientation(exif(6, 3, 2), "") == 1);
    CHECK(read_orientation("", "tiff:Orientation=\"9\"") == 1);
    CHECK(read_orientation("", "tiff:Orientation=") == 1);
    const std::string whole = exif(6).substr(0, 22);
    for (size_t length = 0; length < 20; ++length) CHECK(read_orientation(whole.substr(0, length), "") == 1);
    CHECK(read_orientation(std::string("II*\0\xff\xff\xff\xff", 8), "") == 1);
    CHECK(read_orientation(std::string("II*\0\x08\0\0\0\xff\xff", 10), "") == 1);
}
