#include "analysis/torch/target_function.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "analysis/error.h"
#include "analysis/spelling.h"
#include "analysis/torch/one_thread.h"

namespace weft::torch_part {

namespace {

std::string in_quotes(const std::string& text) {
    return "\"" + text + "\"";
}

// The number that `name` spells; -1: it spells none.
int64_t number_of(const std::string& name) {
    int64_t number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc{} && end == name.data() + name.size() && number >= 0 ? number : -1;
}

int64_t index_of(const std::string& name, int64_t count, const TargetInput& input, const std::string& noun) {
    if (const int64_t number = number_of(name); number >= 0) {
        if (number < count) return number;
        throw UsageError("--target " + in_quotes(name) + ": the model has " + std::to_string(count) +
                             " of what " + noun + " numbers name",
                         "Give a number from 0 to " + std::to_string(count - 1) + ", or a name.");
    }
    std::vector<std::string> names;
    for (int64_t index = 0; index < count; ++index) {
        names.push_back(input.name_of(index));
        if (names.back() == name) return index;
    }
    const std::string nearest = nearest_spelling(name, names);
    throw UsageError("--target " + in_quotes(name) + ": there is no such " + noun,
                     nearest.empty() ? "Spell it as the model's own files do, or give its number."
                                     : "Did you mean " + in_quotes(nearest) + "?");
}

int64_t row_of(int64_t position, int64_t rows) {
    const int64_t row = position < 0 ? rows + position : position;
    if (row < 0 || row >= rows)
        throw UsageError("--target: row " + std::to_string(position) + " is outside the text of " +
                             std::to_string(rows) + " tokens",
                         "Rows count from 0, or from the end as -1.");
    return row;
}

// The largest of column `column` (-1: of all) in the rows that are no special tokens; of all if all are.
std::pair<int64_t, int64_t> largest_in(const HeadForward::Result& logits, int64_t first, int64_t end,
                                       int64_t column, const std::vector<uint8_t>& special) {
    const int64_t columns = logits.shape.back();
    const bool skips = std::any_of(special.begin() + first, special.begin() + end,
                                   [](uint8_t is_special) { return !is_special; });
    std::pair<int64_t, int64_t> best{-1, -1};
    float largest = 0;
    for (int64_t row = first; row < end; ++row) {
        if (skips && special[static_cast<size_t>(row)]) continue;
        for (int64_t c = 0; c < columns; ++c) {
            const float logit = logits.values[static_cast<size_t>(row * columns + c)];
            if ((column < 0 || c == column) && (best.first < 0 || logit > largest)) {
                best = {row, c};
                largest = logit;
            }
        }
    }
    return best;
}

double length(const std::vector<double>& x) {
    return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

}  // namespace

TargetFunction::TargetFunction(const TargetChoice& choice, TargetSpace space, const TargetInput& input)
    : head_(input.head),
      other_mean_(input.other_mean),
      rows_(input.rows),
      width_(input.width),
      predicted_(input.predicted),
      row_(input.predicted) {
    using Kind = TargetChoice::Kind;
    const bool is_logit = choice.kind == Kind::logit || (choice.kind == Kind::automatic && head_);
    if (is_logit)
        choose_logit(choice, input);
    else
        choose_states(choice, input);
    explained_.is_probability = space == TargetSpace::probability;
    if (explained_.is_probability && !is_logit)
        throw UsageError("--target-space probability: a " + explained_.kind + " is none",
                         "Leave it out, or explain a logit.");
    explained_.value = value(input.output);
    if (!std::isfinite(explained_.value))
        throw Error("the target " + in_quotes(explained_.text) + " is not a number",
                    "Check the model's weights.");
}

void TargetFunction::choose_states(const TargetChoice& choice, const TargetInput& input) {
    using Kind = TargetChoice::Kind;
    explained_.kind = "norm";
    if (choice.kind == Kind::position_norm) {
        explained_.kind = "position_norm";
        explained_.position = row_ = row_of(choice.position.value_or(input.predicted), rows_);
    } else if (choice.kind == Kind::similarity) {
        explained_.kind = "similarity";
        explained_.text = choice.other_text;
        if (static_cast<int64_t>(other_mean_.size()) != width_)
            throw UsageError("--target similarity: a second text is compared with the text of one stack",
                             "Use a model of one stack that reads text.");
    }
}

// Where the head makes logits of each row.
void TargetFunction::choose_in_rows(const TargetChoice& choice, const TargetInput& input,
                                    const std::string& noun) {
    const HeadForward::Result logits = head_->run(input.output, rows_, width_, input.predicted);
    const int64_t column = choice.name.empty() ? -1 : index_of(choice.name, logits.shape.back(), input, noun);
    int64_t first = 0, end = rows_;
    std::vector<uint8_t> special = input.special;
    if (choice.position) {
        first = row_of(*choice.position, rows_);
        end = first + 1;
    }
    std::tie(explained_.position, explained_.index) = largest_in(logits, first, end, column, special);
}

void TargetFunction::choose_logit(const TargetChoice& choice, const TargetInput& input) {
    if (!head_)
        throw UsageError(
            "--target " + in_quotes(target_text(choice)) + ": the model has no head that makes logits",
            "Give \"norm\", \"norm@ROW\" or \"similarity:TEXT\".");
    const HeadKind kind = head_->spec().kind;
    const bool is_language_model = kind == HeadKind::language_model;
    const std::string noun = is_language_model ? "token" : "class";
    explained_.kind = noun;
    if (is_language_model) {
        explained_.position = row_of(choice.position.value_or(input.predicted), rows_);
        const HeadForward::Result logits =
            head_->is_row_by_row() ? head_->run(input.output + explained_.position * width_, 1, width_, 0)
                                   : head_->run(input.output, rows_, width_, input.predicted);
        const int64_t row = head_->is_row_by_row() ? 0 : explained_.position, columns = logits.shape.back();
        explained_.index = choice.name.empty() ? largest_in(logits, row, row + 1, -1, input.special).second
                                               : index_of(choice.name, columns, input, noun);
    } else if (kind == HeadKind::token_classification || kind == HeadKind::question_answering) {
        choose_in_rows(choice, input, noun);
    } else {
        if (choice.position)
            throw UsageError("--target " + in_quotes(target_text(choice)) +
                                 ": the model classifies the whole input, not a row of it",
                             "Leave out the @.");
        const HeadForward::Result logits = head_->run(input.output, rows_, width_, input.predicted);
        explained_.index = choice.name.empty()
                               ? std::ranges::max_element(logits.values) - logits.values.begin()
                               : index_of(choice.name, logits.shape.back(), input, noun);
    }
    explained_.text = input.name_of(explained_.index);
    if (explained_.position >= 0) row_ = explained_.position;
}

double TargetFunction::value(const float* output) const {
    return evaluate(output, nullptr);
}

double TargetFunction::gradient(const float* output, float* gradient) const {
    std::fill_n(gradient, rows_ * width_, 0.0f);
    return evaluate(output, gradient);
}

double TargetFunction::evaluate(const float* output, float* gradient) const {
    if (explained_.index >= 0) return logit(output, gradient);
    if (explained_.kind == "position_norm") return position_norm(output, gradient);
    if (explained_.kind == "similarity") return similarity(output, gradient);
    return norm(output, gradient);
}

double TargetFunction::logit(const float* output, float* gradient) const {
    const OneThread one_thread;
    const c10::InferenceMode off(false);
    const at::AutoGradMode with_grad(gradient != nullptr);
    const bool is_answer = head_->spec().kind == HeadKind::question_answering;
    // Logits of one row need that row alone; the probability of an answer's end is one among all rows.
    const bool one_row =
        explained_.position >= 0 && head_->is_row_by_row() && !(is_answer && explained_.is_probability);
    const int64_t first = one_row ? explained_.position : 0, rows = one_row ? 1 : rows_;
    at::Tensor states = at::from_blob(const_cast<float*>(output) + first * width_, {rows, width_}, at::kFloat)
                            .to(head_->device(), /*non_blocking=*/false, /*copy=*/true);
    if (gradient) states.requires_grad_(true);
    const int64_t place = explained_.position < 0 ? 0 : explained_.position - first;
    at::Tensor y;
    if (!explained_.is_probability || is_answer) {
        at::Tensor logits = head_->logit(states, predicted_, explained_.index).view(-1);
        if (explained_.is_probability) logits = at::softmax(logits.to(at::kDouble), 0);
        y = logits.select(0, place);
    } else {
        at::Tensor logits = head_->logits(states, predicted_);
        if (logits.dim() == 2) logits = logits.select(0, place);
        if (logits.size(0) == 1)
            throw UsageError("--target-space probability: one logit alone has none",
                             "Leave out --target-space.");
        y = at::softmax(logits.to(at::kDouble), 0).select(0, explained_.index);
    }
    if (gradient) {
        const at::Tensor found = torch::autograd::grad({y}, {states})[0];
        at::from_blob(gradient + first * width_, {rows, width_}, at::kFloat).copy_(found);
    }
    return y.item<double>();
}

std::vector<double> TargetFunction::mean(const float* output) const {
    std::vector<double> sum(static_cast<size_t>(width_), 0.0);
    for (int64_t i = 0; i < rows_; ++i)
        for (int64_t d = 0; d < width_; ++d) sum[static_cast<size_t>(d)] += output[i * width_ + d];
    for (double& value : sum) value /= static_cast<double>(rows_);
    return sum;
}

// A gradient by the mean over rows, as one by each row.
void TargetFunction::spread(const std::vector<double>& mean_gradient, float* gradient) const {
    for (int64_t i = 0; i < rows_; ++i)
        for (int64_t d = 0; d < width_; ++d)
            gradient[i * width_ + d] =
                static_cast<float>(mean_gradient[static_cast<size_t>(d)] / static_cast<double>(rows_));
}

double TargetFunction::norm(const float* output, float* gradient) const {
    std::vector<double> of = mean(output);
    const double y = length(of);
    if (gradient && y > 0) {
        for (double& value : of) value /= y;
        spread(of, gradient);
    }
    return y;
}

double TargetFunction::position_norm(const float* output, float* gradient) const {
    const float* row = output + row_ * width_;
    const double y = length({row, row + width_});
    if (gradient && y > 0)
        for (int64_t d = 0; d < width_; ++d) gradient[row_ * width_ + d] = static_cast<float>(row[d] / y);
    return y;
}

double TargetFunction::similarity(const float* output, float* gradient) const {
    std::vector<double> of = mean(output);
    const double ours = length(of), theirs = length(other_mean_);
    if (ours == 0 || theirs == 0) return 0;
    const double y = std::inner_product(of.begin(), of.end(), other_mean_.begin(), 0.0) / (ours * theirs);
    if (gradient) {
        for (size_t d = 0; d < of.size(); ++d) of[d] = (other_mean_[d] / theirs - y * of[d] / ours) / ours;
        spread(of, gradient);
    }
    return y;
}

}  // namespace weft::torch_part
