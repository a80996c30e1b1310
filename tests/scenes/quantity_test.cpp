// How numbers of every shape are drawn, and what the picture says about them.
#include "scenes/quantity.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "scenes/layout.h"
#include "scenes/shown_block.h"
#include "scenes/token_strip.h"
#include "synthetic_frame.h"

using namespace weft;
using Catch::Contains;

namespace {

constexpr int layers = 3, heads = 2, tokens = 5;

float measure(std::string_view text, float size_px, bool) {
    return 0.55f * size_px * static_cast<float>(text.size());
}

using Values = std::vector<float>;

std::shared_ptr<AttentionFrame> frame_with(const std::string& name, std::vector<int64_t> shape,
                                           Values values) {
    auto frame = synthetic::frame(layers, heads, tokens, synthetic::uniform());
    frame->blocks[0].quantities[name] = {std::move(shape), std::make_shared<const Values>(std::move(values))};
    return frame;
}

ViewState view_of(const std::string& quantity) {
    ViewState view;
    view.quantity = quantity;
    return view;
}

DrawList draw(const TextStackPlan& plan, const ViewState& view) {
    const Camera camera = text_stack_camera(plan, CameraPreset::default_view, {}, {}, {});
    return draw_text_stack(plan, view, {}, camera, 0.0, {}, measure);
}

bool says(const DrawList& list, const std::string& part) {
    return std::any_of(list.labels.begin(), list.labels.end(),
                       [&](const Label& label) { return label.text.find(part) != std::string::npos; });
}

const Label* find_label(const DrawList& list, const std::string& text) {
    const auto found = std::find_if(list.labels.begin(), list.labels.end(),
                                    [&](const Label& label) { return label.text == text; });
    return found == list.labels.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("every method whose numbers can be drawn is there once its tensor is, and the others never are") {
    const auto bare = synthetic::frame(layers, heads, tokens, synthetic::uniform());
    for (const MethodRow& row : method_table()) {
        if (row.name == "attention") continue;
        CHECK_FALSE(has_quantity(*bare, view_of(row.name)));
    }
    CHECK(has_quantity(*bare, view_of("attention")));
    const auto flow = frame_with("flow", {tokens, tokens}, Values(tokens * tokens, 0.5f));
    CHECK(has_quantity(*flow, view_of("flow")));
    CHECK_FALSE(has_quantity(*flow, view_of("relevance")));
}

TEST_CASE("signed lines are drawn relative to the largest magnitude, blue and dashed below zero") {
    Values values(layers * heads * tokens * tokens, 0.0f);
    values[1] = 0.004f;                             // layer 0, head 0, query 0, key 1
    values[heads * tokens * tokens + 3] = -0.02f;   // layer 1, head 0, query 0, key 3
    values[heads * tokens * tokens + 7] = 0.0001f;  // too little to be a line
    const auto frame = frame_with("gradient_attention", {layers, heads, tokens, tokens}, values);
    const ViewState view = view_of("gradient_attention");
    const auto plan = plan_text_stack(frame, view, nullptr);
    REQUIRE(plan->layers.size() == layers);
    CHECK(plan->lanes == heads);
    CHECK(plan->scale == 0.02f);
    CHECK(plan->has_signed_lines());
    CHECK((*plan->blocks[0].values)[1] == Approx(0.2f));
    CHECK((*plan->blocks[1].values)[3] == -1.0f);
    CHECK(plan->layers[1].lines == 1);
    for (const LayerPlan& layer : plan->layers)
        CHECK(std::count(layer.sink_keys.begin(), layer.sink_keys.end(), true) == 0);
    const DrawList list = draw(*plan, view);
    REQUIRE_FALSE(list.flows.empty());
    for (const FlowBatch& batch : list.flows) {
        REQUIRE(batch.negative_color);
        CHECK(batch.negative_dashes >= 3.0f);
        CHECK(*batch.negative_color == theme(ThemeName::dark).difference_map.front());
        CHECK((*batch.slice_colors)[0] == theme(ThemeName::dark).difference_map.back());
    }
    const QuantityLegend key = legend(view, *plan);
    CHECK(key.method == "gradient x attention");
    CHECK_THAT(key.unit, Contains("0.02"));
    CHECK_THAT(key.width, Contains("dashed"));
    CHECK(says(list, key.unit));
    CHECK_FALSE(says(list, "sinks"));
    CHECK(says(list, "≥"));  // in the tensor's own units
}

TEST_CASE("what joins input and last layer is one gap whose ends stand where the stack's ends stood") {
    Values values(tokens * tokens, 0.1f);
    values[tokens + 2] = 0.4f;                                          // query 1, key 2
    for (size_t i = 0; i < tokens; ++i) values[i * tokens + i] = 1.1f;  // drawn without the identity
    const auto frame = frame_with("relevance", {tokens, tokens}, values);
    const ViewState view = view_of("relevance");
    const auto whole = plan_text_stack(frame, {}, nullptr);
    const auto plan = plan_text_stack(frame, view, nullptr);
    CHECK(plan->joins_ends);
    REQUIRE(plan->layers.size() == 1);
    REQUIRE(plan->blocks.size() == 1);
    const TextStackLayout own = make_layout(*plan, {}, {}), all = make_layout(*whole, {}, {});
    CHECK(own.layers == 1);
    CHECK(own.pane_at.front() == all.pane_at.front());
    CHECK(own.pane_at.back() == all.pane_at.back());
    const DrawList list = draw(*plan, view);
    REQUIRE(list.flows.size() == 1);
    CHECK(list.flows[0].source_origin.x == Approx(all.pane_at.front()));
    CHECK(list.flows[0].target_origin.x == Approx(all.pane_at.back()));
    CHECK((*plan->blocks[0].values)[tokens + 2] == 1.0f);
    CHECK(says(list, "all layers"));
    CHECK(says(list, "top 4 of each row"));
    ViewState chosen = view;
    chosen.threshold.mode = ThresholdMode::value;
    chosen.threshold.value = 0.5f;  // of the largest
    CHECK(plan_text_stack(frame, chosen, nullptr)->layers[0].lines == 1);
    CHECK(says(list, "largest 0.4"));
}

TEST_CASE("queries that are not computed yet have no lines, and the key says how many are") {
    Values values(tokens * tokens, std::numeric_limits<float>::quiet_NaN());
    for (int j = 0; j < tokens; ++j) values[static_cast<size_t>(2 * tokens + j)] = 0.5f;
    const auto frame = frame_with("flow", {tokens, tokens}, values);
    const ViewState view = view_of("flow");
    const auto plan = plan_text_stack(frame, view, nullptr);
    CHECK(plan->scale == 0.5f);
    for (int i = 0; i < tokens; ++i)
        for (int j = 0; j < tokens; ++j)
            CHECK((*plan->blocks[0].values)[static_cast<size_t>(i * tokens + j)] == (i == 2 ? 1.0f : 0.0f));
    CHECK(plan->layers[0].lines == tokens);  // all alike: no four of them are the largest
    CHECK(says(draw(*plan, view), "1 of 5 queries so far"));
}

TEST_CASE("numbers of heads are bars at the foot, on a line between above and below where they are signed") {
    Values importance(layers * heads, 0.5f);
    importance[3] = 2.0f;  // layer 1, head 1
    importance[0] = 0.0f;
    const auto frame = frame_with("head_importance", {layers, heads}, importance);
    const ViewState view = view_of("head_importance");
    const auto plan = plan_text_stack(frame, view, nullptr);
    CHECK(plan->largest == 2.0f);
    const DrawList list = draw(*plan, view);
    float tallest = 0.0f, least = 1e9f;
    int bars = 0;
    for (const Stroke& stroke : list.strokes_above) {
        if (stroke.width_u == 0.0f) continue;  // the line that they stand on
        ++bars;
        tallest = std::max(tallest, stroke.b.y - stroke.a.y);
        least = std::min(least, stroke.b.y - stroke.a.y);
    }
    CHECK(bars == layers * heads - 1);  // none for 0
    CHECK(tallest == Approx(4.0f * least));
    CHECK(list.flows[0].opacity_scale == Approx(0.17f));

    auto ablated = frame_with("ablation.zero", {layers, heads}, {3.0f, 3.0f, 2.0f, 3.5f, 3.0f, 3.0f});
    CHECK_FALSE(has_quantity(*ablated, view_of("ablation")));  // y itself says nothing without its own value
    ablated->target = ExplainedTarget{"class", 1, -1, "joy", 3.0, false};
    const auto change = plan_text_stack(ablated, view_of("ablation"), nullptr);
    CHECK(*change->numbers == Values{0.0f, 0.0f, -1.0f, 0.5f, 0.0f, 0.0f});
    CHECK(change->is_signed);
    const DrawList signed_list = draw(*change, view_of("ablation"));
    std::vector<float> rises;
    for (const Stroke& stroke : signed_list.strokes_above)
        if (stroke.width_u > 0.0f) rises.push_back(stroke.b.y - stroke.a.y);
    REQUIRE(rises.size() == 2);
    CHECK(rises[0] == Approx(-2.0f * rises[1]));
    CHECK(says(signed_list, "y = logit of class “joy”: 3"));
    CHECK(says(signed_list, "change of y"));
}

TEST_CASE("numbers of words are chips on a map whose zero is the ground's neutral, with the sign in digits") {
    const auto frame = frame_with("integrated_gradients", {tokens}, {0.0f, 0.8f, -0.4f, 0.01f, 0.0f});
    frame->deltas["integrated_gradients"] = {-0.0123};
    frame->target = ExplainedTarget{"token", 7, 3, "cat", 7.311, false};
    const ViewState view = view_of("integrated_gradients");
    const auto plan = plan_text_stack(frame, view, nullptr);
    const DrawList list = draw(*plan, view);
    const Theme& colors = theme(ThemeName::dark);
    const auto chip = [&](const char* word) { return find_label(list, word)->pill; };
    CHECK(chip("word1") == difference_color(colors, 1.0f));
    CHECK(chip("word2") == difference_color(colors, -0.5f));
    CHECK(chip("[CLS]") == difference_color(colors, 0.0f));
    CHECK(glm::distance(difference_color(colors, 0.0f), colors.difference_map[2]) < 1e-4f);
    CHECK(find_label(list, "+0.8"));
    CHECK(find_label(list, "−0.4"));
    CHECK_FALSE(find_label(list, "+0.01"));  // nothing beside the largest
    CHECK(says(list, "y = logit of “cat” at 3: 7.31"));
    CHECK(says(list, "delta −0.0123"));
    CHECK(list.flows[0].opacity_scale == Approx(0.17f));
    CHECK(glm::vec3(find_label(list, "word1")->color) == glm::vec3(colors.ground));
    CHECK(glm::vec3(find_label(list, "[CLS]")->color) == glm::vec3(colors.text));
}

TEST_CASE("words can be coloured beside any quantity, by the row of the selected query") {
    Values values(tokens * tokens, 0.0f);
    values[3 * tokens + 1] = 0.3f;
    values[2] = 0.2f;
    const auto frame = frame_with("relevance", {tokens, tokens}, values);
    ViewState view;
    view.strip = "relevance";
    const auto plan = plan_text_stack(frame, view, nullptr);
    CHECK(token_strip(*plan, view).values == Values{0.0f, 0.0f, 0.2f, 0.0f, 0.0f});
    view.selected.query = 3;
    const TokenStrip strip = token_strip(*plan, view);
    CHECK(strip.largest == 0.3f);
    CHECK(strip.note == "words: relevance for “word3” · largest 0.3");
    const DrawList list = draw(*plan, view);
    CHECK(says(list, strip.note));
    CHECK(find_label(list, "word1")->pill == weight_color(theme(ThemeName::dark), 1.0f));
    CHECK(legend(view, *plan).method == "attention weight");
    view.strip = "flow";  // not there
    CHECK(token_strip(*plan, view).values.empty());
}

TEST_CASE("a picture is made anew only where its own numbers, its strip's or the target changed") {
    const auto frame = frame_with("flow", {tokens, tokens}, Values(tokens * tokens, 0.5f));
    auto more = std::make_shared<AttentionFrame>(*frame);
    more->blocks[0].quantities["relevance"] = {{tokens, tokens}, std::make_shared<Values>(25, 0.5f)};
    CHECK(same_numbers(*frame, *more, view_of("flow")));
    CHECK_FALSE(same_numbers(*frame, *more, view_of("relevance")));
    ViewState strip;
    strip.strip = "relevance";
    CHECK_FALSE(same_numbers(*frame, *more, strip));
    auto filled = std::make_shared<AttentionFrame>(*frame);
    filled->blocks[0].quantities["flow"].values = std::make_shared<Values>(25, 0.4f);
    CHECK_FALSE(same_numbers(*frame, *filled, view_of("flow")));
    CHECK(same_numbers(*frame, *filled, {}));
    auto explained = std::make_shared<AttentionFrame>(*frame);
    explained->target = ExplainedTarget{"norm", -1, -1, "", 2.0, false};
    CHECK_FALSE(same_numbers(*frame, *explained, {}));
    // Nor may a notice about heads that attend alike be missed.
    auto alike = std::make_shared<AttentionFrame>(*frame);
    AttentionBlock& block = alike->blocks[0];
    const int64_t layers = block.layers, heads = block.heads;
    block.quantities["head_distance.within"] = {
        {layers, heads, heads}, std::make_shared<std::vector<float>>(size_t(layers * heads * heads), 0.1f)};
    CHECK(same_numbers(*frame, *alike, {}));
    block.quantities["head_distance.within"] = {
        {layers, heads, heads}, std::make_shared<std::vector<float>>(size_t(layers * heads * heads), 0.01f)};
    CHECK_FALSE(same_numbers(*frame, *alike, {}));
    CHECK(says(draw(*plan_text_stack(alike, {}, nullptr), {}), "heads attend alike"));
    CHECK_FALSE(says(draw(*plan_text_stack(frame, {}, nullptr), {}), "heads attend alike"));
    // Arrays of the same tensor are the same arrays, so that nothing is sent to the device again.
    const auto first = plan_text_stack(frame, view_of("flow"), nullptr);
    const auto second = plan_text_stack(more, view_of("flow"), first.get());
    CHECK(first->blocks[0].values == second->blocks[0].values);
}

TEST_CASE("what is explained is named with its value, whatever it is") {
    AttentionFrame frame;
    CHECK(explained_text(frame).empty());
    frame.target = ExplainedTarget{"token", 7, 5, "##cat", 7.312, false};
    CHECK(explained_text(frame) == "y = logit of “##cat” at 5: 7.31");
    frame.target->is_probability = true;
    frame.target->value = 0.25;
    CHECK(explained_text(frame) == "y = probability of “##cat” at 5: 0.25");
    frame.target = ExplainedTarget{"norm", -1, -1, "", 12.0, false};
    CHECK(explained_text(frame) == "y = norm of the mean-pooled last hidden state: 12");
    frame.target = ExplainedTarget{"position_norm", -1, 2, "", 12.0, false};
    CHECK(explained_text(frame) == "y = norm of the last hidden state at 2: 12");
    frame.target = ExplainedTarget{"similarity", -1, -1, "a dog", -0.5, false};
    CHECK(explained_text(frame) == "y = cosine similarity with “a dog”: −0.5");
}

TEST_CASE("numbers keep three digits that count") {
    CHECK(number_text(0.0f) == "0");
    CHECK(number_text(0.12345f) == "0.123");
    CHECK(number_text(-3.14159f) == "−3.14");
    CHECK(number_text(123.4f) == "123");
    CHECK(number_text(0.00012f) == "1.20e-04");
}
