#include <filesystem>
#include <fstream>

#include "analysis/checkpoint/hub_cache.h"
#include "analysis/error.h"
#include "tests/analysis/test_files.h"
#include "tests/fuzz/fuzz_targets.h"

namespace weft::fuzz {

namespace {

namespace fs = std::filesystem;

// A cache of one repository whose main is the fuzzer's; made once.
struct SmallCache {
    test::TemporaryFolder folder;
    const std::string commit = std::string(40, 'a');
    SmallCache() {
        fs::create_directories(folder.path() / "models--org--name" / "refs");
        fs::create_directories(folder.path() / "models--org--name" / "snapshots" / commit);
    }
};

}  // namespace

// The first line is what --model says, the rest is the content of refs/main.
int fuzz_hub_id(const uint8_t* data, size_t size) {
    static const SmallCache cache;
    const std::string input(reinterpret_cast<const char*>(data), size);
    const size_t line = input.find('\n');
    const fs::path repository = cache.folder.path() / "models--org--name";
    fs::remove(repository / "refs" / "main");  // a truncated file would be flushed to the disk
    test::write_file(repository / "refs" / "main", line == std::string::npos ? "" : input.substr(line + 1));
    try {
        const HubId id = parse_hub_id(input.substr(0, line));
        const std::string path = repository_folder(cache.folder.path().string(), id.repository);
        WEFT_ASSERT(fs::path(path).parent_path() == cache.folder.path(), path);
        const HubSnapshot found = find_snapshot(repository.string(), id);
        WEFT_ASSERT(found.folder == (repository / "snapshots" / cache.commit).string(), found.folder);
    } catch (const Error&) {
    }
    return 0;
}

}  // namespace weft::fuzz
