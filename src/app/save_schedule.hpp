#pragma once

#include <cstdint>
#include <optional>

#include "model/training_config.hpp"

namespace carousel {

/// When a training is saved, besides the saves of new best models and the one at its end: each so
/// many steps or seconds, or each minute.
class SaveSchedule {
public:
    /// `step` and `seconds`: where and when the run starts.
    SaveSchedule(const std::optional<TrainingLength>& every, std::uint64_t step, double seconds)
        : every_(every.value_or(TrainingLength{LengthKind::seconds, 60})),
          step_(step),
          seconds_(seconds) {}

    bool due(std::uint64_t step, double seconds) const {
        if (every_.kind == LengthKind::seconds) return seconds - seconds_ >= every_.amount;
        return step - step_ >= static_cast<std::uint64_t>(every_.amount);
    }

    /// A save begins.
    void begin(std::uint64_t step, double seconds) {
        step_ = step;
        seconds_ = seconds;
    }

private:
    TrainingLength every_;  // never in epochs
    std::uint64_t step_;
    double seconds_;
};

}  // namespace carousel
