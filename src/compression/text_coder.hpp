#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "adaptation/predictor.hpp"
#include "compression/text_units.hpp"

// The room compression makes files of texts that a predictor foresees. In reading order:
//
//     text_units        a file as symbols of a model, and bytes where it has none
//     symbol_widths     probabilities as whole numbers
//     range_coder       whole numbers as bytes
//     literal_model     what is expected of the bytes
//     text_coder        a text to bytes and back
//     compressed_text   the file: what was compressed, by which model, and sums that show damage
//
// The law of the room: every file comes out as it went in, on every machine and number of threads,
// or not at all. What comes from a file is held to limits before it is believed.

namespace carousel {

/// Told how much of a text has been coded: 0 to 1.
using TellShare = std::function<void(double)>;

/// Codes the units of a text by what `predictor` says of each before it comes. It is fresh, and the
/// symbol in front of the text is the separator. Units that are bytes are none of its business.
std::string encode_text(const std::vector<std::uint32_t>& units, const TextUnits& text,
                        Predictor& predictor, const TellShare& tell = {});

struct CodedText {
    std::string_view bytes;   ///< that `encode_text` returned
    std::uint64_t units = 0;  ///< so many
    std::uint64_t size = 0;   ///< bytes of the text
};

/// The text that was encoded with the same predictor. Memory and time are bounded by the text's
/// size and the number of bytes, whatever these are.
/// Throws: InputError when the bytes are none that were written for a text of this size.
std::string decode_text(const CodedText& coded, const TextUnits& text, Predictor& predictor,
                        const TellShare& tell = {});

}  // namespace carousel
