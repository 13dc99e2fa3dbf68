#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/cpu_model.hpp"
#include "cpu/gradient_exchange.hpp"
#include "cpu/optimizer.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "model/collectives.hpp"
#include "model/learner.hpp"

namespace carousel {

/// Backpropagation, optimizer and gradients around one model. Law: the same bits for every number
/// of threads.
class CpuLearner final : public Learner {
public:
    CpuLearner(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
               std::span<const NamedTensor> weights, const LearnerConfig& learning);

    void window(const Batch& batch, RecurrentState& state, const WindowKey& key) override;
    double exchange() override;
    double gradient_norm() override;
    void update(const UpdateRates& rates) override;
    std::vector<NamedTensor> tensors(Kept kept) const override;
    void set_tensors(Kept kept, std::span<const NamedTensor> tensors) override;
    void gather_moments() override;
    void forget() override;
    const Model& model() const override { return model_; }

private:
    struct Window {
        const Batch& batch;
        RecurrentState& state;
    };
    /// What follows once floats of a gradient are final: they are added to `sum`, which then is
    /// final there too, and so on; where `sum` is null, they are all that this process has, and go
    /// to the others.
    struct Next {
        float* sum;
        const Next* next;
    };
    /// `sum` becomes the gradient of the shards of a node; `spare` has room for those of its parts.
    /// `next`: what becomes of it; null: nothing yet.
    void run(const Shards& node, const Window& window, float* sum, Buffer* spare, const Next* next);
    void run_shard(std::int64_t shard, const Window& window, float* gradients, const Next* next);
    void hand_on(const Range& floats, const float* gradients, const Next* next);
    TaughtRows taught_rows(const Batch& batch) const;

    ThreadPool* pool_;
    Alone alone_;
    Communicator* communicator_;
    Shards own_;               // of the shards of all streams
    std::int64_t shard_size_;  // streams
    OptimizerConfig optimizer_config_;
    TeachingConfig teaching_;
    CpuModel model_;
    TruncatedBackpropagation backpropagation_;
    Optimizer optimizer_;
    std::vector<Shards> nodes_;  // the largest of the tree that are its own
    std::vector<Buffer> sums_;   // their gradients; after an exchange the first is that of all
    std::vector<Buffer> spare_;
    std::vector<std::span<float>> sum_spans_;
    std::unique_ptr<GradientExchange> exchange_;
    std::vector<double> squares_;  // of the pieces of the gradient
    std::vector<double> losses_;   // of each own shard: its part of the mean
    Batch shard_batch_;
    RecurrentState shard_state_;
};

}  // namespace carousel
