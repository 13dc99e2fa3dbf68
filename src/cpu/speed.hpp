#pragma once

#include "cpu/thread_pool.hpp"
#include "model/forecast.hpp"
#include "model/machine.hpp"

namespace carousel {

/// How fast a processor trains, as two numbers that are measured and a few that are known.
///
/// seconds of an update = `update_work` / flops_per_second + meetings · meeting_seconds,
/// meetings = T L where threads share the units of a stream and meet at each step (`team_share`);
/// else none.
struct SpeedModel {
    int threads = 1;
    double flops_per_second = 0;
    double meeting_seconds = 0;
};

/// What such a processor foresees.
class CpuForecast final : public Forecast {
public:
    explicit CpuForecast(const SpeedModel& speed) : speed_(speed) {}
    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override;
    double training_bytes(const LanguageModelConfig& model, const BatchShape& shape) const override;

private:
    SpeedModel speed_;
};

/// Trains a small net on generated text with the threads of `pool`, for about `seconds`, and has
/// the threads meet.
SpeedModel measure_speed(const Machine& machine, ThreadPool& pool, double seconds,
                         TrainingPrecision precision = TrainingPrecision::float32);

/// Bytes of memory that the system can give to this process now; 0 where it does not say.
double free_memory();

}  // namespace carousel
