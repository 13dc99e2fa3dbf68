#pragma once

#include <cstdint>

namespace carousel {

/// How well a model predicts a text: the sums, from which every measure follows.
struct Metrics {
    double nats = 0;               ///< sum of -log p over the symbols of the characters
    std::uint64_t characters = 0;  ///< text units predicted; separators are none
    std::uint64_t bytes = 0;       ///< their UTF-8 bytes (raw bytes in byte models)

    bool operator==(const Metrics&) const = default;
};

/// Each throws std::logic_error when no character was predicted.
double nats_per_character(const Metrics& metrics);
double bits_per_character(const Metrics& metrics);
/// Comparable between models of any unit.
double bits_per_byte(const Metrics& metrics);
/// exp(nats per character): of how many equally likely characters the model is unsure. May be
/// infinite.
double perplexity(const Metrics& metrics);

}  // namespace carousel
