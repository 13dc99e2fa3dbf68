#include "compression/symbol_widths.hpp"

#include <numeric>
#include <stdexcept>

namespace carousel {

namespace {

constexpr double k_width_places = 1U << 30;

template <typename Probability>
std::uint64_t fill(std::span<const Probability> probabilities, std::vector<std::uint32_t>& widths) {
    widths.resize(probabilities.size());
    std::uint64_t total = 0;
    for (std::size_t s = 0; s < widths.size(); ++s) {
        const auto p = static_cast<double>(probabilities[s]);
        if (!(p >= 0 && p < 2)) throw std::logic_error("a probability to be coded is none");
        widths[s] = 1 + static_cast<std::uint32_t>(p * k_width_places);
        total += widths[s];
    }
    return total;
}

}  // namespace

void SymbolWidths::assign(std::span<const float> probabilities) {
    total_ = fill(probabilities, widths_);
}

void SymbolWidths::assign(std::span<const double> probabilities) {
    total_ = fill(probabilities, widths_);
}

CodeInterval SymbolWidths::of(TokenId symbol) const {
    const auto begin = widths_.begin();
    const auto first = std::accumulate(begin, begin + symbol, std::uint64_t{0});
    return {.first = first, .size = widths_.at(symbol), .total = total_};
}

SymbolWidths::Found SymbolWidths::at(std::uint64_t place) const {
    std::uint64_t first = 0;
    TokenId symbol = 0;
    for (; first + widths_.at(symbol) <= place; ++symbol) first += widths_[symbol];
    return {symbol, {.first = first, .size = widths_[symbol], .total = total_}};
}

}  // namespace carousel
