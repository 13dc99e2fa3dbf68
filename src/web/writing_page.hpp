#pragma once

#include <string>
#include <string_view>

namespace carousel {

/// What a page that writes is made of.
struct WritingPage {
    std::string_view title;    ///< markup
    std::string_view style;    ///< the style sheet of all pages; no character that HTML reads
    std::string_view model;    ///< all but the weights, as JSON
    std::string_view weights;  ///< any bytes
};

/// One file of HTML that needs nothing else and may load nothing: a model, and what lets it write.
std::string writing_page_html(const WritingPage& page);

}  // namespace carousel
