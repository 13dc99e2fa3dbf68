#pragma once

#include <cstdint>

namespace carousel {

/// Index of a symbol in the vocabulary, in [0, V).
using TokenId = std::uint32_t;

}  // namespace carousel
