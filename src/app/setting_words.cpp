#include "app/setting_words.hpp"

#include <fmt/format.h>

namespace carousel {

std::string rounded(float value) {
    return fmt::format("{:.4g}", value);
}

}  // namespace carousel
