#include "app/saved_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <set>

#include "analysis/error.h"
#include "analysis/image/decode.h"
#include "analysis/json_guard.h"
#include "analysis/utf8.h"
#include "app/picture_file.h"

namespace weft {

namespace fs = std::filesystem;

namespace {

constexpr size_t undo_steps = 50;
constexpr const char* list_name = "places.json";

uint64_t hash_of(std::string_view text) {  // FNV-1a
    uint64_t hash = 14695981039346656037ull;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}

std::string hex(uint64_t number) {
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
    return text;
}

// A model's own folder: its name where that is a plain one, and what tells it from all others.
std::string folder_name(const std::string& model) {
    std::string name;
    for (const char c : model.substr(0, 60)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '_';
        name += plain ? c : '_';
    }
    return name + "-" + hex(hash_of(model)).substr(0, 8);
}

// Of what it shows: name and key do not change its picture.
std::string thumbnail_name(SavedPlace place) {
    place.name.clear();
    place.key = 0;
    return hex(hash_of(places_json({place}))) + ".png";
}

const std::array<float, 256>& linear_bytes() {
    static const std::array<float, 256> table = [] {
        std::array<float, 256> linear{};
        for (size_t i = 0; i < linear.size(); ++i) {
            const float s = static_cast<float>(i) / 255.0f;
            linear[i] = s <= 0.04045f ? s / 12.92f : std::pow((s + 0.055f) / 1.055f, 2.4f);
        }
        return linear;
    }();
    return table;
}

uint8_t srgb_byte(float linear) {
    const float s = linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1.0f / 2.4f) - 0.055f;
    return static_cast<uint8_t>(std::lround(255.0f * std::clamp(s, 0.0f, 1.0f)));
}

}  // namespace

Image thumbnail_of(const CapturedImage& picture) {
    Image small{thumbnail_px.x, thumbnail_px.y, {}};
    small.rgba.resize(size_t{4} * small.width * small.height, 255);
    // The largest middle part of the thumbnail's shape.
    const double scale = std::min(static_cast<double>(picture.width) / small.width,
                                  static_cast<double>(picture.height) / small.height);
    const double left = 0.5 * (picture.width - scale * small.width),
                 top = 0.5 * (picture.height - scale * small.height);
    const auto range = [scale](double from, uint32_t index, uint32_t end) {
        const auto first = static_cast<uint32_t>(std::max(0.0, from + scale * index));
        const auto last = static_cast<uint32_t>(from + scale * (index + 1));
        return std::pair{std::min(first, end - 1), std::clamp(last, first + 1, end)};
    };
    for (uint32_t y = 0; y < small.height; ++y) {
        const auto rows = range(top, y, picture.height);
        for (uint32_t x = 0; x < small.width; ++x) {
            const auto columns = range(left, x, picture.width);
            std::array<float, 3> sum{};
            for (uint32_t row = rows.first; row < rows.second; ++row)
                for (uint32_t column = columns.first; column < columns.second; ++column)
                    for (size_t c = 0; c < 3; ++c)
                        sum[c] +=
                            linear_bytes()[picture.rgba[4 * (size_t{row} * picture.width + column) + c]];
            const auto count =
                static_cast<float>((rows.second - rows.first) * (columns.second - columns.first));
            for (size_t c = 0; c < 3; ++c)
                small.rgba[4 * (size_t{y} * small.width + x) + c] = srgb_byte(sum[c] / count);
        }
    }
    return small;
}

void SavedPlaces::open(const fs::path& folder, const std::string& model) {
    model_ = model;
    folder_ = folder.empty() ? folder : folder / folder_name(model);
    places_.clear();
    before_.clear();
    thumbnails_.clear();
    const fs::path list = folder_ / list_name;
    std::error_code ignored;
    if (folder_.empty() || !fs::exists(list, ignored)) return;
    places_ = places_from_json(read_text_file(list.string(), most_places_bytes), list.string());
    read_thumbnails();
}

void SavedPlaces::read_thumbnails() {
    for (const SavedPlace& place : places_) {
        const std::string name = thumbnail_name(place);
        try {
            DecodedImage image = decode_image((folder_ / name).string(), {1'000'000, 1024, 1'000'000});
            thumbnails_[name] =
                std::make_shared<Image>(Image{image.width, image.height, std::move(image.rgba)});
        } catch (const Error&) {
            // A place without its picture is still a place: it gets one when somebody flies there.
        }
    }
}

const SavedPlace* SavedPlaces::find_key(int key) const {
    const auto found = std::ranges::find(places_, key, &SavedPlace::key);
    return key > 0 && found != places_.end() ? &*found : nullptr;
}

size_t SavedPlaces::index_of(const std::string& name_or_key) const {
    const bool is_key = name_or_key.size() == 1 && name_or_key[0] >= '1' && name_or_key[0] <= '9';
    for (size_t i = 0; i < places_.size(); ++i)
        if (places_[i].name == name_or_key || (is_key && places_[i].key == name_or_key[0] - '0')) return i;
    std::string there;
    for (const SavedPlace& place : places_) there += (there.empty() ? "" : ", ") + place.name;
    throw UsageError("no place '" + name_or_key + "' is saved",
                     there.empty() ? "Ctrl+Shift+1 saves the view as the first."
                                   : "There is: " + there.substr(0, 300) + ".");
}

void SavedPlaces::remember() {
    before_.push_back(places_);
    if (before_.size() > undo_steps) before_.erase(before_.begin());
}

size_t SavedPlaces::save(SavedPlace place) {
    const SavedPlace* same = find_key(place.key);
    if (!same && places_.size() >= most_places)
        throw Error(std::to_string(most_places) + " places are saved", "Delete one that is not needed.");
    remember();
    size_t index = same ? static_cast<size_t>(same - places_.data()) : places_.size();
    if (same) {
        place.name = same->name;
        places_[index] = std::move(place);
    } else {
        if (place.name.empty())
            place.name =
                "Place " + std::to_string(place.key > 0 ? static_cast<size_t>(place.key) : index + 1);
        // By key, then those without one in the order of saving.
        const auto before = std::ranges::find_if(places_, [&](const SavedPlace& other) {
            return place.key > 0 && (other.key == 0 || other.key > place.key);
        });
        index = static_cast<size_t>(before - places_.begin());
        places_.insert(before, std::move(place));
    }
    write();
    return index;
}

void SavedPlaces::rename(size_t index, const std::string& name) {
    if (name.empty() || name.size() > most_place_name_bytes || first_invalid_utf8(name))
        throw UsageError("'" + name.substr(0, most_place_name_bytes) + "' is no name for a place",
                         "It has 1 to " + std::to_string(most_place_name_bytes) + " bytes of UTF-8.");
    if (places_.at(index).name == name) return;
    remember();
    places_[index].name = name;
    write();
}

void SavedPlaces::erase(size_t index) {
    WEFT_ASSERT(index < places_.size(), std::to_string(index));
    remember();
    places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(index));
    write();
}

void SavedPlaces::add_all(const std::vector<SavedPlace>& places) {
    if (places_.size() + places.size() > most_places)
        throw Error(std::to_string(places_.size() + places.size()) + " places are too many",
                    "A list has " + std::to_string(most_places) + " at most: delete some.");
    remember();
    for (const SavedPlace& place : places) {
        if (place.key > 0)
            for (SavedPlace& other : places_)
                if (other.key == place.key) other.key = 0;
        places_.push_back(place);
    }
    write();
}

bool SavedPlaces::undo() {
    if (before_.empty()) return false;
    places_ = std::move(before_.back());
    before_.pop_back();
    write();
    return true;
}

void SavedPlaces::set_thumbnail(const SavedPlace& place, Image thumbnail) {
    const std::string name = thumbnail_name(place);
    if (!folder_.empty())
        write_picture(folder_ / name, {0, thumbnail.width, thumbnail.height, thumbnail.rgba});
    thumbnails_[name] = std::make_shared<Image>(std::move(thumbnail));
}

std::shared_ptr<const Image> SavedPlaces::thumbnail(const SavedPlace& place) const {
    const auto found = thumbnails_.find(thumbnail_name(place));
    return found == thumbnails_.end() ? nullptr : found->second;
}

// Whole, or as it was: a file beside it takes its place. Pictures that no place has any more go.
void SavedPlaces::write() const {
    if (folder_.empty()) return;
    std::error_code failed;
    fs::create_directories(folder_, failed);
    const fs::path list = folder_ / list_name, fresh = folder_ / "places.json.new";
    std::ofstream file(fresh, std::ios::binary);
    file << places_json(places_);
    file.close();
    if (file) fs::rename(fresh, list, failed);
    if (!file || failed)
        throw Error("cannot write '" + list.string() + "'", "Check the folder and its permissions.");
    std::set<std::string> wanted;
    for (const SavedPlace& place : places_) wanted.insert(thumbnail_name(place));
    for (const auto& places : before_)
        for (const SavedPlace& place : places) wanted.insert(thumbnail_name(place));
    for (const auto& entry : fs::directory_iterator(folder_, failed))
        if (entry.path().extension() == ".png" && !wanted.contains(entry.path().filename().string()))
            fs::remove(entry.path(), failed);
}

}  // namespace weft
