#include "model/learner_config.hpp"

namespace carousel {

LearnerConfig learner_config(const TrainingConfig& training) {
    return {
        .shape = {training.batch_size, training.window},
        .dropout = {.input = training.dropout_input,
                    .between = training.dropout_between,
                    .output = training.dropout_output,
                    .recurrent = training.dropout_recurrent,
                    .mask = training.dropout_mask},
        .recurrent_gradient = training.recurrent_gradient,
        .optimizer = {.kind = training.optimizer,
                      .beta1 = training.beta1,
                      .beta2 = training.beta2,
                      .momentum = training.momentum,
                      .weight_decay = training.weight_decay,
                      .average = training.average},
        .teaching = {.share = training.teacher_share, .temperature = training.teacher_temperature},
        .precision =
            training.precision == TrainingPrecision::bf16 ? Precision::bf16 : Precision::float32};
}

}  // namespace carousel
