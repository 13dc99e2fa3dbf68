#pragma once

#include <string>
#include <vector>

#include "fuzz/chance.hpp"

namespace carousel {

/// `input` with one to a few changes: bits, bytes, numbers, parts taken out, doubled, exchanged
/// with parts of `others`, or pieces of `words` put in.
std::string mutated(std::string input, const std::vector<std::string>& others,
                    const std::vector<std::string>& words, Chance& chance);

}  // namespace carousel
