#include "planning/speed.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "cpu/initialization.hpp"
#include "cpu/team_share.hpp"
#include "training/trainer.hpp"

namespace carousel {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// In FLOP; from the nets of 128 to 512 units in docs/performance.md.
constexpr double k_unit_work = 450, k_parameter_work = 320;

constexpr BatchShape k_shape{.batch_size = 32, .window = 16};
constexpr std::int64_t k_symbols = 64;
constexpr OptimizerKind k_optimizer = OptimizerKind::muon;

double work(const LanguageModelConfig& model, const BatchShape& shape, OptimizerKind optimizer) {
    const auto units =
        static_cast<double>(shape.batch_size * shape.window * model.layers * model.hidden_size);
    return update_flops(model, shape) + k_unit_work * units +
           k_parameter_work * parameter_count(model) +
           (optimizer == OptimizerKind::muon ? orthogonalization_flops(model) : 0);
}

TeamShare share(const SpeedModel& speed, const LanguageModelConfig& model,
                const BatchShape& shape) {
    return team_share(cell_shape(model.cell), shape.batch_size, speed.threads);
}

double meetings(const SpeedModel& speed, const LanguageModelConfig& model,
                const BatchShape& shape) {
    return static_cast<double>(shape.window * model.layers * share(speed, model, shape).meetings);
}

// Of the threads: where streams are shared, only as many work as there are streams.
double part_at_work(const SpeedModel& speed, const LanguageModelConfig& model,
                    const BatchShape& shape) {
    if (!share(speed, model, shape).by_streams) return 1;
    return std::min(1.0, static_cast<double>(shape.batch_size) / speed.threads);
}

LanguageModelConfig calibration_net(std::int64_t hidden_size) {
    return {.vocabulary_size = k_symbols,
            .layers = 2,
            .hidden_size = hidden_size,
            .embedding_size = hidden_size};
}

// The median time of an update.
double measure(const LanguageModelConfig& net, ThreadPool& pool, double seconds) {
    const auto start = Clock::now();
    LanguageModel model(net, initial_weights(net, 1, pool));
    TrainingConfig config;
    config.batch_size = k_shape.batch_size;
    config.window = k_shape.window;
    config.optimizer = k_optimizer;
    const auto read = [](std::uint64_t begin, std::span<TokenId> out) {
        const RandomKey key{1, RandomPurpose::benchmark, 5};
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<TokenId>(random_word(key, begin + i) % k_symbols);
    };
    Trainer trainer(model, pool, BatchIterator(read, 0, 8192, k_shape, 1), config);
    std::vector<double> times;
    trainer.step(0);  // touches every buffer for the first time
    do {
        const auto begin = Clock::now();
        trainer.step(0);
        times.push_back(since(begin));
    } while (since(start) < seconds || times.size() < 3);
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace

double seconds_of_update(const SpeedModel& speed, const LanguageModelConfig& model,
                         const BatchShape& shape, OptimizerKind optimizer) {
    return work(model, shape, optimizer) /
               (speed.flops_per_second * part_at_work(speed, model, shape)) +
           meetings(speed, model, shape) * speed.meeting_seconds;
}

SpeedModel measure_speed(ThreadPool& pool, double seconds) {
    SpeedModel speed{pool.size(), 0, 0};
    const auto large = calibration_net(256), small = calibration_net(64);
    const double large_time = measure(large, pool, seconds * 0.7);
    const double large_work = work(large, k_shape, k_optimizer);
    const double met = meetings(speed, large, k_shape);
    if (met > 0) {  // the same number of meetings, less work: the difference tells the rate
        const double small_time = measure(small, pool, seconds * 0.3);
        const double more_work = large_work - work(small, k_shape, k_optimizer);
        const double rate = more_work / std::max(large_time - small_time, large_time * 0.1);
        speed.meeting_seconds = std::max(0.0, large_time - large_work / rate) / met;
    }
    speed.flops_per_second = large_work / (large_time - met * speed.meeting_seconds);
    return speed;
}

double available_memory() {
    std::ifstream file("/proc/meminfo");
    for (std::string name; file >> name; std::getline(file, name)) {
        double kilobytes = 0;
        if (name == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

}  // namespace carousel
