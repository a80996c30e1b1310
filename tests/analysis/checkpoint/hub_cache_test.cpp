#include "analysis/checkpoint/hub_cache.h"

#include <catch2/catch.hpp>

#include "tests/analysis/checkpoint/fake_cache.h"

using namespace weft;
using Catch::Contains;
using test::refusal;
using test::ScopedVariable;

namespace {

namespace fs = std::filesystem;

const std::string one(40, '1'), two = "12" + std::string(38, 'a'), three = "12" + std::string(38, 'b');

std::string parse_refusal(const std::string& text) {
    return refusal([&] { parse_hub_id(text); });
}

HubSnapshot find(const test::FakeCache& cache, const std::string& id) {
    const HubId parsed = parse_hub_id(id);
    return find_snapshot(repository_folder(cache.path().string(), parsed.repository), parsed);
}

std::string not_found(const test::FakeCache& cache, const std::string& id) {
    return refusal([&] { find(cache, id); });
}

}  // namespace

TEST_CASE("the cache lies where Hugging Face's tools put it") {
    const ScopedVariable home("HOME", "/home/u");
    const ScopedVariable a("HF_HUB_CACHE", std::nullopt), b("HUGGINGFACE_HUB_CACHE", std::nullopt),
        c("HF_HOME", std::nullopt), d("XDG_CACHE_HOME", std::nullopt), e("TRANSFORMERS_CACHE", std::nullopt),
        f("PYTORCH_TRANSFORMERS_CACHE", std::nullopt), g("PYTORCH_PRETRAINED_BERT_CACHE", std::nullopt);
    using Folders = std::vector<std::string>;
    CHECK(hub_cache_folders() == Folders{"/home/u/.cache/huggingface/hub"});
    const ScopedVariable xdg("XDG_CACHE_HOME", "/x");
    CHECK(hub_cache_folders() == Folders{"/x/huggingface/hub"});
    const ScopedVariable hf("HF_HOME", "~/hf");
    CHECK(hub_cache_folders() == Folders{"/home/u/hf/hub"});
    const ScopedVariable old_hub("HUGGINGFACE_HUB_CACHE", "$HOME/old");
    CHECK(hub_cache_folders() == Folders{"/home/u/old"});
    const ScopedVariable hub("HF_HUB_CACHE", "${HOME}/new/$unset_name/${unclosed");
    CHECK(hub_cache_folders() == Folders{"/home/u/new/$unset_name/${unclosed"});
    const ScopedVariable bert("PYTORCH_PRETRAINED_BERT_CACHE", "/bert");
    CHECK(hub_cache_folders().back() == "/bert");
    const ScopedVariable pytorch("PYTORCH_TRANSFORMERS_CACHE", "/pytorch");
    CHECK(hub_cache_folders().back() == "/pytorch");
    const ScopedVariable transformers("TRANSFORMERS_CACHE", "/transformers");
    CHECK(hub_cache_folders() == Folders{"/home/u/new/$unset_name/${unclosed", "/transformers"});
    const ScopedVariable empty("HF_HUB_CACHE", "");
    CHECK(hub_cache_folders().front() == "/home/u/old");
}

TEST_CASE("an id is a name or org/name with an optional revision") {
    CHECK(parse_hub_id("gpt2").repository == "gpt2");
    CHECK(parse_hub_id("org-1/na.me_2").repository == "org-1/na.me_2");
    const HubId id = parse_hub_id("org/name@refs/pr/1");
    CHECK(id.repository == "org/name");
    CHECK(id.revision == "refs/pr/1");
    CHECK(fetch_command(id) == "hf download org/name --revision refs/pr/1");
    CHECK(fetch_command({"gpt2", ""}) == "hf download gpt2");
    CHECK(fetch_command({"gpt2", "a;b"}) == "hf download gpt2 --revision 'a;b'");
    for (const char* text :
         {"",     "/",    "a/",    "/b",      "a/b/c",      "../b", "a/..", ".a/b", "-a",  "a b",
          "a--b", "a..b", "a.git", "a/b.git", "a/\xc3\xa9", "a\n",  "a\\b", "~/a",  "a:b", "@main"})
        CHECK_THAT(parse_refusal(text), Contains("no Hugging Face id"));
    CHECK_THAT(parse_refusal(std::string(97, 'a')), Contains("no Hugging Face id"));
    CHECK_THAT(parse_refusal(std::string(100'000, 'a')), Contains("no Hugging Face id"));
    for (const char* text : {"a/b@", "a/b@..", "a/b@../x", "a/b@x/../y", "a/b@/x", "a/b@x/", "a/b@x//y",
                             "a/b@-x", "a/b@.x", "a/b@x y", "a/b@x'y", "a/b@x\\y", "a/b@x\ny"})
        CHECK_THAT(parse_refusal(text), Contains("no revision"));
    CHECK_THAT(parse_refusal("a/b@" + std::string(300, 'x')), Contains("no revision"));
}

TEST_CASE("a branch, a tag, a full and a short commit hash lead to the snapshot") {
    const test::FakeCache cache;
    for (const std::string& commit : {one, two, three}) cache.add_model("models--org--name", commit);
    cache.add_reference("models--org--name", "main", one);
    cache.add_reference("models--org--name", "refs/pr/1", two + "\n");
    CHECK(find(cache, "org/name").commit == one);
    CHECK(find(cache, "org/name").note.empty());
    CHECK(find(cache, "org/name").folder ==
          (cache.repository("models--org--name") / "snapshots" / one).string());
    CHECK(find(cache, "org/name@main").commit == one);
    CHECK(find(cache, "org/name@refs/pr/1").commit == two);
    CHECK(find(cache, "org/name@" + three).commit == three);
    CHECK(find(cache, "org/name@12BBB").commit == three);
    CHECK(find(cache, "org/name@12aa").commit == two);
    CHECK(find(cache, "org/name@1111").commit == one);
}

TEST_CASE("a revision that is not there, or could be several, is refused with the command that fetches it") {
    const test::FakeCache cache;
    const std::string four = "12ab" + std::string(36, 'c'), five = "12ab" + std::string(36, 'd');
    cache.add_model("models--org--name", four);
    cache.add_model("models--org--name", five);
    CHECK_THAT(not_found(cache, "org/name@12ab"), Contains("could be each of " + four + ", " + five));
    CHECK_THAT(not_found(cache, "org/name@12a"), Contains("there is no revision \"12a\""));
    CHECK_THAT(not_found(cache, "org/name@v2"),
               Contains("hf download org/name --revision v2") && Contains(four));
    CHECK_THAT(not_found(cache, "org/name@" + one), Contains("--revision " + one));
    CHECK_THAT(not_found(cache, "org/other"), Contains("hf download org/other"));
}

TEST_CASE("without main the newest snapshot is taken, and said") {
    const test::FakeCache cache;
    cache.add_model("models--gpt2", two);
    CHECK(find(cache, "gpt2").note == "gpt2 has no branch main in the cache: took its only snapshot " + two);
    cache.add_model("models--gpt2", one);
    const fs::path snapshots = cache.repository("models--gpt2") / "snapshots";
    fs::last_write_time(snapshots / one, fs::last_write_time(snapshots / two) - std::chrono::hours(1));
    CHECK(find(cache, "gpt2").commit == two);
    fs::last_write_time(snapshots / one, fs::last_write_time(snapshots / two) + std::chrono::hours(1));
    CHECK(find(cache, "gpt2").commit == one);
    CHECK_THAT(find(cache, "gpt2").note, Contains("newest snapshot " + one));
}

TEST_CASE("a ref that holds no commit is named, be it garbage, huge, a folder or a loop") {
    const auto with_main = [](const std::function<void(const test::FakeCache&, const fs::path&)>& make) {
        const test::FakeCache cache;
        cache.add_model("models--a--b", one);
        fs::create_directories(cache.repository("models--a--b") / "refs");
        make(cache, cache.repository("models--a--b") / "refs" / "main");
        return not_found(cache, "a/b");
    };
    const auto with_text = [&](const std::string& text) {
        return with_main([&](const test::FakeCache&, const fs::path& path) { test::write_file(path, text); });
    };
    CHECK(with_text(one + "\r\n") == "no error");
    CHECK_THAT(with_text(""), Contains("holds \"\", expected a commit hash") && Contains("hf download a/b"));
    CHECK_THAT(with_text("garbage \xff"), Contains("expected a commit hash"));
    CHECK_THAT(with_text("../../../../etc"), Contains("expected a commit hash"));
    CHECK_THAT(with_text(one + one.substr(1)), Contains("expected a commit hash"));
    CHECK_THAT(with_text(std::string(100'000, '1')), Contains("100000 bytes, more than the limit"));
    CHECK_THAT(with_text(two), Contains("no snapshot \"" + two + "\"") && Contains("there: " + one));
    CHECK_THAT(
        with_main([](const test::FakeCache&, const fs::path& path) { fs::create_symlink("main", path); }),
        Contains("refs/main"));
    CHECK_THAT(with_main([](const test::FakeCache&, const fs::path& path) {
                   fs::create_symlink("/dev/zero", path);
               }),
               Contains("is not a file"));
    CHECK(with_main([](const test::FakeCache&, const fs::path& path) { fs::create_directory(path); }) ==
          "no error");  // only a part of a longer ref's name
}

TEST_CASE("repositories of the cache are listed; what is none is passed over") {
    const test::FakeCache cache;
    cache.add_model("models--org--name", one);
    cache.add_model("models--gpt2", one);
    fs::create_directories(cache.path() / "datasets--org--data");
    fs::create_directories(cache.path() / ".locks");
    test::write_file(cache.path() / "models--a-file", "");
    fs::create_symlink("models--loop", cache.path() / "models--loop");
    const std::vector<CachedRepository> all = cached_repositories();
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == "gpt2");
    CHECK(all[1].id == "org/name");
    CHECK(all[1].folder == cache.repository("models--org--name").string());
    const ScopedVariable nowhere("HF_HUB_CACHE", "/nowhere/at/all");
    CHECK(cached_repositories().empty());
}

TEST_CASE("a snapshot's path says what it is of") {
    const SnapshotPath path = parse_snapshot_path("/c/models--org--name/snapshots/" + one + "/");
    CHECK(path.repository == "org/name");
    CHECK(path.commit == one);
    CHECK(parse_snapshot_path("/c/models--org--name/snapshots/main").commit.empty());
    CHECK(parse_snapshot_path("/c/org/snapshots/" + one).commit.empty());
    CHECK(parse_snapshot_path(one).commit.empty());
    CHECK(parse_snapshot_path("").commit.empty());
    CHECK(parse_snapshot_path("/").commit.empty());
}
