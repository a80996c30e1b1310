#include "analysis/file_write.h"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/resource.h>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/checkpoint/safetensors_write.h"
#include "analysis/error.h"
#include "tests/analysis/test_files.h"

using namespace weft;
using Catch::Contains;

namespace {

size_t files_in(const std::filesystem::path& folder) {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// Writes beyond this many bytes fail as on a full disk, with another errno.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        previous_ = ::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, previous_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
    sighandler_t previous_ = nullptr;
};

}  // namespace

TEST_CASE("a saved file replaces the old one as a whole") {
    test::TemporaryFolder folder;
    test::write_file(folder.file("a"), "old and longer");
    {
        FileWriter writer(folder.file("a"));
        writer.write("new");
        REQUIRE(test::read_file(folder.file("a")) == "old and longer");
        writer.commit();
    }
    REQUIRE(test::read_file(folder.file("a")) == "new");
    REQUIRE(files_in(folder.path()) == 1);
    const std::string large(300'000, 'x');
    write_file(folder.file("a"), large);
    REQUIRE(test::read_file(folder.file("a")) == large);
}

TEST_CASE("a writer that is not committed leaves nothing") {
    test::TemporaryFolder folder;
    { FileWriter(folder.file("a")).write("half"); }
    REQUIRE(files_in(folder.path()) == 0);
}

TEST_CASE("a write that fails half way keeps the old file and says so") {
    test::TemporaryFolder folder;
    test::write_file(folder.file("a"), "old");
    {
        const FileSizeLimit limit(100'000);
        REQUIRE_THROWS_WITH(write_file(folder.file("a"), std::string(1'000'000, 'x')),
                            Contains("cannot write"));
    }
    REQUIRE(test::read_file(folder.file("a")) == "old");
    REQUIRE(files_in(folder.path()) == 1);
}

TEST_CASE("a full disk is an error with a hint") {
    try {
        write_file("/dev/full", "x");
        FAIL("no error");
    } catch (const Error& error) {
        REQUIRE_THAT(error.what(), Contains("No space left"));
        REQUIRE_THAT(error.hint(), Contains("Free some space"));
    }
}

TEST_CASE("saving through a link keeps the link; folders and missing folders are refused") {
    test::TemporaryFolder folder;
    test::write_file(folder.file("target"), "old");
    std::filesystem::create_symlink("target", folder.file("link"));
    write_file(folder.file("link"), "new");
    REQUIRE(std::filesystem::is_symlink(folder.file("link")));
    REQUIRE(test::read_file(folder.file("target")) == "new");
    REQUIRE_THROWS_WITH(write_file(folder.path().string(), "x"), Contains("is a folder"));
    REQUIRE_THROWS_WITH(write_file(folder.file("none/a"), "x"), Contains("is missing"));
    REQUIRE_THROWS_AS(write_file("", "x"), Error);
}

TEST_CASE("written safetensors are read back, aligned and with their metadata") {
    test::TemporaryFolder folder;
    const std::vector<float> a{1, 2, 3, 4}, b{5, 6}, scalar{7};
    const std::vector<Float32Tensor> tensors{
        {"z", {3, 2}, {a, b}}, {"a \"quoted\"", {}, {scalar}}, {"none", {0, 4}, {}}};
    write_safetensors(folder.file("m.safetensors"), tensors, {{"key", "v\xc3\xa4lue"}});
    const Safetensors file = Safetensors::open(folder.file("m.safetensors"));
    REQUIRE(to_float32(*file.find("z"), "f") == std::vector<float>{1, 2, 3, 4, 5, 6});
    REQUIRE(to_float32(*file.find("a \"quoted\""), "f") == scalar);
    REQUIRE(file.find("none")->elements == 0);
    REQUIRE(file.metadata().at("key") == "v\xc3\xa4lue");
    REQUIRE(reinterpret_cast<uintptr_t>(file.find("z")->data.data()) % 8 == 0);
}
