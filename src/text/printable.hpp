#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace carousel {

/// Whether newline and tab pass `printable` as they are.
enum class Whitespace : std::uint8_t { keep, escape };

/// `text` made harmless for a terminal: control characters (C0, DEL, C1), characters that reorder
/// or hide text (bidi controls, line and paragraph separator, byte-order mark inside),
/// noncharacters and bytes that are not UTF-8 are shown escaped, as `\x1b`, `\u202e` or
/// `\u{1fffe}`. Everything else stays as it is.
std::string printable(std::string_view text, Whitespace whitespace = Whitespace::keep);

/// Columns that `text` takes on a terminal: East Asian wide 2, marks and formats 0, else 1.
/// Invalid bytes count 1 each.
std::size_t display_width(std::string_view text);

/// The longest start of `text`, cut between characters, that takes at most `columns` columns.
std::string_view cut_to_width(std::string_view text, std::size_t columns);

/// Replaces `\n`, `\t`, `\\`, `\uXXXX` and `\u{X...}` by what they mean; surrogate pairs in two
/// `\uXXXX` join. Throws: UsageError for another or an unfinished escape, naming it and its
/// position.
std::string unescape(std::string_view text);

}  // namespace carousel
