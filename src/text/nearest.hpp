#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// What might stand for a character that a model does not know, best first: its compatibility form
/// (NFKC), the base letters without marks, then the other case of it and of these. Without the
/// character itself. Range: valid UTF-8.
std::vector<std::string> nearest_forms(std::string_view character);

}  // namespace carousel
