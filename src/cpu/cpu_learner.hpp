#pragma once

#include "cpu/buffer.hpp"
#include "cpu/cpu_model.hpp"
#include "cpu/optimizer.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "model/learner.hpp"

namespace carousel {

/// Backpropagation, optimizer and gradients around one model. Law: the same bits for every number
/// of threads.
class CpuLearner final : public Learner {
public:
    CpuLearner(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
               std::span<const NamedTensor> weights, const LearnerConfig& learning);

    double window(const Batch& batch, RecurrentState& state, const WindowKey& key) override;
    void exchange(Communicator& communicator) override;
    double gradient_norm() override;
    void update(const UpdateRates& rates) override;
    std::vector<NamedTensor> tensors(Kept kept) const override;
    void set_tensors(Kept kept, std::span<const NamedTensor> tensors) override;
    void forget() override;
    const Model& model() const override { return model_; }

private:
    ThreadPool* pool_;
    OptimizerConfig optimizer_config_;
    CpuModel model_;
    TruncatedBackpropagation backpropagation_;
    Optimizer optimizer_;
    Buffer gradients_;
};

}  // namespace carousel
