#include "compression/text_coder.hpp"

#include "base/error.hpp"
#include "compression/literal_model.hpp"
#include "compression/range_coder.hpp"
#include "compression/symbol_widths.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

[[noreturn]] void refuse() {
    throw InputError("The compressed text is damaged: it is none that was ever written.");
}

}  // namespace

std::string encode_text(const std::vector<std::uint32_t>& units, const TextUnits& text,
                        Predictor& predictor, const TellShare& tell) {
    RangeEncoder encoder;
    LiteralModel literals;
    SymbolWidths widths;
    predictor.read(Vocabulary::k_separator);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto unit = units[i];
        literals.encode(text.is_byte(unit), encoder);
        if (text.is_byte(unit)) {
            literals.encode_byte(text.byte_of(unit), encoder);
        } else {
            widths.assign(predictor.probabilities());
            encoder.encode(widths.of(unit));
            predictor.read(unit);
        }
        if (tell) tell(static_cast<double>(i) / static_cast<double>(units.size()));
    }
    return encoder.finish();
}

std::string decode_text(const CodedText& coded, const TextUnits& text, Predictor& predictor,
                        const TellShare& tell) {
    RangeDecoder decoder(coded.bytes);
    LiteralModel literals;
    SymbolWidths widths;
    std::string decoded;
    predictor.read(Vocabulary::k_separator);
    for (std::uint64_t i = 0; i < coded.units; ++i) {
        if (literals.decode(decoder)) {
            text.append(text.unit_of(literals.decode_byte(decoder)), decoded);
        } else {
            widths.assign(predictor.probabilities());
            const auto [symbol, interval] = widths.at(decoder.place(widths.total()));
            // It is no text, and units without text would never end.
            if (symbol == Vocabulary::k_separator) refuse();
            decoder.take(interval);
            text.append(symbol, decoded);
            predictor.read(symbol);
        }
        if (decoded.size() > coded.size) refuse();
        if (tell) tell(static_cast<double>(i) / static_cast<double>(coded.units));
    }
    if (decoded.size() != coded.size) refuse();
    decoder.finish();
    return decoded;
}

}  // namespace carousel
