#pragma once

#include "model/forecast.hpp"

namespace carousel {

/// Two cores of a server of 2023, whatever the machine at hand: what choices are made with that
/// must not depend on it.
class ReferenceForecast final : public Forecast {
public:
    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override;
    double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) const override;
};

}  // namespace carousel
