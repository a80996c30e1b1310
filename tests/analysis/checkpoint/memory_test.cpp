#include "analysis/checkpoint/memory.h"

#include <catch2/catch.hpp>

#include "tests/analysis/checkpoint/fake_cache.h"

using namespace weft;
using Catch::Contains;
using test::refusal;
using test::ScopedVariable;

namespace {

// The files of /proc and /sys that the numbers come from.
class FakeMachine {
  public:
    void add(const std::string& path, const std::string& content) const {
        const std::filesystem::path file = folder_.path() / path;
        std::filesystem::create_directories(file.parent_path());
        test::write_file(file, content);
    }
    int64_t free_bytes() const { return free_memory_bytes_below(folder_.path().string()); }

  private:
    test::TemporaryFolder folder_;
};

constexpr const char* meminfo =
    "MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:    4000 kB\nSwapTotal: 0 kB\n";

}  // namespace

TEST_CASE("free memory is what the kernel calls available") {
    const FakeMachine machine;
    CHECK(machine.free_bytes() == INT64_MAX);
    machine.add("proc/meminfo", meminfo);
    CHECK(machine.free_bytes() == 4000 * 1024);
    machine.add("proc/meminfo", "MemAvailable: lots kB\nMemAvailable: 99999999999999999999 kB\n\n:::\n");
    CHECK(machine.free_bytes() == INT64_MAX);
}

TEST_CASE("a control group's limit counts, of version 2, in every group above") {
    const FakeMachine machine;
    machine.add("proc/meminfo", meminfo);
    machine.add("proc/self/cgroup", "0::/user/session\n");
    machine.add("sys/fs/cgroup/user/session/memory.max", "max\n");
    machine.add("sys/fs/cgroup/user/session/memory.current", "5\n");
    CHECK(machine.free_bytes() == 4000 * 1024);
    machine.add("sys/fs/cgroup/user/memory.max", "100000\n");
    machine.add("sys/fs/cgroup/user/memory.current", "60000\n");
    CHECK(machine.free_bytes() == 40000);
    machine.add("sys/fs/cgroup/user/memory.stat", "anon 7\nfile 9\ninactive_file 1000\nactive_file 500\n");
    CHECK(machine.free_bytes() == 41500);
    machine.add("sys/fs/cgroup/memory.max", "30000\n");  // a container sees its own group here
    machine.add("sys/fs/cgroup/memory.current", "40000\n");
    CHECK(machine.free_bytes() == 0);
}

TEST_CASE("a control group's limit counts, of version 1") {
    const FakeMachine machine;
    machine.add("proc/meminfo", meminfo);
    machine.add("proc/self/cgroup", "12:cpu,cpuacct:/x\n9:memory:/docker/ab\nnonsense\n1:name=x:/../..\n");
    machine.add("sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes", "9223372036854771712\n");
    machine.add("sys/fs/cgroup/memory/docker/ab/memory.usage_in_bytes", "77\n");
    CHECK(machine.free_bytes() == 4000 * 1024);
    machine.add("sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes", "2000000\n");
    machine.add("sys/fs/cgroup/memory/docker/ab/memory.usage_in_bytes", "500000\n");
    machine.add("sys/fs/cgroup/memory/docker/ab/memory.stat",
                "total_inactive_file 100000\ninactive_file 9\n");
    CHECK(machine.free_bytes() == 1600000);
    machine.add("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000\n");
    machine.add("sys/fs/cgroup/memory/memory.usage_in_bytes", "100\n");
    CHECK(machine.free_bytes() == 900);
}

TEST_CASE("what does not fit is refused with both numbers") {
    CHECK(free_memory_bytes() > 0);
    CHECK(refusal([] { check_memory(1, "the model"); }) == "no error");
    CHECK_THAT(refusal([] { check_memory(INT64_MAX, "the model"); }),
               Contains("the model needs 9223372036.9 GB of memory, ") && Contains(" are free"));
    const ScopedVariable limit("WEFT_MEMORY_LIMIT_MB", "100");
    CHECK(free_memory_bytes() == 100'000'000);
    CHECK(refusal([] { check_memory(100'000'000, "\"m\""); }) == "no error");
    CHECK_THAT(refusal([] { check_memory(1'500'000'000, "\"m\""); }),
               Contains("\"m\" needs 1.5 GB of memory, 100 MB are free") && Contains("smaller model"));
    for (const char* wrong : {"lots", "-1", "1.5", "99999999999999999999", "9999999999999999"}) {
        const ScopedVariable bad("WEFT_MEMORY_LIMIT_MB", wrong);
        CHECK_THAT(refusal([] { check_memory(1, "m"); }), Contains(wrong));
    }
}
