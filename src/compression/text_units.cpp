#include "compression/text_units.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace carousel {

TextUnits::TextUnits(const Tokenizer& tokenizer)
    : tokenizer_(tokenizer), symbols_(static_cast<std::uint32_t>(tokenizer.vocabulary().size())) {}

std::vector<std::uint32_t> TextUnits::split(std::string_view text) const {
    std::vector<std::uint32_t> units;
    const auto add_bytes = [&](std::string_view bytes, std::vector<TokenId>& to) {
        for (const char byte : bytes) to.push_back(unit_of(static_cast<std::uint8_t>(byte)));
    };
    TextEncoder encoder(tokenizer_, [&](std::string_view character, std::uint64_t,
                                        std::vector<TokenId>& ids) { add_bytes(character, ids); });
    const bool reads_bytes = tokenizer_.settings().unit == Unit::byte;
    while (!text.empty()) {
        const auto valid = reads_bytes ? text.size() : valid_utf8_prefix(text);
        encoder.push(text.substr(0, valid), units);
        encoder.finish(units);
        text.remove_prefix(valid);
        if (text.empty()) break;
        const auto flaw = utf8_flaw(text).length;
        add_bytes(text.substr(0, flaw), units);
        text.remove_prefix(flaw);
    }
    return units;
}

void TextUnits::append(std::uint32_t unit, std::string& text) const {
    if (is_byte(unit)) {
        text += static_cast<char>(byte_of(unit));
    } else {
        text += tokenizer_.vocabulary().symbol(unit).text;
    }
}

bool ends_lines_with_cr_lf(std::string_view text) {
    std::size_t lines = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool feeds = text[i] == '\n', follows = i > 0 && text[i - 1] == '\r';
        if (feeds != follows) return false;
        lines += feeds ? 1 : 0;
    }
    return lines > 0 && text.back() != '\r';
}

std::string without_cr(std::string_view text) {
    std::string bare(text);
    std::erase(bare, '\r');
    return bare;
}

std::string with_cr(std::string_view text) {
    std::string whole;
    for (const char byte : text) {
        if (byte == '\n') whole += '\r';
        whole += byte;
    }
    return whole;
}

}  // namespace carousel
