#pragma once

#include "model/machine.hpp"

namespace carousel {

/// A machine of another kind: the equations of `reference_model`, in double, tensor by tensor as
/// files have them. It has no team, no panels and no instruction set, and what is written against
/// `Machine` runs on it all the same. Slow; without dropout.
class ReferenceMachine final : public Machine {
public:
    std::string description() const override { return "the equations"; }
    int threads() const override { return 1; }
    std::vector<NamedTensor> initial_weights(const LanguageModelConfig& config,
                                             std::uint64_t seed) const override;
    std::unique_ptr<Model> model(const LanguageModelConfig& config,
                                 std::span<const NamedTensor> weights) const override;
    std::unique_ptr<Learner> learner(const LanguageModelConfig& config,
                                     std::span<const NamedTensor> weights,
                                     const LearnerConfig& learning) const override;
    std::unique_ptr<Adapter> adapter(const LanguageModelConfig& config,
                                     std::span<const NamedTensor> weights,
                                     std::int64_t window) const override;
    bool favours_bf16() const override { return false; }
    std::unique_ptr<Forecast> measure_speed(double seconds,
                                            TrainingPrecision precision) const override;
    double available_memory() const override { return 0; }
    void for_each(std::int64_t count, Task<std::int64_t> task) const override;
    void softmax(std::span<float> values, float scale) const override;
};

}  // namespace carousel
