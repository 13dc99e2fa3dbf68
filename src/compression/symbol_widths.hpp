#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "compression/range_coder.hpp"

namespace carousel {

/// Probabilities as whole numbers: each symbol gets p 2^30 places, rounded down, and one more, so
/// that every symbol has a place whatever it was expected to be.
class SymbolWidths {
public:
    /// Range: finite, ≥ 0, and a sum below 2; at most 2^21 of them. Law: a function of the bits of
    /// the probabilities, the same on every machine.
    void assign(std::span<const float> probabilities);
    void assign(std::span<const double> probabilities);

    CodeInterval of(TokenId symbol) const;

    std::uint64_t total() const { return total_; }

    struct Found {
        TokenId symbol = 0;
        CodeInterval interval{};
    };
    /// The symbol that has this place. Range: place < total().
    Found at(std::uint64_t place) const;

private:
    std::vector<std::uint32_t> widths_;
    std::uint64_t total_ = 0;
};

}  // namespace carousel
