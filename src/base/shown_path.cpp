#include "base/shown_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace carousel {

namespace {

/// Bytes of the UTF-8 sequence at the front of `text`; 0 where none stands.
std::size_t sequence_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return 1;
    const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
    }
    return length;
}

/// Whether a code point, as UTF-8, is a control character or one that reorders or hides text.
bool drives_terminal(std::string_view code_point) {
    constexpr std::pair<std::string_view, std::string_view> k_ranges[] = {
        {{"\0", 1}, "\x1F"},
        {"\x7F", "\x7F"},
        {"\xC2\x80", "\xC2\x9F"},           // C1
        {"\xD8\x9C", "\xD8\x9C"},           // Arabic letter mark
        {"\xE2\x80\x8E", "\xE2\x80\x8F"},   // marks of direction
        {"\xE2\x80\xA8", "\xE2\x80\xAE"},   // separators, embeddings, overrides
        {"\xE2\x81\xA6", "\xE2\x81\xAF"},   // isolates
        {"\xEF\xBB\xBF", "\xEF\xBB\xBF"},   // byte-order mark
        {"\xEF\xBF\xB9", "\xEF\xBF\xBB"}};  // annotations
    return std::any_of(std::begin(k_ranges), std::end(k_ranges), [&](const auto& range) {
        return range.first.size() == code_point.size() && range.first <= code_point &&
               code_point <= range.second;
    });
}

}  // namespace

std::string shown_path(const std::filesystem::path& path) {
    std::string shown;
    for (std::string_view rest = path.native(); !rest.empty();) {
        const std::size_t length = sequence_length(rest);
        const auto front = rest.substr(0, std::max<std::size_t>(1, length));
        if (length == 0 || drives_terminal(front)) {
            for (const char byte : front)
                shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        } else {
            shown += front;
        }
        rest.remove_prefix(front.size());
    }
    return shown;
}

}  // namespace carousel
