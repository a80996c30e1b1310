#include <nlohmann/json.hpp>
#include <set>

#include "analysis/error.h"
#include "analysis/json_guard.h"
#include "analysis/utf8.h"
#include "app/saved_places.h"

namespace weft {

namespace {

constexpr const char* how_it_is_written = "Write it with 'places.export FILE'.";
constexpr int most_index = 100'000;  // of layers and heads

SavedPlace place_from(const Json& json, const std::string& source) {
    if (!json.is_object()) throw Error(source + ": a place is no object", how_it_is_written);
    SavedPlace place;
    place.name = required_string(json, "name", source);
    if (place.name.empty() || place.name.size() > most_place_name_bytes || first_invalid_utf8(place.name))
        throw Error(source + ": \"name\" has " + std::to_string(place.name.size()) + " bytes",
                    "A name has 1 to " + std::to_string(most_place_name_bytes) + " bytes of UTF-8.");
    place.key = static_cast<int>(optional_int(json, "key", 0, 0, 9, source));
    place.folded = optional_bool(json, "folded", false, source);
    place.stacked = optional_bool(json, "stacked", false, source);
    const auto camera = json.find("camera");
    if (camera == json.end() || !camera->is_object())
        throw Error(source + ": \"" + place.name + "\" has no \"camera\"", how_it_is_written);
    const auto target = camera->find("target");
    if (target == camera->end() || !target->is_array() || target->size() != 3)
        throw Error(source + ": \"target\" is not three numbers", how_it_is_written);
    for (int axis = 0; axis < 3; ++axis) {
        const Json& number = (*target)[static_cast<size_t>(axis)];
        if (!number.is_number() || !(std::abs(number.get<double>()) <= 1e6))
            throw Error(source + ": \"target\" is '" + target->dump().substr(0, 80) + "'",
                        "Three numbers from -1e6 to 1e6.");
        place.camera.target[axis] = static_cast<float>(number.get<double>());
    }
    const auto number = [&](const char* name, double least, double greatest) {
        if (!camera->contains(name))
            throw Error(source + ": a camera has no \"" + name + "\"", how_it_is_written);
        return static_cast<float>(optional_double(*camera, name, 0.0, least, greatest, source));
    };
    place.camera.yaw_deg = number("yaw", -360.0, 360.0);
    place.camera.pitch_deg = number("pitch", -90.0, 90.0);
    place.camera.distance_u = number("distance", 0.01, 1e6);
    place.camera.fov_deg = number("fov", 1.0, 150.0);
    if (const auto head = json.find("head"); head != json.end()) {
        const auto is_index = [](const Json& index) {
            return index.is_number_integer() && index >= 0 && index <= most_index;
        };
        if (!head->is_array() || head->size() != 2 || !is_index((*head)[0]) || !is_index((*head)[1]))
            throw Error(source + ": \"head\" is '" + head->dump().substr(0, 80) + "'",
                        "Write layer and head, both from 0.");
        place.layer = (*head)[0].get<int>();
        place.head = (*head)[1].get<int>();
    }
    return place;
}

}  // namespace

std::string places_json(const std::vector<SavedPlace>& places) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const SavedPlace& place : places) {
        const Camera& c = place.camera;
        nlohmann::ordered_json json;
        if (place.key > 0) json["key"] = place.key;
        json["name"] = place.name;
        json["camera"] = {{"target", {c.target.x, c.target.y, c.target.z}},
                          {"yaw", c.yaw_deg},
                          {"pitch", c.pitch_deg},
                          {"distance", c.distance_u},
                          {"fov", c.fov_deg}};
        if (place.folded) json["folded"] = true;
        if (place.stacked) json["stacked"] = true;
        if (place.layer >= 0) json["head"] = {place.layer, place.head};
        list.push_back(std::move(json));
    }
    return nlohmann::ordered_json{{"weft_places", 1}, {"places", list}}.dump(1) + "\n";
}

std::vector<SavedPlace> places_from_json(std::string_view text, const std::string& source) {
    return with_hint(how_it_is_written, [&] {
        const Json json = parse_json(text, source, {most_places_bytes, 8});
        if (!json.is_object()) throw Error(source + " is no object");
        required_int(json, "weft_places", 1, 1, source);
        const auto list = json.find("places");
        if (list == json.end() || !list->is_array()) throw Error(source + " has no list \"places\"");
        if (list->size() > most_places)
            throw Error(source + " has " + std::to_string(list->size()) + " places",
                        "A list has " + std::to_string(most_places) + " at most.");
        std::vector<SavedPlace> places;
        std::set<int> keys;
        for (const Json& item : *list) {
            places.push_back(place_from(item, source));
            if (places.back().key > 0 && !keys.insert(places.back().key).second)
                throw Error(source + ": two places have the key '" + std::to_string(places.back().key) + "'",
                            "Give each its own, 1 to 9.");
        }
        return places;
    });
}

}  // namespace weft
