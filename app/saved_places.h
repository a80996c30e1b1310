// The views that somebody saved of a model: a list with names and keys, each change of which can be undone,
// kept as JSON in the user's state folder or in a file that is handed on. Main thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "renderer/draw_list.h"
#include "renderer/renderer.h"
#include "scenes/saved_place.h"

namespace weft {

constexpr size_t most_places = 100, most_place_name_bytes = 80, most_places_bytes = 200'000;
constexpr glm::uvec2 thumbnail_px{96, 54};

// {"weft_places": 1, "places": [{"key": 1, "name": "..", "camera": {..}, "folded": false, "stacked": false,
// "head": [layer, head]}]}; all but "name" and "camera" can be missing.
std::string places_json(const std::vector<SavedPlace>& places);
// Throws weft::Error that names `source`, the member and its value.
std::vector<SavedPlace> places_from_json(std::string_view text, const std::string& source);

// A small picture of a large one: means of its pixels in linear light, cut to the thumbnail's shape.
Image thumbnail_of(const CapturedImage& picture);

class SavedPlaces {
  public:
    // Reads what was kept of this model, if anything; an empty folder keeps nothing. Throws weft::Error where
    // what was kept cannot be read: the list is then empty and is not written over until it is changed.
    void open(const std::filesystem::path& folder, const std::string& model);
    const std::string& model() const { return model_; }

    const std::vector<SavedPlace>& all() const { return places_; }
    const SavedPlace* find_key(int key) const;              // null: none
    size_t index_of(const std::string& name_or_key) const;  // throws UsageError

    // In the place of the one with the same key, whose name it keeps; else at the end, as "Place N". Each of
    // these can be undone and is written at once. Throws weft::Error where that fails.
    size_t save(SavedPlace place);
    void rename(size_t index, const std::string& name);
    void erase(size_t index);
    void add_all(const std::vector<SavedPlace>& places);  // a key that is taken goes to the newer
    bool undo();                                          // false: there is nothing to undo
    bool can_undo() const { return !before_.empty(); }

    void set_thumbnail(const SavedPlace& place, Image thumbnail);
    std::shared_ptr<const Image> thumbnail(const SavedPlace& place) const;  // null: none

  private:
    void remember();
    void write() const;
    void read_thumbnails();

    std::filesystem::path folder_;  // of this model
    std::string model_;
    std::vector<SavedPlace> places_;
    std::vector<std::vector<SavedPlace>> before_;                     // newest last
    std::map<std::string, std::shared_ptr<const Image>> thumbnails_;  // by what the place shows
};

}  // namespace weft
