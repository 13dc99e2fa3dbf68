#include "formats/text_layout.hpp"

#include <utility>

namespace carousel {

namespace {

constexpr std::string_view k_white = " \t\r\n\f";

}  // namespace

// Before anything of a line is written.
void TextLayout::begin() {
    if (std::exchange(separate_, false) && !text_.empty() && !text_.ends_with("\n\n"))
        text_ += '\n';
    in_line_ = true;
}

void TextLayout::text(std::string_view piece) {
    while (!piece.empty()) {
        const auto word = piece.find_first_not_of(k_white);
        if (word != 0) blank_ = in_line_;
        if (word == std::string_view::npos) return;
        piece.remove_prefix(word);
        const auto end = std::min(piece.find_first_of(k_white), piece.size());
        begin();
        if (std::exchange(blank_, false)) text_ += ' ';
        text_ += piece.substr(0, end);
        piece.remove_prefix(end);
    }
}

void TextLayout::preformatted(std::string_view piece) {
    if (piece.empty()) return;
    begin();
    blank_ = false;
    text_ += piece;
    in_line_ = piece.back() != '\n';
}

void TextLayout::end_line() {
    if (in_line_) text_ += '\n';
    in_line_ = blank_ = false;
}

void TextLayout::break_line() {
    if (!in_line_) begin();
    end_line();
}

void TextLayout::separate() {
    end_line();
    separate_ = true;
}

std::string TextLayout::take() {
    end_line();
    separate_ = false;
    return std::exchange(text_, {});
}

}  // namespace carousel
