#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carousel {

/// Appends one character of a text as an element, coloured by its surprisal, which hovering tells
/// in bits. Blanks get a mark where they are surprising; a newline is a mark without a line end.
void append_coloured(std::string_view character, double nats, std::string& html);

/// The beginning of a text in colours, line by line.
class SurprisalText {
public:
    /// `most`: characters that are shown; those that come after them are only counted.
    explicit SurprisalText(std::uint64_t most) : most_(most) {}

    void add(std::string_view character, double nats);

    /// What comes now is another document.
    void start_document();

    std::uint64_t shown() const { return count_ < most_ ? count_ : most_; }
    std::uint64_t count() const { return count_; }

    /// The text so far as HTML. Law: all elements are closed.
    std::string html() const;

private:
    void end_line();

    std::uint64_t most_, count_ = 0;
    std::string html_;
    std::uint64_t lines_ = 0;  // of the block under way
    bool in_block_ = false, in_line_ = false;
};

}  // namespace carousel
