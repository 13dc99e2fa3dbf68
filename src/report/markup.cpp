#include "report/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/printable.hpp"
#include "text/utf8.hpp"

// Two ways for text to get into a page: `plain_markup` where no element may stand, `visible_markup`
// where what has no shape of its own is drawn as a box. Both write the five characters that HTML
// reads as markup as references.

namespace carousel {

namespace {

struct Range {
    char32_t first, last;
};
// Source: DerivedCoreProperties.txt of Unicode 15, Default_Ignorable_Code_Point, without joiners,
// variation selectors and what `printable` escapes anyway.
constexpr std::array<Range, 13> k_invisible = {{{0x00AD, 0x00AD},
                                                {0x034F, 0x034F},
                                                {0x115F, 0x1160},
                                                {0x17B4, 0x17B5},
                                                {0x180B, 0x180F},
                                                {0x200B, 0x200B},
                                                {0x2060, 0x2065},
                                                {0x3164, 0x3164},
                                                {0xFFA0, 0xFFA0},
                                                {0xFFF0, 0xFFF8},
                                                {0x1BCA0, 0x1BCA3},
                                                {0x1D173, 0x1D17A},
                                                {0xE0000, 0xE00FF}}};

bool is_invisible(char32_t c) {
    return std::any_of(k_invisible.begin(), k_invisible.end(),
                       [c](const Range& range) { return c >= range.first && c <= range.last; });
}

// Range: one code point, or a byte that is none.
bool is_boxed(std::string_view character) {
    if (character == "\n" || character == "\t") return false;
    return printable(character) != character ||
           (character.size() > 1 && is_invisible(code_point_at(character, 0)));
}

// The bytes of the first code point; a single byte where the text is not UTF-8.
std::string_view first_of(std::string_view text) {
    const auto length = std::min(utf8_length(text.front()), text.size());
    return text.substr(0, valid_utf8_prefix(text.substr(0, length)) == length ? length : 1);
}

// What stands in the box: the control pictures of Unicode where there are, else the number.
std::string code_point_name(std::string_view character) {
    const auto byte = static_cast<unsigned char>(character.front());
    if (character.size() == 1 && (byte < 0x20 || byte == 0x7F)) {
        std::string picture;
        append_utf8(byte == 0x7F ? U'\u2421' : 0x2400 + static_cast<char32_t>(byte), picture);
        return picture;
    }
    if (character.size() == 1) return fmt::format("0x{:02X}", byte);
    return fmt::format("U+{:04X}", static_cast<unsigned>(code_point_at(character, 0)));
}

void append_reference(char c, std::string& out) {
    switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
    }
}

}  // namespace

std::string plain_markup(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) append_reference(c, out);
    return out;
}

std::string visible_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_of(text);
        if (is_boxed(character)) {
            out += fmt::format("<b>{}</b>", code_point_name(character));
        } else {
            for (const char c : character) append_reference(c, out);
        }
        text.remove_prefix(character.size());
    }
    return out;
}

}  // namespace carousel
