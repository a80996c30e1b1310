#include "app/text_file_command.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/checkpoint/safetensors.h"
#include "analysis/error.h"
#include "app/merge_command.h"
#include "app/text_lines.h"
#include "tests/app/temporary_folder.h"

using namespace weft;
using Catch::Contains;

namespace {

// Two layers of two heads; its numbers depend on the text alone. "boom" fails, as a text that is too long
// does.
class TextModelOfTwoHeads : public Model {
  public:
    const ModelSummary& summary() const override { return summary_; }
    bool analyze(const AnalysisRequest& request, const std::function<bool()>& superseded,
                 const std::function<void(FramePtr)>& post) override {
        texts.push_back(request.text);
        if (request.text == "boom") throw Error("the text has 999 tokens, the model takes 8");
        if (request.text == "interrupt") std::raise(SIGINT);
        if (superseded()) return false;
        auto frame = std::make_shared<AttentionFrame>();
        frame->provenance.model = name;
        AttentionBlock block;
        block.layers = block.heads = 2;
        block.queries = block.keys = static_cast<uint32_t>(request.text.size());
        const auto fill = [&](const char* quantity, std::vector<int64_t> shape) {
            size_t count = 1;
            for (const int64_t size : shape) count *= static_cast<size_t>(size);
            std::vector<float> values(count);
            for (size_t k = 0; k < count; ++k)
                values[k] = static_cast<float>(
                                std::sin(static_cast<double>(request.text[k % request.text.size()]) * 7.3 +
                                         static_cast<double>(k))) /
                            3;
            block.quantities[quantity] = {std::move(shape),
                                          std::make_shared<const std::vector<float>>(values)};
        };
        if (request.options.wants("entropy")) {
            fill("entropy", {2, 2, block.queries});
            fill("entropy.normalised", {2, 2, block.queries});
        }
        if (request.options.wants("head_importance")) fill("head_importance", {2, 2});
        if (request.options.wants("patterns")) fill("patterns", {2, 2, 10});
        if (request.options.wants("attention_distance")) fill("attention_distance", {2, 2, block.queries});
        frame->blocks = {block};
        frame->complete = true;
        post(frame);
        return true;
    }
    std::string name = "two-heads";
    std::vector<std::string> texts;

  private:
    ModelSummary summary_;
};

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Options options_of(const std::string& file, const std::string& output, std::vector<std::string> more = {}) {
    std::vector<const char*> arguments = {"weft",       "analyze",  "--text-file",
                                          file.c_str(), "--output", output.c_str()};
    for (const std::string& argument : more) arguments.push_back(argument.c_str());
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

void merge(const std::vector<std::string>& parts, const std::string& output) {
    Options options;
    options.parts = parts;
    options.output = output;
    REQUIRE(run_merge(options) == 0);
}

struct Bench {
    TemporaryFolder folder;
    std::string file = (folder / "texts.txt").string();
    TextModelOfTwoHeads model;

    explicit Bench(const std::string& content) { std::ofstream(file, std::ios::binary) << content; }
    std::string path(const std::string& name) const { return (folder / name).string(); }
    int run(const std::string& output, std::vector<std::string> more = {}) {
        return run_text_file(model, options_of(file, path(output), std::move(more)));
    }
};

std::string many_lines() {
    std::string text;
    for (int k = 0; k < 57; ++k)
        text += k % 11 == 3   ? "boom\n"
                : k % 13 == 5 ? "\n"
                : k % 17 == 9 ? "\xff\n"
                              : "line " + std::to_string(k * k) + "\r\n";
    return text + "the last without an end";
}

}  // namespace

TEST_CASE("mean and deviation of each head over the lines") {
    Bench bench("ab\nabcd\nx\n");
    REQUIRE(bench.run("o.json") == 0);
    CHECK(bench.model.texts == std::vector<std::string>{"ab", "abcd", "x"});
    const auto json = nlohmann::json::parse(read(bench.path("o.json")));
    CHECK(json["model"] == "two-heads");
    CHECK(json["count"] == 3);
    CHECK(json["text_file"]["lines"] == 3);
    CHECK(json["text_file"]["name"] == "texts.txt");
    REQUIRE(json["heads"].size() == 4);
    // Head 1 of layer 0, by the model's formula: the mean over rows, then over lines.
    std::vector<double> lines;
    for (const std::string text : {"ab", "abcd", "x"}) {
        double sum = 0;
        for (size_t row = 0; row < text.size(); ++row) {
            const size_t k = text.size() + row;
            sum += static_cast<double>(
                static_cast<float>(
                    std::sin(static_cast<double>(text[k % text.size()]) * 7.3 + static_cast<double>(k))) /
                3);
        }
        lines.push_back(sum / static_cast<double>(text.size()));
    }
    const double mean = (lines[0] + lines[1] + lines[2]) / 3;
    double variance = 0;
    for (const double line : lines) variance += (line - mean) * (line - mean) / 3;
    const auto& head = json["heads"][1];
    CHECK(head["layer"] == 0);
    CHECK(head["head"] == 1);
    CHECK(head["count"] == 3);
    CHECK(head["entropy"]["mean"].get<double>() == Approx(mean).margin(1e-7));
    CHECK(head["entropy"]["deviation"].get<double>() == Approx(std::sqrt(variance)).margin(1e-7));
    for (const char* name : {"entropy.normalised", "head_importance", "attention_distance", "patterns.self",
                             "patterns.induction"})
        CHECK(head.contains(name));
}

TEST_CASE("the files of a text file's analysis") {
    Bench bench("ab\nabcd\nx\n");
    REQUIRE(bench.run("o.safetensors", {"--methods", "entropy,patterns"}) == 0);
    const Safetensors file = Safetensors::open(bench.path("o.safetensors"));
    REQUIRE(file.find("entropy.mean") != nullptr);
    CHECK(file.find("entropy.mean")->shape == std::vector<int64_t>{2, 2});
    CHECK(file.find("patterns.deviation")->shape == std::vector<int64_t>{2, 2, 10});
    CHECK(to_float32(*file.find("count"), "o") == std::vector<float>(4, 3.0f));
    CHECK(file.find("head_importance.mean") == nullptr);
    CHECK(file.metadata().at("count") == "3");
    REQUIRE(bench.run("o.csv", {"--methods", "entropy"}) == 0);
    const std::string csv = read(bench.path("o.csv"));
    CHECK_THAT(csv, Catch::StartsWith(
                        "stack,layer,head,count,entropy.mean,entropy.deviation,entropy.normalised.mean,"));
    CHECK(std::ranges::count(csv, '\n') == 5);
    CHECK_THAT(csv, Contains("\nself,1,0,3,"));
}

TEST_CASE("a broken line is counted and named, not fatal") {
    Bench bench("ab\n\n\xff\xfe\nboom\nabc\n");
    REQUIRE(bench.run("o.json") == 0);
    const auto json = nlohmann::json::parse(read(bench.path("o.json")));
    CHECK(json["count"] == 2);
    CHECK(json["broken"]["count"] == 3);
    const auto& first = json["broken"]["first"];
    REQUIRE(first.size() == 3);
    CHECK(first[0]["line"] == 2);
    CHECK(first[0]["reason"] == "it is empty");
    CHECK(first[1]["line"] == 3);
    CHECK_THAT(first[1]["reason"].get<std::string>(), Contains("UTF-8"));
    CHECK(first[2]["line"] == 4);
    CHECK_THAT(first[2]["reason"].get<std::string>(), Contains("999 tokens"));
}

TEST_CASE("parts join into the same bytes as one run, however many there are") {
    for (const char* suffix : {".safetensors", ".json", ".csv"}) {
        Bench bench(many_lines());
        const std::string output = std::string("o") + suffix, merged = std::string("m") + suffix;
        REQUIRE(bench.run(output) == 0);
        for (const int parts : {1, 2, 3, 5, 100}) {
            std::vector<std::string> names;
            for (int part = parts; part >= 1; --part) {  // counted from 1, joined in any order
                names.push_back(bench.path("p" + std::to_string(part) + ".json"));
                REQUIRE(bench.run("p" + std::to_string(part) + ".json",
                                  {"--shard", std::to_string(part) + "/" + std::to_string(parts)}) == 0);
            }
            merge(names, bench.path(merged));
            INFO(parts << " parts, " << suffix);
            REQUIRE(read(bench.path(merged)) == read(bench.path(output)));
        }
    }
}

TEST_CASE("every line is in exactly one part, counted from 0 or from 1") {
    Bench bench(many_lines());
    REQUIRE(bench.run("o.json") == 0);
    std::vector<std::string> all = bench.model.texts, parts;
    bench.model.texts.clear();
    for (const char* shard : {"0/3", "1/3", "2/3"}) REQUIRE(bench.run("p.json", {"--shard", shard}) == 0);
    parts = bench.model.texts;
    std::ranges::sort(all);
    std::ranges::sort(parts);
    CHECK(all == parts);
    REQUIRE(bench.run("a.json", {"--shard", "0/3"}) == 0);
    REQUIRE(bench.run("b.json", {"--shard", "3/3"}) == 0);
    CHECK(read(bench.path("a.json")) == read(bench.path("b.json")));
}

TEST_CASE("parts that do not belong together are refused with the values") {
    Bench bench(many_lines());
    const auto part = [&](const std::string& name, std::vector<std::string> more) {
        REQUIRE(bench.run(name, std::move(more)) == 0);
        return bench.path(name);
    };
    const std::string first = part("0.json", {"--shard", "0/2"}), second = part("1.json", {"--shard", "1/2"});
    const auto refusal = [&](const std::vector<std::string>& parts) {
        Options options;
        options.parts = parts;
        options.output = bench.path("m.json");
        try {
            run_merge(options);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string("(accepted)");
    };
    CHECK(refusal({first, second}) == "(accepted)");
    CHECK_THAT(refusal({first}), Contains("missing: 1"));
    CHECK_THAT(refusal({first, second, first}), Contains("both part 0 of 2"));
    CHECK_THAT(refusal({first, part("3.json", {"--shard", "1/3"})}), Contains("number of parts is 2 and 3"));
    CHECK_THAT(refusal({first, part("m.json", {"--shard", "1/2", "--methods", "entropy"})}),
               Contains("options"));
    bench.model.name = "another";
    CHECK_THAT(refusal({first, part("n.json", {"--shard", "1/2"})}), Contains("'two-heads' and 'another'"));
    bench.model.name = "two-heads";
    std::ofstream(bench.file, std::ios::app) << "more\n";
    CHECK_THAT(refusal({first, part("f.json", {"--shard", "1/2"})}), Contains("the file"));
    CHECK_THAT(refusal({first, bench.file}), Contains("texts.txt"));
    std::ofstream(bench.path("no.json")) << "{\"count\": 1}";
    CHECK_THAT(refusal({first, bench.path("no.json")}), Contains("is no part of a run"));
    CHECK_THAT(refusal({bench.path("gone.json")}), Contains("gone.json"));
}

TEST_CASE("a file without a single text fails and says why") {
    Bench bench("\n\n");
    CHECK_THROWS_WITH(bench.run("o.json"),
                      Contains("no line of 'texts.txt'") && Contains("line 1: it is empty"));
    REQUIRE(bench.run("0.json", {"--shard", "0/1"}) == 0);  // a part may have none
    Options options;
    options.parts = {bench.path("0.json")};
    options.output = bench.path("m.json");
    CHECK_THROWS_WITH(run_merge(options), Contains("no line of 'texts.txt'"));
}

TEST_CASE("after Ctrl-C no result is written") {
    Bench bench("ab\ninterrupt\nabc\n");
    CHECK(bench.run("o.json") == 1);
    CHECK_FALSE(std::filesystem::exists(bench.path("o.json")));
    CHECK(bench.model.texts.size() == 2);
}

TEST_CASE("methods without a number of each head are refused") {
    CHECK_THROWS_WITH(text_file_methods(options_of("f", "o.json", {"--methods", "rollout"})),
                      Contains("'rollout'"));
    CHECK_THROWS_AS(text_file_methods(options_of("f", "o.json", {"--methods", "attention"})), UsageError);
    CHECK(text_file_methods(options_of("f", "o.json", {"--methods", "entropy"})) ==
          std::set<std::string>{"entropy"});
    CHECK(text_file_methods(options_of("f", "o.json")).contains("head_importance"));
    Bench bench("ab\n");
    CHECK_THROWS_WITH(bench.run("o.json", {"--methods", "ablation"}), Contains("holds no \"ablation\""));
}

TEST_CASE("lines are read one by one, whatever ends them") {
    const TemporaryFolder folder;
    const std::string path = (folder / "t.txt").string();
    const std::string many(200'000, 'x');  // longer than what is read at once
    std::ofstream(path, std::ios::binary) << "a\r\n" << many << "\n\nlast";
    TextLines lines(path);
    TextLine line;
    REQUIRE(lines.next(line));
    CHECK(line.text == "a");
    REQUIRE(lines.next(line));
    CHECK(line.text == many);
    CHECK(line.number == 2);
    REQUIRE(lines.skip());
    REQUIRE(lines.next(line));
    CHECK(line.text == "last");
    CHECK(line.number == 4);
    CHECK_FALSE(lines.next(line));
    CHECK(lines.lines() == 4);
    CHECK(lines.bytes() == lines.size_bytes());
    CHECK_THROWS_AS(TextLines((folder / "gone").string()), Error);
    CHECK_THROWS_AS(TextLines(folder.path().string()), Error);
}

TEST_CASE("a line of a .jsonl file that is no string is broken") {
    const TemporaryFolder folder;
    const std::string path = (folder / "t.jsonl").string();
    std::ofstream(path) << "\"a\\nb\"\n7\n{\n\"\"\n" << '"' << std::string(17 << 20, 'y') << "\"\n\"z\"\n";
    TextLines lines(path);
    TextLine line;
    std::vector<std::string> broken, texts;
    while (lines.next(line))
        (line.broken.empty() ? texts : broken).push_back(line.broken.empty() ? line.text : line.broken);
    CHECK(texts == std::vector<std::string>{"a\nb", "z"});
    REQUIRE(broken.size() == 4);
    CHECK_THAT(broken[0], Contains("7"));
    CHECK(broken[2] == "it is empty");
    CHECK_THAT(broken[3], Contains("16 MiB"));
}
