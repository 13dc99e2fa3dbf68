#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carousel {

/// The round numbers within [low, high]: 1, 2 or 5 times a power of ten apart, and as close as
/// leaves at most `most` distances between them. Range: low < high, finite; most ≥ 1. Law: never
/// more than most + 1, and none where doubles between the limits are too few to count in.
std::vector<double> round_ticks(double low, double high, int most);

/// Writes a tick with the decimals that ticks `distance` apart need: "1.25", "12,000", "2e-06".
std::string tick_label(double value, double distance);

/// The unit in which people read times up to `seconds`: its name and how many seconds it has.
struct TimeUnit {
    std::string name;
    double seconds;
};
TimeUnit time_unit(double seconds);

}  // namespace carousel
