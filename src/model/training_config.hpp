#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.hpp"
#include "model/dropout_rates.hpp"
#include "model/optimizer_config.hpp"
#include "model/recurrent_gradient.hpp"

namespace carousel {

enum class Schedule : std::uint8_t { cosine, linear, constant };

template <>
inline constexpr std::array<std::string_view, 3> k_words<Schedule>{"cosine", "linear", "constant"};

/// What bounds a training run. Totals count from the first start, through every resume.
enum class LengthKind : std::uint8_t { steps, epochs, seconds };

template <>
inline constexpr std::array<std::string_view, 3> k_words<LengthKind>{"steps", "epochs", "seconds"};

struct TrainingLength {
    LengthKind kind = LengthKind::seconds;
    double amount = 600;  ///< steps, epochs (whole numbers) or seconds of wall time

    bool operator==(const TrainingLength&) const = default;
};

/// Numbers that matrices multiply while a model learns; all else is in single precision.
enum class TrainingPrecision : std::uint8_t { float32, bf16 };

template <>
inline constexpr std::array<std::string_view, 2> k_words<TrainingPrecision>{"float32", "bf16"};

/// Everything that decides the result of a training besides the text and the architecture.
struct TrainingConfig {
    std::int64_t batch_size = 32;  ///< B, parallel streams
    std::int64_t window = 64;      ///< T, characters of truncated backpropagation
    TrainingLength length;
    OptimizerKind optimizer = OptimizerKind::muon;
    float learning_rate = 6e-3F;  ///< peak
    std::int64_t warmup = 60;     ///< steps of linear warm-up
    Schedule schedule = Schedule::cosine;
    float final_learning_rate = 1.0F / 30;  ///< share of the peak at the end; in [0, 1]
    float clip = 0.5F;                      ///< bound on the global gradient norm; 0 = none
    float beta1 = 0.0F, beta2 = 0.999F;
    float momentum = 0.95F;     ///< of Muon; in [0, 1)
    float weight_decay = 0.3F;  ///< decoupled; matrices only
    float dropout_input = 0.0F, dropout_between = 0.1F, dropout_output = 0.1F;
    float dropout_recurrent = 0.0F;  ///< of the elements of recurrent matrices (weight-drop)
    DropoutMask dropout_mask = DropoutMask::window;
    RecurrentGradient recurrent_gradient = RecurrentGradient::full;
    float average = 0.98F;  ///< decay of the running mean of the weights, in [0, 1); 0 = none
    float reset_probability = 0.15F;  ///< of a stream's memory, before each window
    std::int64_t patience = 0;        ///< validations without a new best before the end; 0 = no end
    std::uint64_t seed = 1;
    std::int64_t shards = 1;  ///< S, parts of the batch; see model/shard_tree.hpp
    /// Of a training with teachers, see `TeachingConfig`.
    float teacher_share = 0.5F, teacher_temperature = 1;
    TrainingPrecision precision = TrainingPrecision::float32;

    bool operator==(const TrainingConfig&) const = default;
};

}  // namespace carousel
