#include "analysis/open_part.h"

#include <dlfcn.h>

#include <filesystem>

namespace weft {

// The path is named in full, as sanitizers' dlopen does not search where the caller would.
const void* open_part(const char* file, const char* symbol, const Error& failure) {
    Dl_info own{};
    dladdr(reinterpret_cast<const void*>(&open_part), &own);
    const std::string path = std::filesystem::path(own.dli_fname).replace_filename(file);
    if (void* const library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL))
        if (const void* const found = dlsym(library, symbol)) return found;
    const char* const why = dlerror();
    throw Error(std::string(failure.what()) + " (" + (why ? why : path) + ")", failure.hint());
}

}  // namespace weft
