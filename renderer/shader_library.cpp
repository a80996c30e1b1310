#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "analysis/error.h"
#include "renderer/embedded_shaders.h"
#include "renderer/pipeline.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

int64_t modified_at(const fs::path& file) {
    std::error_code error;
    const auto time = fs::last_write_time(file, error);
    return error ? INT64_MIN : static_cast<int64_t>(time.time_since_epoch().count());
}

int64_t now() {
    return static_cast<int64_t>(fs::file_time_type::clock::now().time_since_epoch().count());
}

#ifndef WEFT_GLSLC
#define WEFT_GLSLC "glslc"
#endif

// Standard output and error of the compiler; the SPIR-V lies in `spirv` when it succeeds.
bool compile(const fs::path& source, const fs::path& spirv, std::string& text) {
    const std::string command = std::string("'" WEFT_GLSLC "' --target-env=vulkan1.3 -O -I '") +
                                source.parent_path().parent_path().string() + "' -o '" + spirv.string() +
                                "' '" + source.string() + "' 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) {
        text = "the shader compiler \"" WEFT_GLSLC "\" does not start";
        return false;
    }
    char chunk[4096];
    while (const size_t count = std::fread(chunk, 1, sizeof chunk, pipe)) text.append(chunk, count);
    return pclose(pipe) == 0;
}

std::vector<uint32_t> read_words(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    std::vector<uint32_t> words(bytes.size() / sizeof(uint32_t));
    std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uint32_t));
    return words;
}

}  // namespace

ShaderLibrary::ShaderLibrary() {
    for (const EmbeddedShader& shader : embedded_shaders())
        shaders_[shader.name] = {{shader.code.begin(), shader.code.end()}, now()};
}

const std::vector<uint32_t>& ShaderLibrary::code(const std::string& name) const {
    const auto found = shaders_.find(name);
    WEFT_ASSERT(found != shaders_.end(), name);
    return found->second.code;
}

std::vector<std::string> ShaderLibrary::reload_changed(const std::string& source_folder) {
    const fs::path folder(source_folder);
    int64_t shared_at = INT64_MIN;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / "shared", error))
        shared_at = std::max(shared_at, modified_at(entry.path()));
    std::vector<std::string> changed;
    for (auto& [name, shader] : shaders_) {
        const int64_t source_at = std::max(modified_at(folder / name), shared_at);
        if (source_at <= shader.compiled_at) continue;
        shader.compiled_at = source_at;  // a failure is told once, not each frame
        const fs::path spirv =
            fs::temp_directory_path() / ("weft-" + std::to_string(getpid()) + "-" + name + ".spv");
        std::string text;
        const bool compiled = compile(folder / name, spirv, text);
        if (compiled) shader.code = read_words(spirv);
        fs::remove(spirv, error);
        if (!compiled)
            throw Error("shader \"" + name + "\" does not compile:\n" + text, "the old one stays in use");
        changed.push_back(name);
    }
    return changed;
}

}  // namespace weft
