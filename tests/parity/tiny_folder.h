// A copy of a folder of tests/parity/checkpoints that Model::load takes: a tokenizer whose token 12 is "w12",
// or a preprocessor and an image.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/model.h"
#include "tests/analysis/image/image_testing.h"
#include "tests/analysis/test_files.h"

namespace weft::test {

struct TinyModelFolder {
    TemporaryFolder folder;
    bool is_vision = false;

    // The tokenizer adds token `end` behind a text, as a special one; -1: nothing.
    explicit TinyModelFolder(const std::string& name, int64_t end = 2) {
        const std::filesystem::path from =
            std::filesystem::path(WEFT_SOURCE_DIR) / "tests/parity/checkpoints" / name;
        for (const auto& file : std::filesystem::directory_iterator(from))
            std::filesystem::copy(file.path(), folder.path());
        const auto config = nlohmann::json::parse(read_file(folder.file("config.json")));
        is_vision = config.contains("patch_size");
        if (is_vision) {
            write("preprocessor_config.json", R"({"image_processor_type": "ViTImageProcessor", "size":
                {"height": 12, "width": 12}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]})");
            write("image.png", png_file(40, 30));
        } else {
            write("tokenizer.json", tokenizer(config.at("vocab_size"), end).dump());
        }
    }
    void write(const char* name, const std::string& content) const { write_file(folder.file(name), content); }
    std::unique_ptr<Model> load() const { return Model::load(folder.path().string(), "cpu"); }

    // Of the words with these numbers, or of the image.
    AnalysisRequest request(const std::vector<int32_t>& ids) const {
        AnalysisRequest request;
        request.revision = 1;
        request.options.methods.clear();
        if (is_vision)
            request.image = folder.file("image.png");
        else
            request.text = words(ids);
        return request;
    }
    static std::string words(const std::vector<int32_t>& ids) {
        std::string text;
        for (const int32_t id : ids) text += (text.empty() ? "w" : " w") + std::to_string(id);
        return text;
    }

  private:
    static nlohmann::json tokenizer(int64_t vocabulary, int64_t end) {
        using nlohmann::json;
        json words = json::object(), added = json::array();
        for (int64_t id = 0; id < vocabulary; ++id) words["w" + std::to_string(id)] = id;
        json post;
        if (end >= 0) {
            const std::string name = "w" + std::to_string(end);
            added.push_back({{"id", end},
                             {"content", name},
                             {"single_word", true},
                             {"lstrip", false},
                             {"rstrip", false},
                             {"normalized", false},
                             {"special", true}});
            const json a = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
                       b = {{"Sequence", {{"id", "B"}, {"type_id", 0}}}},
                       last = {{"SpecialToken", {{"id", name}, {"type_id", 0}}}};
            post = {{"type", "TemplateProcessing"},
                    {"single", {a, last}},
                    {"pair", {a, b, last}},
                    {"special_tokens", {{name, {{"id", name}, {"ids", {end}}, {"tokens", {name}}}}}}};
        }
        return {{"added_tokens", added},
                {"normalizer", nullptr},
                {"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
                {"post_processor", post},
                {"model", {{"type", "WordPiece"}, {"unk_token", "w3"}, {"vocab", words}}}};
    }
};

inline FramePtr last_frame_of(Model& model, const AnalysisRequest& request) {
    FramePtr last;
    const bool done = model.analyze(request, {}, [&](const FramePtr& frame) { last = frame; });
    return done ? last : nullptr;
}

}  // namespace weft::test
