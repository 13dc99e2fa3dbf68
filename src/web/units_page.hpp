#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// Bytes that a page holds under a name, which its scripts take apart.
struct PageBytes {
    std::string name;  ///< letters, digits and hyphens
    std::string bytes;
};

/// What a page that shows units is made of.
struct UnitsPage {
    std::string_view title;  ///< markup
    std::string_view style;  ///< the style sheet of all pages; no character that HTML reads
    std::string_view facts;  ///< what was found, as JSON
    std::string_view text;   ///< markup: each character an `i`, each line a `p`, in `#text`
    std::vector<PageBytes> data;
};

/// One file of HTML that needs nothing else and may load nothing.
std::string units_page_html(const UnitsPage& page);

}  // namespace carousel
