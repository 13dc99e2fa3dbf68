#pragma once

#include <string>
#include <string_view>

namespace carousel {

/// `text` in bold red where standard error is a terminal that shows colours and NO_COLOR is not
/// set.
std::string alarming(std::string_view text);

}  // namespace carousel
