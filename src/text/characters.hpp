#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/text_settings.hpp"

namespace carousel {

/// A grapheme cluster longer than this many bytes is cut into parts that are not, so that memory
/// stays bounded.
inline constexpr std::size_t k_longest_cluster = 1024;

/// Cuts text, pushed in pieces of whole code points, into characters (code points, clusters or
/// bytes).
///
///     splitter.push(piece);  while (splitter.next(character)) use(character);
///     splitter.finish();     while (splitter.next(character)) use(character);
///
/// Law: the characters do not depend on how the text is cut into pieces, and joined they are the
/// text. Source: grapheme clusters as of UAX #29, by ICU's character iterator for the root locale.
class CharacterSplitter {
public:
    explicit CharacterSplitter(Unit unit);
    ~CharacterSplitter();
    CharacterSplitter(const CharacterSplitter& other);
    CharacterSplitter(CharacterSplitter&&) noexcept;
    CharacterSplitter& operator=(const CharacterSplitter& other);
    CharacterSplitter& operator=(CharacterSplitter&&) noexcept;

    /// Range: valid UTF-8, except for `Unit::byte`. All characters before must have been taken.
    void push(std::string_view text);

    /// The text has ended (or a separator follows): the held rest is whole characters.
    void finish();

    /// The next character that is certain; valid until the next `push`.
    bool next(std::string_view& character);

    /// What was pushed and has not been taken; valid until the next `push`.
    std::string_view held() const { return std::string_view(text_).substr(begin_); }

private:
    class Clusters;
    bool next_cluster(std::string_view& character);
    bool find_ends();

    Unit unit_;
    std::unique_ptr<Clusters> clusters_;  // only for Unit::grapheme
    std::string text_;
    std::size_t begin_ = 0;  // of the character that comes next
    bool finished_ = false;
    std::vector<std::size_t> ends_;  // of clusters found and not yet taken, last first
};

/// Characters in the whole of `text`.
std::uint64_t count_characters(std::string_view text, Unit unit);

}  // namespace carousel
