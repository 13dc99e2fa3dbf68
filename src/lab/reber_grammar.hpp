#pragma once

#include <cstdint>
#include <string_view>

#include "lab/random_stream.hpp"
#include "lab/sequence.hpp"

namespace carousel {

/// The symbols of the Reber grammar, by their input units.
inline constexpr std::string_view k_reber_symbols = "BTPSXVE";

/// A string of the embedded Reber grammar, each of two ways drawn with probability ½: B, then T or
/// P, a string of the Reber grammar, the T or P again, E. `inputs` are all symbols but the last,
/// `next` the symbol after each, `legal` all that might have come there.
/// Source: Cleeremans, Servan-Schreiber & McClelland 1989; Hochreiter & Schmidhuber 1997,
/// section 5.1.
void draw_reber_string(RandomStream& random, Sequence& sequence);

/// Whether both hold the same string.
bool is_same_string(const Sequence& a, const Sequence& b);

}  // namespace carousel
