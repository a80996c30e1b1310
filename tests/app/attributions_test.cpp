#include "app/attributions.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/scenes/synthetic_frame.h"

using namespace weft;

namespace {

FrameTensor tensor(std::vector<int64_t> shape, std::vector<float> values) {
    return {std::move(shape), std::make_shared<const std::vector<float>>(std::move(values))};
}

std::vector<double> values_of(const std::vector<Attribution>& all, const std::string& name) {
    const auto found = std::ranges::find(all, name, &Attribution::name);
    return found == all.end() ? std::vector<double>{} : found->values;
}

}  // namespace

TEST_CASE("each shape gives the numbers of the target's row over the tokens") {
    const auto frame = synthetic::frame(2, 2, 2, synthetic::identity());
    AttentionBlock& block = frame->blocks[0];
    block.quantities["rollout"] = tensor({2, 2, 2}, {9, 9, 9, 9, 1, 2, 3, 5});
    block.quantities["relevance"] = tensor({2, 2}, {1, 2, 3, 4});
    block.quantities["gradient_attention"] =
        tensor({2, 2, 2, 2}, {0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, -5, 6, -7, 8});
    block.quantities["integrated_gradients"] = tensor({2}, {-1, 7});
    block.quantities["integrated_gradients.embedding"] = tensor({2, 1}, {-1, 7});
    block.quantities["token_ablation"] = tensor({2}, {8, 11});
    block.quantities["flow"] = tensor({2, 2}, {1});  // not what its shape says
    frame->target = ExplainedTarget{"token", 3, 1, "mat", 10.0, false};
    const TargetRow row = target_row(*frame, block);
    CHECK(row.row == 1);
    CHECK(row.text == "row 1, the target's");
    const std::vector<Attribution> all = attributions(*frame, block, row);
    CHECK(all.size() == 6);
    CHECK(values_of(all, "attention") == std::vector<double>{0.0, 1.0});
    CHECK(values_of(all, "rollout") == std::vector<double>{3.0, 5.0});
    CHECK(values_of(all, "relevance") == std::vector<double>{3.0, 4.0});
    CHECK(values_of(all, "gradient_attention") == std::vector<double>{-4.0, 12.0});
    CHECK(values_of(all, "integrated_gradients") == std::vector<double>{-1.0, 7.0});
    CHECK(values_of(all, "token_ablation") == std::vector<double>{2.0, -1.0});
}

TEST_CASE("the row follows the target and is the mean where the target is of all positions") {
    const auto frame = synthetic::frame(1, 1, 3, synthetic::uniform());
    AttentionBlock& block = frame->blocks[0];
    block.quantities["relevance"] = tensor({3, 3}, {0, 0, 3, 0, 3, 0, 0, 3, 0});
    CHECK(target_row(*frame, block).row == -1);
    frame->target = ExplainedTarget{"norm", -1, -1, "", 1.0, false};
    CHECK(target_row(*frame, block).row == -1);
    CHECK(values_of(attributions(*frame, block, target_row(*frame, block)), "relevance") ==
          std::vector<double>{0.0, 2.0, 1.0});
    frame->target->kind = "class";
    CHECK(target_row(*frame, block).row == 0);
    block.causal = true;
    CHECK(target_row(*frame, block).row == 2);
    frame->target->position = 99;
    CHECK(target_row(*frame, block).row == 2);
    CHECK(attributions(*frame, block, {3, ""}).empty());
}
