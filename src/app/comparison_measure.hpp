#pragma once

#include <functional>
#include <optional>

#include "app/comparison.hpp"
#include "app/events.hpp"
#include "app/loaded_model.hpp"
#include "app/training_text.hpp"

namespace carousel {

/// Characters of the windows in which compared models are measured, as those of `evaluate`.
inline constexpr std::int64_t k_compared_window = 256;

/// What is needed besides a model to measure it.
struct MeasureConfig {
    const ValidationText& text;
    std::optional<int> threads{};          ///< absent: by the size of the model
    const std::function<double()>& clock;  ///< seconds
    const TellWork& tell;                  ///< hears how far it is
};

/// Reads the validation text twice and writes a little over a thousand characters, or for a few
/// seconds.
ModelMeasure measure_model(const LoadedModel& loaded, const MeasureConfig& config);

}  // namespace carousel
