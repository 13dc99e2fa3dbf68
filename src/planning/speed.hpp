#pragma once

#include "cpu/thread_pool.hpp"
#include "model/training_config.hpp"
#include "planning/work.hpp"

namespace carousel {

/// How fast a machine trains, as two numbers that are measured and a few that are known.
///
/// seconds of an update = (FLOP + 450 units + 320 parameters) / flops_per_second
///                      + meetings · meeting_seconds,
/// units = T B L H (gates, dropout, softmax), meetings = T L where the streams are too few to give
/// each thread eight of its own, so that all threads meet at each step; else none.
struct SpeedModel {
    int threads = 1;
    double flops_per_second = 0;
    double meeting_seconds = 0;
};

/// Two cores of a server of 2023, whatever the machine at hand: what choices are made with that
/// must not depend on it.
inline constexpr SpeedModel k_reference_speed{2, 190e9, 0};

double seconds_of_update(const SpeedModel& speed, const LanguageModelConfig& model,
                         const BatchShape& shape, OptimizerKind optimizer);

/// Trains two small nets on generated text with the threads of `pool`, for about `seconds`.
SpeedModel measure_speed(ThreadPool& pool, double seconds);

/// Bytes of memory that the system can give to this process now; 0 where it does not say.
double available_memory();

}  // namespace carousel
