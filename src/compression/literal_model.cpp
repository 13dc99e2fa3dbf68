#include "compression/literal_model.hpp"

#include <algorithm>

namespace carousel {

namespace {

// Every unit costs something, at least 0.00035 bits: so nothing of a hostile file can be longer
// than 23,000 times the file.
constexpr std::uint64_t k_places = 4096;
constexpr std::uint32_t k_most_counts = 1U << 16;

}  // namespace

LiteralModel::LiteralModel()
    : bytes_({.vocabulary_size = 256, .order = 4, .most_sequences = 4'000'000}) {}

// (n + 1/2) / (N + 1), after Krichevsky & Trofimov 1981.
CodeInterval LiteralModel::interval(bool is_byte) const {
    const auto& [symbols, literals] = counts_[before_];
    const std::uint64_t share = k_places * (2 * std::uint64_t{literals} + 1) /
                                (2 * (std::uint64_t{symbols} + literals + 1));
    const auto size = std::clamp<std::uint64_t>(share, 1, k_places - 1);
    if (is_byte) return {.first = k_places - size, .size = size, .total = k_places};
    return {.first = 0, .size = k_places - size, .total = k_places};
}

void LiteralModel::learn(bool is_byte) {
    auto& counts = counts_[before_];
    ++counts[is_byte ? 1 : 0];
    if (counts[0] + counts[1] > k_most_counts) {
        for (auto& count : counts) count /= 2;
    }
    before_ = (before_ * 2 + (is_byte ? 1U : 0U)) % k_remembered;
}

void LiteralModel::encode(bool is_byte, RangeEncoder& encoder) {
    encoder.encode(interval(is_byte));
    learn(is_byte);
}

bool LiteralModel::decode(RangeDecoder& decoder) {
    const auto symbols = interval(false);
    const bool is_byte = decoder.place(k_places) >= symbols.size;
    decoder.take(interval(is_byte));
    learn(is_byte);
    return is_byte;
}

void LiteralModel::encode_byte(std::uint8_t byte, RangeEncoder& encoder) {
    bytes_.predict(prediction_);
    widths_.assign(prediction_.probabilities);
    encoder.encode(widths_.of(byte));
    bytes_.add(byte);
}

std::uint8_t LiteralModel::decode_byte(RangeDecoder& decoder) {
    bytes_.predict(prediction_);
    widths_.assign(prediction_.probabilities);
    const auto [byte, found] = widths_.at(decoder.place(widths_.total()));
    decoder.take(found);
    bytes_.add(byte);
    return static_cast<std::uint8_t>(byte);
}

}  // namespace carousel
