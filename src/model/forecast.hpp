#pragma once

#include "model/batch_shape.hpp"
#include "model/language_model_config.hpp"
#include "model/optimizer_config.hpp"

namespace carousel {

/// What a machine foresees of a training before it begins.
class Forecast {
public:
    virtual ~Forecast() = default;

    /// Wall time of one update.
    virtual double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                                     OptimizerKind optimizer) const = 0;

    /// Memory of the whole training.
    virtual double training_bytes(const LanguageModelConfig& model,
                                  const BatchShape& shape) const = 0;
};

}  // namespace carousel
