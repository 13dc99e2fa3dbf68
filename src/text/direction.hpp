#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace carousel {

/// The way in which a script runs.
enum class Direction : std::uint8_t { left_to_right, right_to_left };

/// That of the first letter of a text that has one (UAX #9: of type L, R or AL). Absent where there
/// is none: digits, blanks and punctuation follow what stands around them. Any bytes may come.
std::optional<Direction> direction_of(std::string_view text);

}  // namespace carousel
