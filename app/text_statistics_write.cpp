// Statistics as files for other programs.
#include <algorithm>
#include <charconv>

#include "analysis/checkpoint/safetensors_write.h"
#include "analysis/error.h"
#include "analysis/file_write.h"
#include "analysis/method/patterns.h"
#include "app/text_statistics.h"
#include "app/text_statistics_json.h"

namespace weft {

namespace {

std::string column_title(const std::string& name, size_t width, size_t index) {
    return width == 1 ? name : name + "." + std::string(pattern_name(static_cast<Pattern>(index)));
}

std::string number(double value) {
    char digits[32];
    return {digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr};
}

}  // namespace

// Every value as text, compound ones as JSON.
std::map<std::string, std::string> TextStatistics::metadata() const {
    std::map<std::string, std::string> values = provenance_;
    values["options"] = options_;
    values["text_file"] = dump(file_json(file_));
    values["count"] = std::to_string(count_);
    values["broken"] = dump(broken_json(broken_count_, broken_));
    return values;
}

void TextStatistics::write(const std::string& path) const {
    if (count_ == 0)
        throw Error("no line of '" + file_.name + "' could be analysed" +
                        (broken_.empty() ? std::string()
                                         : ": line " + std::to_string(broken_.front().number) + ": " +
                                               broken_.front().reason),
                    "Write one text a line, in UTF-8.");
    if (path.ends_with(".safetensors"))
        write_as_safetensors(path);
    else if (path.ends_with(".json"))
        write_as_json(path);
    else
        write_as_csv(path);
}

void TextStatistics::write_as_safetensors(const std::string& path) const {
    std::vector<std::vector<float>> numbers;
    std::vector<Float32Tensor> tensors;
    for (const Stack& stack : stacks_) {
        const std::string suffix = stack.name == "self" ? "" : "." + stack.name;
        const std::vector<int64_t> heads = {static_cast<int64_t>(stack.layers),
                                            static_cast<int64_t>(stack.heads)};
        for (const Column& column : stack.columns) {
            std::vector<int64_t> shape = heads;
            if (column.width > 1) shape.push_back(static_cast<int64_t>(column.width));
            std::vector<float> means, deviations;
            for (size_t index = 0; index < column.sums.size(); ++index) {
                const Moments found = moments(column, index);
                means.push_back(static_cast<float>(found.mean));
                deviations.push_back(static_cast<float>(found.deviation));
            }
            tensors.push_back({column.name + ".mean" + suffix, shape, {}});
            numbers.push_back(std::move(means));
            tensors.push_back({column.name + ".deviation" + suffix, shape, {}});
            numbers.push_back(std::move(deviations));
        }
        tensors.push_back({"count" + suffix, heads, {}});
        numbers.emplace_back(stack.layers * stack.heads, static_cast<float>(count_));
    }
    for (size_t t = 0; t < tensors.size(); ++t) tensors[t].parts = {numbers[t]};
    write_safetensors(path, tensors, metadata());
}

void TextStatistics::write_as_json(const std::string& path) const {
    OrderedJson root = OrderedJson::object();
    for (const auto& [key, value] : provenance_) root[key] = value;
    root["options"] = OrderedJson::parse(options_);
    root["text_file"] = file_json(file_);
    root["count"] = count_;
    root["broken"] = broken_json(broken_count_, broken_);
    root["heads"] = OrderedJson::array();
    for (const Stack& stack : stacks_)
        for (size_t head = 0; head < stack.layers * stack.heads; ++head) {
            OrderedJson row = {{"stack", stack.name},
                               {"layer", head / stack.heads},
                               {"head", head % stack.heads},
                               {"count", count_}};
            for (const Column& column : stack.columns)
                for (size_t k = 0; k < column.width; ++k) {
                    const Moments found = moments(column, head * column.width + k);
                    row[column_title(column.name, column.width, k)] = {{"mean", found.mean},
                                                                       {"deviation", found.deviation}};
                }
            root["heads"].push_back(std::move(row));
        }
    write_file(path, dump(root) + "\n");
}

// A quantity that one of two stacks has is empty in the rows of the other.
void TextStatistics::write_as_csv(const std::string& path) const {
    std::map<std::string, size_t> widths;
    for (const Stack& stack : stacks_)
        for (const Column& column : stack.columns) widths[column.name] = column.width;
    std::string text = "stack,layer,head,count";
    for (const auto& [name, width] : widths)
        for (size_t k = 0; k < width; ++k) {
            const std::string title = column_title(name, width, k);
            text += "," + title + ".mean," + title + ".deviation";
        }
    text += "\n";
    for (const Stack& stack : stacks_)
        for (size_t head = 0; head < stack.layers * stack.heads; ++head) {
            text += stack.name + "," + std::to_string(head / stack.heads) + "," +
                    std::to_string(head % stack.heads) + "," + std::to_string(count_);
            for (const auto& [name, width] : widths) {
                const auto column = std::ranges::find(stack.columns, name, &Column::name);
                for (size_t k = 0; k < width; ++k) {
                    if (column == stack.columns.end()) {
                        text += ",,";
                        continue;
                    }
                    const Moments found = moments(*column, head * width + k);
                    text += "," + number(found.mean) + "," + number(found.deviation);
                }
            }
            text += "\n";
        }
    write_file(path, text);
}

}  // namespace weft
