#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// What a text is made of for a coder: symbols of a model, and bytes that none of its symbols
/// stands for. Nothing is decoded or normalised, so that every file comes out as it went in.
class TextUnits {
public:
    /// `tokenizer` must outlive the object.
    explicit TextUnits(const Tokenizer& tokenizer);

    /// Numbers below V are symbols, the others bytes: V + byte.
    /// Law: `append` makes the same text of them.
    std::vector<std::uint32_t> split(std::string_view text) const;

    void append(std::uint32_t unit, std::string& text) const;

    bool is_byte(std::uint32_t unit) const { return unit >= symbols_; }
    std::uint8_t byte_of(std::uint32_t unit) const {
        return static_cast<std::uint8_t>(unit - symbols_);
    }
    std::uint32_t unit_of(std::uint8_t byte) const { return symbols_ + byte; }

private:
    const Tokenizer& tokenizer_;
    std::uint32_t symbols_;  // V
};

/// Whether all line ends of a text are CR LF and no CR stands elsewhere: a model that knows only LF
/// then predicts it without the CR.
bool ends_lines_with_cr_lf(std::string_view text);
std::string without_cr(std::string_view text);
std::string with_cr(std::string_view text);

}  // namespace carousel
