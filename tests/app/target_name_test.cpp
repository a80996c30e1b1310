#include "app/target_name.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("every kind of target has a name that says what it is") {
    CHECK(target_name({"token", 7, 5, "mat", 1.0, false}) == "logit of 'mat' at row 5");
    CHECK(target_name({"token", 7, -1, "", 1.0, true}) == "probability of 7");
    CHECK(target_name({"class", 1, -1, "POSITIVE", 1.0, false}) == "logit of class 'POSITIVE'");
    CHECK(target_name({"norm", -1, -1, "", 1.0, false}) == "norm of the mean of all states");
    CHECK(target_name({"position_norm", -1, 2, "", 1.0, false}) == "norm of the state of row 2");
    CHECK(target_name({"similarity", -1, -1, "A dog", 1.0, false}) == "cosine similarity with 'A dog'");
}

TEST_CASE("a click on a prediction or a word chooses what the option of the same name would") {
    Prediction prediction;
    prediction.id = 42;
    CHECK(target_of(prediction) == parse_target("42"));
    CHECK(target_at(3, true) == parse_target("@3"));
    CHECK(target_at(3, false) == parse_target("norm@3"));
}

TEST_CASE("a model has logits to explain if its target is one or its architecture says so") {
    AttentionFrame frame;
    CHECK(explains_logits(frame, "BertForMaskedLM"));
    CHECK(explains_logits(frame, "GPT2LMHeadModel"));
    CHECK_FALSE(explains_logits(frame, "BertModel"));
    frame.predictions.resize(1);
    CHECK(explains_logits(frame, "BertModel"));
    frame.target = ExplainedTarget{"norm", -1, -1, "", 1.0, false};
    CHECK_FALSE(explains_logits(frame, "BertForMaskedLM"));
    frame.target->kind = "class";
    CHECK(explains_logits(frame, ""));
}
