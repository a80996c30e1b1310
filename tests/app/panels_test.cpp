#include "app/panels/panels.h"

#include <catch2/catch.hpp>

using namespace weft;

TEST_CASE("an open panel wants what it shows, a closed one nothing") {
    PanelState panels;
    CHECK(panel_methods(panels).empty());
    panels.docked = Docked::heads;
    panels.asked = {"head_importance"};
    CHECK(panel_methods(panels) == std::set<std::string>{"attention_distance", "entropy", "head_distance",
                                                         "head_importance", "patterns"});
    panels.docked = Docked::curves;
    CHECK(panel_methods(panels).contains("rollout"));
    CHECK_FALSE(panel_methods(panels).contains("patterns"));
    panels.hidden = true;
    CHECK(panel_methods(panels) == std::set<std::string>{"head_importance"});
}
