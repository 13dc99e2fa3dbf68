#include "cpu/speed.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "cpu/cpu_learner.hpp"
#include "cpu/initialization.hpp"
#include "cpu/team_share.hpp"
#include "model/cell_shapes.hpp"
#include "model/work.hpp"

namespace carousel {

namespace {

constexpr BatchShape k_shape{.batch_size = 32, .window = 16};
constexpr std::int64_t k_symbols = 64;
constexpr OptimizerKind k_optimizer = OptimizerKind::muon;

TeamShare share(const SpeedModel& speed, const LanguageModelConfig& model,
                const BatchShape& shape) {
    return team_share(cell_shape(model.cell), shape.batch_size, panels_for(model.hidden_size),
                      speed.threads);
}

double meetings(const SpeedModel& speed, const LanguageModelConfig& model,
                const BatchShape& shape) {
    return static_cast<double>(shape.window * model.layers * share(speed, model, shape).meetings);
}

// The threads that have work: only as many groups work as there are streams.
double part_at_work(const SpeedModel& speed, const LanguageModelConfig& model,
                    const BatchShape& shape) {
    return std::min(1.0, static_cast<double>(shape.batch_size) / share(speed, model, shape).groups);
}

LanguageModelConfig calibration_net() {
    return {.vocabulary_size = k_symbols, .layers = 2, .hidden_size = 256, .embedding_size = 256};
}

// The median time of a meeting of the whole team.
double measure_meeting(ThreadPool& pool) {
    if (pool.size() == 1) return 0;
    constexpr int k_each = 100;
    std::vector<double> times(15);
    for (auto& time : times) {
        const Stopwatch watch;
        pool.run([&](int) {
            for (int i = 0; i < k_each; ++i) pool.barrier(0, pool.size());
        });
        time = watch.seconds() / k_each;
    }
    std::nth_element(times.begin(), times.begin() + 7, times.end());
    return times[7];
}

Batch random_batch() {
    const TokenIds::shape_type shape{k_shape.window, k_shape.batch_size};
    Batch batch{TokenIds(shape), TokenIds(shape)};
    std::uint64_t at = 0;
    for (auto* ids : {&batch.inputs, &batch.targets}) {
        for (auto& id : *ids) {
            id = static_cast<TokenId>(random_word({1, RandomPurpose::benchmark, 5}, at++) %
                                      k_symbols);
        }
    }
    return batch;
}

// The median time of an update.
double measure(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& net,
               double seconds, TrainingPrecision precision) {
    const Stopwatch all;
    TrainingConfig training;
    training.precision = precision;
    training.batch_size = k_shape.batch_size;
    training.window = k_shape.window;
    training.optimizer = k_optimizer;
    CpuLearner learner(machine, pool, net, initial_weights(net, 1, pool), learner_config(training));
    auto state = RecurrentState::zeros(net, k_shape.batch_size);
    const auto batch = random_batch();
    std::uint64_t number = 0;
    const auto update = [&] {
        learner.window(batch, state, {1, number});
        learner.gradient_norm();
        learner.update({.number = ++number, .learning_rate = 1e-3F});
    };
    std::vector<double> times;
    update();  // touches every buffer for the first time
    do {
        const Stopwatch one;
        update();
        times.push_back(one.seconds());
    } while (all.seconds() < seconds || times.size() < 3);
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace

double CpuForecast::seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                                      OptimizerKind optimizer) const {
    return update_work(model, shape, optimizer) /
               (speed_.flops_per_second * part_at_work(speed_, model, shape)) +
           meetings(speed_, model, shape) * speed_.meeting_seconds;
}

double CpuForecast::training_bytes(const LanguageModelConfig& model,
                                   const BatchShape& shape) const {
    return carousel::training_bytes(model, shape);
}

SpeedModel measure_speed(const Machine& machine, ThreadPool& pool, double seconds,
                         TrainingPrecision precision) {
    SpeedModel speed{pool.size(), 0, measure_meeting(pool)};
    const auto net = calibration_net();
    const double met = meetings(speed, net, k_shape) * speed.meeting_seconds;
    const double time = measure(machine, pool, net, seconds, precision);
    speed.flops_per_second =
        update_work(net, k_shape, k_optimizer) / (time - std::min(met, time / 2));
    return speed;
}

double free_memory() {
    std::ifstream file("/proc/meminfo");
    for (std::string name; file >> name; std::getline(file, name)) {
        double kilobytes = 0;
        if (name == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

}  // namespace carousel
