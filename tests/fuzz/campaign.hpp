#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/chance.hpp"

// Many hostile inputs for one part of the program. To be read in this order:
//
//     chance, mutation     choices that follow from a seed; an input made from others
//     campaign             feeds findings and mutants to a harness; keeps what goes wrong
//     here                 a command of the program, run in this process
//     *_test               one harness each, and the laws that no input may break
//
// In a usual run a campaign is short and the same each time. `tests/fuzz/run` makes it long and
// new, with sanitizers; docs/reliability.md says more.

namespace carousel {

struct Campaign {
    /// Its folder below `tests/fuzz/findings`, whose files are fed first, as they are.
    std::string name;
    /// What inputs are made from, besides the findings. Never empty.
    std::vector<std::string> seeds;
    /// Pieces that mutants are given, such as the words of a format.
    std::vector<std::string> words;
    /// Mutants in a usual run.
    std::uint32_t usual = 200;
    /// What a mutant is made by; absent: `mutated`.
    std::function<std::string(const std::string& input, Chance& chance)> mutate;
    /// Says what an input has broken; nothing when all is well. An exception is a flaw too.
    std::function<std::string(const std::string& input)> harness;
};

/// Runs a campaign inside a test case, which each flaw fails. An input that is wrong, that takes
/// longer than half a minute or that ends the program is kept in a file, whose name is said.
void run(const Campaign& campaign);

}  // namespace carousel
