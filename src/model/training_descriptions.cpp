#include "model/training_descriptions.hpp"

#include <fmt/format.h>

#include "base/quantity.hpp"

namespace carousel {

std::string format_value(const TrainingLength& length) {
    if (length.kind == LengthKind::seconds) return format_duration(length.amount);
    return fmt::format("{} {}", length.amount, format_value(length.kind));
}

}  // namespace carousel
