#pragma once

#include <string>
#include <vector>

#include "app/comparison.hpp"

namespace carousel {

/// What was agreed, in a sentence or two.
std::string terms_sentence(const Comparison& comparison);

/// What the numbers bear, in sentences. Nothing is said to be better where seeds alone could have
/// made it so, and no time is compared with that of another machine.
std::vector<std::string> conclusions(const Comparison& comparison);

}  // namespace carousel
