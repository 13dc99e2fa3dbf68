#pragma once

#include <array>
#include <cstdint>

#include "adaptation/ngram_model.hpp"
#include "compression/range_coder.hpp"
#include "compression/symbol_widths.hpp"

namespace carousel {

/// What a model has no symbol for: whether the next unit of a text is such a byte, and which. Both
/// are learned from the units before.
class LiteralModel {
public:
    LiteralModel();

    void encode(bool is_byte, RangeEncoder& encoder);
    bool decode(RangeDecoder& decoder);

    void encode_byte(std::uint8_t byte, RangeEncoder& encoder);
    std::uint8_t decode_byte(RangeDecoder& decoder);

private:
    CodeInterval interval(bool is_byte) const;
    void learn(bool is_byte);

    static constexpr std::uint32_t k_remembered = 16;  // what the last four units were

    std::array<std::array<std::uint32_t, 2>, k_remembered> counts_{};
    std::uint32_t before_ = 0;
    NgramModel bytes_;
    NgramPrediction prediction_;
    SymbolWidths widths_;
};

}  // namespace carousel
