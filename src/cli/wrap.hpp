#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carousel {

/// `text` in lines of at most `width` columns, broken between words; a command in backquotes is one
/// word, for people to copy it. It begins at `column`, and later lines at `indent`.
std::string wrapped(std::string_view text, std::size_t width, std::size_t column = 0,
                    std::size_t indent = 0);

/// Each line of `text` so, what does not fit below its own beginning.
std::string wrapped_lines(std::string_view text, std::size_t width);

}  // namespace carousel
