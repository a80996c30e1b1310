// The models on this machine as rows: what lies in the models folder and in the cache of Hugging Face's
// tools. Reads configs only, sizes come from the file system: fast with hundreds of models. Nothing in a
// folder is fatal: it becomes the row's problem.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft {

struct ModelRow {
    std::string name;  // what --model takes
    std::string folder;
    std::string revision;  // commit hash of a cached snapshot
    std::string type;      // config.json's model_type, also of one that is not supported
    std::string shape;     // "6 layers x 12 heads, hidden 384, up to 512 tokens"; empty if not supported
    std::string problem;   // why it can't be used; empty: it can
    int64_t layers = 0, heads = 0, hidden = 0, max_tokens = 0;
    int64_t size_bytes = 0;  // of the folder's files, each blob once
    bool cached = false;
};

ModelRow model_row(const std::string& name, const std::string& folder);

// By name; first those of the models folder, then the cached ones, each of these in its main revision or, if
// that is not there, its newest.
std::vector<ModelRow> model_rows();

// "all-MiniLM-L6-v2  bert, 6 layers x 12 heads, hidden 384, up to 512 tokens, 91 MB", or the name and why it
// can't be used.
std::string model_line(const ModelRow& row);

// A JSON list of objects with the members' names.
std::string model_rows_json(const std::vector<ModelRow>& rows);

}  // namespace weft
