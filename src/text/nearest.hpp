#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// What might stand for a character that a model does not know, best first: other signs of its kind
/// (quotes, dashes, dots, blanks), its compatibility form (NFKC), the base letters without marks,
/// letters of ASCII (ICU's Latin-ASCII), then the other case of all these. Without the
/// character itself. Range: valid UTF-8.
std::vector<std::string> nearest_forms(std::string_view character);

}  // namespace carousel
