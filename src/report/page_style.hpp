#pragma once

#include <string>

namespace carousel {

/// The style sheet of a page. It holds no character that means something in HTML.
std::string page_style();

}  // namespace carousel
