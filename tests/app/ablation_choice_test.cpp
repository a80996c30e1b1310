#include "app/ablation_choice.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("a head is taken away, changed and given back, the rest stays as it is") {
    using enum AttentionKind;
    const HeadAblation zero{self, 3, 1, false}, mean{self, 3, 1, true}, other{self, 0, 2, false},
        elsewhere{cross, 3, 1, false};
    std::vector<HeadAblation> now = toggled_ablation({}, zero);
    now = toggled_ablation(now, other);
    CHECK(now == std::vector<HeadAblation>{other, zero});
    now = toggled_ablation(now, elsewhere);
    now = toggled_ablation(now, mean);
    CHECK(now == std::vector<HeadAblation>{other, mean, elsewhere});
    now = toggled_ablation(now, mean);
    CHECK(now == std::vector<HeadAblation>{other, elsewhere});
}
