#include "text/direction.hpp"

#include <unicode/uchar.h>

#include <algorithm>

#include "text/utf8.hpp"

namespace carousel {

std::optional<Direction> direction_of(std::string_view text) {
    while (!text.empty()) {
        const auto length = std::min(utf8_length(text.front()), text.size());
        if (valid_utf8_prefix(text.substr(0, length)) != length) {
            text.remove_prefix(1);
            continue;
        }
        switch (u_charDirection(static_cast<UChar32>(code_point_at(text, 0)))) {
            case U_LEFT_TO_RIGHT:
                return Direction::left_to_right;
            case U_RIGHT_TO_LEFT:
            case U_RIGHT_TO_LEFT_ARABIC:
                return Direction::right_to_left;
            default:
                text.remove_prefix(length);
        }
    }
    return std::nullopt;
}

}  // namespace carousel
