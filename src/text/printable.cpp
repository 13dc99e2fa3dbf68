#include "text/printable.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <optional>

#include "base/error.hpp"
#include "text/utf8.hpp"

// Three subjects in this order: which code points are dangerous on a terminal and how they are
// shown; how wide text is; escapes that people write in options.

namespace carousel {

namespace {

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

// Characters that reorder, hide or break what stands around them on a terminal.
bool is_deceptive(char32_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x206F) ||
           (c >= 0xFFF9 && c <= 0xFFFB) || c == 0xFEFF;
}

// The last two of each plane and 32 in between: no characters, and no part of an XML document.
bool is_noncharacter(char32_t c) {
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

std::size_t width_of(char32_t code_point) {
    const auto c = static_cast<UChar32>(code_point);
    if (is_control(code_point)) return 0;
    if (code_point < 0x300) return 1;
    constexpr uint32_t zero = U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK;
    if ((U_MASK(u_charType(c)) & zero) != 0) return 0;
    if (code_point >= 0x1160 && code_point <= 0x11FF) return 0;  // Hangul vowels and finals join
    const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

// Bytes and columns of what stands at the front of `text`: a code point, or an invalid byte.
struct Front {
    std::size_t bytes, columns;
    std::optional<char32_t> code_point;
};
Front front_of(std::string_view text) {
    const std::string_view head = text.substr(0, 4);
    const std::size_t length = utf8_length(text.front());
    if (length > head.size() || valid_utf8_prefix(head.substr(0, length)) != length) {
        return {1, 1, std::nullopt};
    }
    const char32_t code_point = code_point_at(text, 0);
    return {length, width_of(code_point), code_point};
}

std::optional<char32_t> parse_hex(std::string_view digits) {
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    char32_t value = 0;
    for (const char digit : digits) {
        char32_t nibble = 0;
        if (digit >= '0' && digit <= '9') {
            nibble = static_cast<char32_t>(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            nibble = static_cast<char32_t>(digit - 'a' + 10);
        } else if (digit >= 'A' && digit <= 'F') {
            nibble = static_cast<char32_t>(digit - 'A' + 10);
        } else {
            return std::nullopt;
        }
        value = value * 16 + nibble;
    }
    return value;
}

// An escape `\uXXXX` or `\u{X...}` at the front of `text`: its value and its length.
struct UnicodeEscape {
    char32_t value;
    std::size_t length;
};
std::optional<UnicodeEscape> parse_unicode_escape(std::string_view text) {
    if (!text.starts_with("\\u")) return std::nullopt;
    const bool braced = text.substr(2).starts_with('{');
    const std::size_t close = text.find('}');
    if (braced && close == std::string_view::npos) return std::nullopt;
    if (!braced && text.size() < 6) return std::nullopt;
    const auto value = parse_hex(braced ? text.substr(3, close - 3) : text.substr(2, 4));
    if (!value) return std::nullopt;
    return UnicodeEscape{*value, braced ? close + 1 : 6};
}

bool is_lead_surrogate(char32_t c) {
    return c >= 0xD800 && c < 0xDC00;
}
bool is_trail_surrogate(char32_t c) {
    return c >= 0xDC00 && c < 0xE000;
}

// As above, with two escaped surrogates joined; empty unless the value is a character.
std::optional<UnicodeEscape> parse_escaped_character(std::string_view text) {
    auto escape = parse_unicode_escape(text);
    if (!escape) return std::nullopt;
    if (is_lead_surrogate(escape->value)) {
        const auto trail = parse_unicode_escape(text.substr(escape->length));
        if (!trail || !is_trail_surrogate(trail->value)) return std::nullopt;
        escape->value = 0x10000 + ((escape->value - 0xD800) << 10) + (trail->value - 0xDC00);
        escape->length += trail->length;
    }
    if (is_trail_surrogate(escape->value) || escape->value > 0x10FFFF) return std::nullopt;
    return escape;
}

}  // namespace

std::string printable(std::string_view text, Whitespace whitespace) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Front front = front_of(text);
        const auto byte = static_cast<unsigned>(static_cast<unsigned char>(text.front()));
        const bool kept = whitespace == Whitespace::keep && (byte == '\n' || byte == '\t');
        if (kept) {
            out += text.front();
        } else if (byte == '\n') {
            out += "\\n";
        } else if (byte == '\t') {
            out += "\\t";
        } else if (!front.code_point || (front.bytes == 1 && is_control(*front.code_point))) {
            out += fmt::format("\\x{:02x}", byte);
        } else if (*front.code_point > 0xFFFF && is_noncharacter(*front.code_point)) {
            out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(*front.code_point));
        } else if (is_control(*front.code_point) || is_deceptive(*front.code_point) ||
                   is_noncharacter(*front.code_point)) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(*front.code_point));
        } else {
            out.append(text.substr(0, front.bytes));
        }
        text.remove_prefix(front.bytes);
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Front front = front_of(text);
        columns += front.columns;
        text.remove_prefix(front.bytes);
    }
    return columns;
}

std::string_view cut_to_width(std::string_view text, std::size_t columns) {
    std::size_t end = 0;
    for (std::size_t used = 0; end < text.size();) {
        const Front front = front_of(text.substr(end));
        used += front.columns;
        if (used > columns) break;
        end += front.bytes;
    }
    return text.substr(0, end);
}

std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            out += text[i++];
            continue;
        }
        const char kind = i + 1 < text.size() ? text[i + 1] : '\0';
        if (kind == 'n' || kind == 't' || kind == '\\') {
            out += kind == 'n' ? '\n' : kind == 't' ? '\t' : '\\';
            i += 2;
            continue;
        }
        const auto escape = parse_escaped_character(text.substr(i));
        if (!escape) {
            throw UsageError(fmt::format(
                "There is no such escape as '{}' (at byte {}). Known are \\n, \\t, \\\\, \\uXXXX "
                "and \\u{{X...}}; a backslash itself is written \\\\.",
                printable(cut_to_width(text.substr(i), 8), Whitespace::escape), i));
        }
        append_utf8(escape->value, out);
        i += escape->length;
    }
    return out;
}

}  // namespace carousel
