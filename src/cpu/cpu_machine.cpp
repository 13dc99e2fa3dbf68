#include "cpu/cpu_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/floating_point_mode.hpp"
#include "cpu/cpu_adapter.hpp"
#include "cpu/cpu_learner.hpp"
#include "cpu/initialization.hpp"
#include "cpu/speed.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

std::string CpuMachine::description() const {
    return fmt::format("{} thread{}, {}", threads(), threads() == 1 ? "" : "s", instruction_set());
}

std::vector<NamedTensor> CpuMachine::initial_weights(const LanguageModelConfig& config,
                                                     std::uint64_t seed) const {
    const FlushDenormals mode;
    return carousel::initial_weights(config, seed, pool_);
}

std::unique_ptr<Model> CpuMachine::model(const LanguageModelConfig& config,
                                         std::span<const NamedTensor> weights) const {
    return std::make_unique<CpuModel>(*this, pool_, config, weights);
}

std::unique_ptr<Learner> CpuMachine::learner(const LanguageModelConfig& config,
                                             std::span<const NamedTensor> weights,
                                             const LearnerConfig& learning) const {
    return std::make_unique<CpuLearner>(*this, pool_, config, weights, learning);
}

std::unique_ptr<Adapter> CpuMachine::adapter(const LanguageModelConfig& config,
                                             std::span<const NamedTensor> weights,
                                             std::int64_t window) const {
    return std::make_unique<CpuAdapter>(*this, pool_, config, weights, window);
}

bool CpuMachine::favours_bf16() const {
    return has_bf16_products();
}

std::unique_ptr<Forecast> CpuMachine::measure_speed(double seconds,
                                                    TrainingPrecision precision) const {
    return std::make_unique<CpuForecast>(carousel::measure_speed(*this, pool_, seconds, precision));
}

double CpuMachine::available_memory() const {
    return free_memory();
}

void CpuMachine::for_each(std::int64_t count, Task<std::int64_t> task) const {
    pool_.for_each(count, task);
}

// The kernel reads and writes whole panels.
void CpuMachine::softmax(std::span<float> values, float scale) const {
    const FlushDenormals mode;
    const auto count = static_cast<std::int64_t>(values.size());
    thread_local std::vector<float> panels;
    panels.resize(static_cast<std::size_t>(padded(count)));
    std::copy(values.begin(), values.end(), panels.begin());
    kernels().softmax(panels.data(), count, scale);
    std::copy_n(panels.begin(), count, values.begin());
}

}  // namespace carousel
