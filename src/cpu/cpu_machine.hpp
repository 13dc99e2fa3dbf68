#pragma once

// The CPU machine: model/'s interfaces, computed by a team of threads with the kernels of this
// processor. To read this room:
//
//   thread_pool, crew, buffer                       the team and its memory
//   parameter, language_model                      where the parameters of a model lie in it
//   embedding, layers, output_layer                the net: layers is the seam between kinds of it,
//   recurrent_layers, recurrent_layer              with cells, of which recurrent_layer has a map,
//   transformer_layers, transformer_layer          and without; so has transformer_layer
//   inference                                      a reader: logits, surprisals
//   truncated_backpropagation                      loss and gradients of a window
//   optimizer, muon, orthogonalization             from gradients to updates
//   gradient_norm                                  what they are cut by
//   cpu_model, cpu_learner, cpu_adapter, speed     the faces of all that
//   cpu_machine                                    which makes them
//
// Nothing here knows text, files or options. No result depends on the number of threads or on the
// instruction set.

#include "cpu/thread_pool.hpp"
#include "model/machine.hpp"

namespace carousel {

class CpuMachine final : public Machine {
public:
    /// Range: threads ≥ 1.
    explicit CpuMachine(int threads) : pool_(threads) {}

    std::string description() const override;
    int threads() const override { return pool_.size(); }
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
    bool favours_bf16() const override;
    std::unique_ptr<Forecast> measure_speed(double seconds,
                                            TrainingPrecision precision) const override;
    double available_memory() const override;
    void for_each(std::int64_t count, Task<std::int64_t> task) const override;
    void softmax(std::span<float> values, float scale) const override;

    /// For measurements and tests.
    ThreadPool& team() const { return pool_; }

private:
    mutable ThreadPool pool_;  // what it computes does not depend on it
};

}  // namespace carousel
