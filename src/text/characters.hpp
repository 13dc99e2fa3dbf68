#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/text_settings.hpp"

namespace carousel {

/// A grapheme cluster that reaches this many bytes is ended there, so that memory stays bounded.
inline constexpr std::size_t k_longest_cluster = 1024;

/// Finds the boundaries of extended grapheme clusters from front to back.
///
/// Source: UAX #29 with the properties of the ICU in use, and the same rule for Indic conjuncts as
/// ICU's own character iterator, with which a test compares it.
class GraphemeBoundary {
public:
    /// True when a cluster starts at `code_point`, the next in the text. The first one starts a
    /// cluster.
    bool starts_at(char32_t code_point);
    void reset() { *this = {}; }

private:
    std::uint8_t previous_ = 0;  // class of the previous code point; 0: none
    bool odd_flag_ = false;      // an odd number of regional indicators stands before
    bool pictograph_ = false;    // Extended_Pictographic Extend* stands before
    std::uint8_t conjunct_ = 0;  // 1 after a linking consonant, 2 after its virama
};

/// Cuts text, pushed in pieces of whole code points, into characters (code points, clusters or
/// bytes).
///
///     splitter.push(piece);  while (splitter.next(character)) use(character);
///     splitter.finish();     while (splitter.next(character)) use(character);
///
/// Law: the characters do not depend on how the text is cut into pieces, and joined they are the
/// text.
class CharacterSplitter {
public:
    explicit CharacterSplitter(Unit unit) : unit_(unit) {}

    /// Range: valid UTF-8, except for `Unit::byte`. All of the characters before must have been
    /// taken.
    void push(std::string_view text);

    /// The text has ended (or a separator follows): the held rest is a whole character.
    void finish();

    /// The next character that is certain; valid until the next `push`.
    bool next(std::string_view& character);

private:
    Unit unit_;
    std::string text_;
    std::size_t begin_ = 0;    // of the character that comes next
    std::size_t scanned_ = 0;  // the boundary finder has seen [begin_, scanned_)
    bool finished_ = false;
    GraphemeBoundary boundary_;
};

/// Characters in the whole of `text`.
std::uint64_t count_characters(std::string_view text, Unit unit);

}  // namespace carousel
