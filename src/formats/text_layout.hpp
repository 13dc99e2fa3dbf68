#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carousel {

/// Lays out the text of a document that says what is a line and what a paragraph.
class TextLayout {
public:
    /// A run of white space becomes one blank, none at the ends of a line.
    void text(std::string_view piece);

    /// White space as it is; the line feeds in it end lines.
    void preformatted(std::string_view piece);

    /// Ends the line if one has been begun.
    void end_line();

    /// Ends the line, an empty one too.
    void break_line();

    /// What follows stands behind an empty line, if anything stands before it.
    void separate();

    /// The text so far, its last line ended; the object starts anew.
    std::string take();

    std::size_t size() const { return text_.size(); }

private:
    void begin();

    std::string text_;
    bool in_line_ = false, blank_ = false, separate_ = false;
};

}  // namespace carousel
