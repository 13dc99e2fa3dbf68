#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/predicted_character.hpp"
#include "text/direction.hpp"

namespace carousel {

/// Appends one character of a text as an element, coloured by its surprisal. Under the pointer, and
/// where it was a great surprise also under the keyboard's focus, it tells its bits, its
/// probability and what had been expected instead. Blanks get a mark where they are surprising; a
/// newline is a mark without a line end.
void append_coloured(const PredictedCharacter& character, std::string& html);

/// The name of a line within its page, for links.
std::string anchor_of(const LinePlace& place);

/// The beginning of a text in colours, line by line, each with its number.
class SurprisalText {
public:
    /// `most`: characters that are shown; those that come after them are only counted.
    explicit SurprisalText(std::uint64_t most) : most_(most) {}

    /// What comes now is another document of this name.
    void start_document(std::string_view name);

    /// What comes now is this line. Range: behind the last one.
    void start_line(const LinePlace& place);

    void add(const PredictedCharacter& character);

    std::uint64_t shown() const { return count_ < most_ ? count_ : most_; }
    std::uint64_t count() const { return count_; }
    bool shows(const LinePlace& place) const;

    /// The text so far as HTML. Each line of `listed` has a link back to `entry_anchor` of its
    /// place in that list. A line without a letter stands on the side of the line before it, at the
    /// beginning of the first that has one. Law: all elements are closed.
    std::string html(std::span<const LinePlace> listed = {}) const;

private:
    struct Line {
        LinePlace place;
        std::string html{};
        std::optional<Direction> direction{};
        std::string document{};  // whose first line it is
    };
    std::vector<Direction> sides() const;

    std::uint64_t most_, count_ = 0;
    std::vector<Line> lines_;
    std::string document_;  // that has begun, until its first line comes
};

/// The name of an entry of the list of surprising lines. Range: rank ≥ 0, the most surprising
/// first.
std::string entry_anchor(std::size_t rank);

}  // namespace carousel
