#include "app/saved_places.h"

#include <catch2/catch.hpp>
#include <random>

#include "analysis/error.h"
#include "temporary_folder.h"
#include "tests/analysis/test_files.h"

using namespace weft;

namespace {

SavedPlace random_place(std::mt19937& random, int key) {
    const auto between = [&](float low, float high) {
        return std::uniform_real_distribution<float>(low, high)(random);
    };
    SavedPlace place;
    place.key = key;
    place.name = "place " + std::to_string(random() % 1000) + " \u00e9\u05d0";
    place.camera = {{between(-1e5f, 1e5f), between(-10, 10), between(-1, 1)},
                    between(-180, 180),
                    between(-90, 90),
                    between(0.1f, 500),
                    between(1, 120)};
    place.folded = random() % 2 == 0;
    place.stacked = random() % 2 == 0;
    if (random() % 2 == 0) {
        place.layer = static_cast<int>(random() % 48);
        place.head = static_cast<int>(random() % 32);
    }
    return place;
}

std::string message_of(const std::string& json) {
    try {
        places_from_json(json, "its.json");
    } catch (const Error& error) {
        CHECK(!error.hint().empty());
        return error.what();
    }
    return "nothing";
}

std::string with_camera(const std::string& camera) {
    return R"({"weft_places": 1, "places": [{"name": "a", "camera": )" + camera + "}]}";
}

}  // namespace

TEST_CASE("random places come back from JSON as they were") {
    std::mt19937 random(1);
    for (int n = 0; n < 200; ++n) {
        std::vector<SavedPlace> places;
        for (int key = 0; key < n % 10; ++key) places.push_back(random_place(random, key));
        CHECK(places_from_json(places_json(places), "again") == places);
    }
}

TEST_CASE("what is wrong with a file of places is said") {
    CHECK(message_of("[]") == "its.json is no object");
    CHECK_THAT(message_of("{"), Catch::Contains("not valid JSON"));
    CHECK(message_of(R"({"weft_places": 1})") == "its.json has no list \"places\"");
    CHECK_THAT(message_of(R"({"weft_places": 2, "places": []})"), Catch::Contains("weft_places"));
    CHECK_THAT(message_of(R"({"weft_places": 1, "places": [{"name": "a"}]})"),
               Catch::Contains("\"a\" has no \"camera\""));
    CHECK_THAT(message_of(R"({"weft_places": 1, "places": [{"name": "", "camera": {}}]})"),
               Catch::Contains("\"name\" has 0 bytes"));
    const std::string rest = R"(, "yaw": 0, "pitch": 0, "distance": 5, "fov": 22})";
    CHECK(message_of(with_camera(R"({"target": [0, 0, 0])" + rest)) == "nothing");
    CHECK_THAT(message_of(with_camera(R"({"target": [0, 0])" + rest)), Catch::Contains("not three numbers"));
    CHECK_THAT(message_of(with_camera(R"({"target": [0, 0, 1e7])" + rest)),
               Catch::Contains("1e7") || Catch::Contains("10000000"));
    CHECK_THAT(
        message_of(with_camera(R"({"target": [0, 0, 0], "yaw": 0, "pitch": 91, "distance": 5, "fov": 22})")),
        Catch::Contains("pitch") && Catch::Contains("91"));
    CHECK_THAT(message_of(with_camera(R"({"target": [0, 0, 0], "yaw": 0, "pitch": 9, "distance": 5})")),
               Catch::Contains("fov"));
    const std::string place = R"({"key": 3, "name": "a", "camera": {"target": [0, 0, 0])" + rest + "}";
    CHECK_THAT(message_of(R"({"weft_places": 1, "places": [)" + place + "," + place + "]}"),
               Catch::Contains("key '3'"));
    std::string many;
    const std::string keyless = R"({"name": "a", "camera": {"target": [0, 0, 0])" + rest + "}";
    for (size_t n = 0; n <= most_places; ++n) many += (n > 0 ? "," : "") + keyless;
    CHECK(message_of(R"({"weft_places": 1, "places": [)" + many + "]}") == "its.json has 101 places");
}

TEST_CASE("places are kept for each model, and a key saved again replaces its place but keeps its name") {
    const TemporaryFolder folder;
    std::mt19937 random(2);
    SavedPlaces places;
    places.open(folder.path(), "org/model");
    SavedPlace first = random_place(random, 1);
    first.name.clear();
    CHECK(places.save(first) == 0);
    CHECK(places.all()[0].name == "Place 1");
    places.rename(0, "the cat \u05d7\u05ea\u05d5\u05dc");
    SavedPlace again = random_place(random, 1);
    again.name.clear();
    CHECK(places.save(again) == 0);
    CHECK(places.all()[0].name == "the cat \u05d7\u05ea\u05d5\u05dc");
    CHECK(places.all()[0].camera == again.camera);
    places.save(random_place(random, 0));
    CHECK(places.find_key(1) == &places.all()[0]);
    CHECK(places.find_key(0) == nullptr);
    CHECK(places.find_key(2) == nullptr);
    CHECK(places.index_of("1") == 0);
    CHECK(places.index_of(places.all()[1].name) == 1);
    CHECK_THROWS_WITH(places.index_of("7"), "no place '7' is saved");
    CHECK_THROWS_AS(places.rename(0, ""), UsageError);
    CHECK_THROWS_AS(places.rename(0, std::string(81, 'x')), UsageError);

    CHECK(places.save(random_place(random, 5)) == 1);
    CHECK(places.save(random_place(random, 3)) == 1);
    CHECK(places.save(random_place(random, 0)) == 4);
    std::vector<int> keys;
    for (const SavedPlace& place : places.all()) keys.push_back(place.key);
    CHECK(keys == std::vector{1, 3, 5, 0, 0});

    SavedPlaces other, same;
    other.open(folder.path(), "org/model2");
    CHECK(other.all().empty());
    same.open(folder.path(), "org/model");
    CHECK(same.all() == places.all());
}

TEST_CASE("what is deleted, renamed or replaced comes back with undo, step by step") {
    const TemporaryFolder folder;
    std::mt19937 random(4);
    SavedPlaces places;
    places.open(folder.path(), "m");
    std::vector<std::vector<SavedPlace>> states{places.all()};
    for (int n = 0; n < 20; ++n) {
        const size_t count = places.all().size();
        if (count > 0 && random() % 3 == 0)
            places.erase(random() % count);
        else if (count > 0 && random() % 3 == 0)
            places.rename(random() % count, "name " + std::to_string(n));
        else
            places.save(random_place(random, static_cast<int>(random() % 10)));
        states.push_back(places.all());
    }
    while (states.size() > 1) {
        states.pop_back();
        CHECK(places.undo());
        CHECK(places.all() == states.back());
        SavedPlaces kept;
        kept.open(folder.path(), "m");
        CHECK(kept.all() == states.back());
    }
    CHECK_FALSE(places.undo());
}

TEST_CASE("places that are added take over their keys") {
    std::mt19937 random(6);
    SavedPlaces places;
    places.save(random_place(random, 1));
    places.save(random_place(random, 2));
    places.add_all({random_place(random, 2), random_place(random, 0)});
    CHECK(places.all().size() == 4);
    CHECK(places.all()[1].key == 0);
    CHECK(places.find_key(2) == &places.all()[2]);
    std::vector<SavedPlace> many(most_places, random_place(random, 0));
    CHECK_THROWS_AS(places.add_all(many), Error);
    CHECK(places.all().size() == 4);
}

TEST_CASE("a broken list is said, not used, and stays until something is saved") {
    const TemporaryFolder folder;
    std::mt19937 random(8);
    SavedPlaces places;
    places.open(folder.path(), "m");
    places.save(random_place(random, 1));
    const auto file = std::filesystem::directory_iterator(folder.path())->path() / "places.json";
    test::write_file(file, "{\"weft_places\": 1, \"places\": 7}");
    SavedPlaces broken;
    CHECK_THROWS_AS(broken.open(folder.path(), "m"), Error);
    CHECK(broken.all().empty());
    CHECK(test::read_file(file) == "{\"weft_places\": 1, \"places\": 7}");
}

TEST_CASE("thumbnails are means in linear light, are kept, and go with their place") {
    CapturedImage picture;
    picture.width = 2 * thumbnail_px.x;
    picture.height = 2 * thumbnail_px.y + 40;  // cut above and below
    picture.rgba.assign(size_t{4} * picture.width * picture.height, 255);
    for (uint32_t y = 0; y < picture.height; ++y)
        for (uint32_t x = 0; x < picture.width; ++x)
            for (size_t c = 0; c < 3; ++c)
                picture.rgba[4 * (size_t{y} * picture.width + x) + c] = x % 2 == 0 ? 0 : 255;
    const Image small = thumbnail_of(picture);
    CHECK(small.width == thumbnail_px.x);
    CHECK(small.height == thumbnail_px.y);
    for (size_t i = 0; i < small.rgba.size(); i += 4) REQUIRE(small.rgba[i] == 188);  // sRGB of 0.5

    const TemporaryFolder folder;
    std::mt19937 random(9);
    SavedPlaces places;
    places.open(folder.path(), "m");
    const SavedPlace place = random_place(random, 1);
    places.save(place);
    CHECK(places.thumbnail(place) == nullptr);
    places.set_thumbnail(place, small);
    places.rename(0, "another name");
    SavedPlaces same;
    same.open(folder.path(), "m");
    REQUIRE(same.thumbnail(same.all()[0]));
    CHECK(same.thumbnail(same.all()[0])->rgba == small.rgba);
    same.erase(0);
    same.undo();
    CHECK(same.thumbnail(same.all()[0]));
    same.erase(0);
    same.open(folder.path(), "m");
    same.save(random_place(random, 2));
    const auto own = std::filesystem::directory_iterator(folder.path())->path();
    for (const auto& entry : std::filesystem::directory_iterator(own))
        CHECK(entry.path().extension() != ".png");
}
