#pragma once

#include <cstdint>

#include "model/batch_shape.hpp"
#include "model/communicator.hpp"
#include "model/dropout_rates.hpp"
#include "model/optimizer_config.hpp"
#include "model/quantization.hpp"
#include "model/recurrent_gradient.hpp"
#include "model/training_config.hpp"

namespace carousel {

/// How a window is learned of which teachers say what they expect (`Batch::expected`): with
/// z the logits, the loss of a place is
///
///     (1 - share) CE(target, softmax(z)) + share temperature² CE(expected, softmax(z/temperature))
///
/// (Hinton, Vinyals & Dean 2015, "Distilling the knowledge in a neural network"; the square keeps
/// the size of gradients whatever the temperature). The loss that is told stays that of the text.
struct TeachingConfig {
    float share = 0, temperature = 1;
};

/// What a learner must know of a training before its first window.
struct LearnerConfig {
    BatchShape shape;  ///< of the windows that it is given
    StreamShare streams{};
    std::int64_t shards = 1;               ///< of all streams together
    Communicator* communicator = nullptr;  ///< with those who have the others; null: nobody has
    DropoutRates dropout{};
    RecurrentGradient recurrent_gradient = RecurrentGradient::full;
    OptimizerConfig optimizer{};
    TeachingConfig teaching{};
    Precision precision = Precision::float32;  ///< in which matrices multiply; or bf16
};

/// That of a training whose streams are all in one process.
LearnerConfig learner_config(const TrainingConfig& training);

}  // namespace carousel
