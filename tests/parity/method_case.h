// The files of tests/parity/method_references as the program is given them: a text or an image of a tiny
// checkpoint, options, and what the methods must give.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/parity/explained_model.h"
#include "tests/parity/family_case.h"

namespace weft::test {

struct MethodCase {
    std::string name;
    std::filesystem::path checkpoint;
    FamilyReference reference;
    nlohmann::json target, deltas;
    ExplainedText text;
    AnalysisOptions options;
};

MethodCase method_case(const std::string& name);
std::vector<MethodCase> method_cases();  // all, by name

}  // namespace weft::test
