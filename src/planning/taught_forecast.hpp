#pragma once

#include <utility>
#include <vector>

#include "model/forecast.hpp"
#include "model/parameter.hpp"

namespace carousel {

/// What a machine foresees of a training with teachers, from what it foresees of one without: each
/// teacher reads every window, which is a third of what learning it would take, and is in memory.
class TaughtForecast final : public Forecast {
public:
    /// `alone` outlives the object. No teachers: it foresees what that does.
    TaughtForecast(const Forecast& alone, std::vector<LanguageModelConfig> teachers)
        : alone_(&alone), teachers_(std::move(teachers)) {}

    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override {
        double seconds = alone_->seconds_of_update(model, shape, optimizer);
        for (const auto& teacher : teachers_)
            seconds += alone_->seconds_of_update(teacher, shape, OptimizerKind::adam) / 3;
        return seconds;
    }

    double training_bytes(const LanguageModelConfig& model,
                          const BatchShape& shape) const override {
        constexpr double k_copies = 2;  // of the weights, one of them packed for reading
        double bytes = alone_->training_bytes(model, shape);
        for (const auto& teacher : teachers_)
            bytes += k_copies * sizeof(float) * static_cast<double>(parameter_count(teacher));
        return bytes;
    }

private:
    const Forecast* alone_;
    std::vector<LanguageModelConfig> teachers_;
};

}  // namespace carousel
