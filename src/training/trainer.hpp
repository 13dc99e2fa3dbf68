#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "data/batch_iterator.hpp"
#include "model/machine.hpp"
#include "model/training_config.hpp"
#include "model/training_state.hpp"
#include "training/teacher.hpp"
#include "training/training_share.hpp"

namespace carousel {

/// Trains a model, each of its nets as it would be trained alone: batch → loss → gradients → clip →
/// update, and keeps the state that the next step needs. It knows neither files nor clocks: the
/// caller decides when to validate, save and stop.
///
/// Where several processes train one model, this is that of process 0, and leads: the others
/// `follow` (training/follower.hpp) and have their shares of what it is called for.
class Trainer {
public:
    /// Starts anew from these weights. `communicator`: where other processes have the other
    /// shards; null: it is alone. Both it and the machine must outlive the trainer.
    Trainer(const Machine& machine, const LanguageModelConfig& model,
            std::span<const NamedTensor> weights, BatchIterator batches,
            const TrainingConfig& config, Communicator* communicator = nullptr);

    /// Before the first step: the model learns from what this one expects, too, as the training's
    /// `teacher_share` and `teacher_temperature` say. `teacher` has the same vocabulary and must
    /// outlive the trainer. Throws: std::logic_error where it is not alone.
    void learn_from(const Model& teacher);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// One update. `progress` in [0, 1]: the part of the run that is over.
    /// Law: a function of weights, state, text and configuration alone, whatever the machine's
    /// number of threads.
    StepReport step(double progress);

    /// A net of the model with its weights of now.
    const Model& model(Way way = Way::forward) const { return share_->model(way); }
    std::span<const Way> ways() const { return ways_of(model_); }
    std::vector<NamedTensor> weights() const { return tensors(Kept::weights); }
    void set_weights(std::span<const NamedTensor> weights) { put(Kept::weights, weights); }

    /// A net of a model with such weights, which all processes read together. Bits and, alone, cost
    /// are those of `Machine::model`; it lives at most until the next one is made, or the trainer
    /// ends.
    std::unique_ptr<Model> model_of(std::span<const NamedTensor> weights,
                                    Way way = Way::forward) const;
    bool alone() const { return communicator_->processes() == 1; }

    /// The running mean of the weights, where one is kept; see `OptimizerConfig`.
    bool averages() const { return config_.average > 0; }
    std::vector<NamedTensor> averaged_weights() const { return tensors(Kept::averages); }

    const TrainingState& counters() const { return state_; }  ///< without tensors
    std::uint64_t steps_per_epoch() const { return batches_.front().windows_per_epoch(); }
    /// Of the text, which each net reads.
    std::int64_t symbols_per_step() const { return config_.batch_size * config_.window; }

    /// Wall time used by all runs, kept for the file; the trainer only carries it.
    void set_seconds(double seconds) { state_.seconds = seconds; }

    /// Everything that the next step depends on besides the weights.
    TrainingState state() const;
    /// The weights must be set before. Throws: std::logic_error when shapes are not those of the
    /// model and batch.
    void set_state(const TrainingState& state);

    /// Back to the state before the first step; the weights are the caller's.
    void reset();

    /// How often the run has diverged, and the factor of the learning rate that follows from it.
    void set_divergences(std::uint32_t count, float learning_rate_scale);

private:
    std::vector<NamedTensor> tensors(Kept kept) const { return share_->tensors(kept); }
    void put(Kept kept, std::span<const NamedTensor> tensors);
    /// Tells the other processes what to do, and does it with them.
    template <typename Work>
    auto together(const Instruction& instruction, Work work) const;
    RecurrentState empty_memory() const;
    /// Counts an update that succeeded.
    void advance(double loss);

    const Machine* machine_;
    LanguageModelConfig model_;
    std::vector<BatchIterator> batches_;  // of each net
    TrainingConfig config_;
    Alone alone_;
    Communicator* communicator_;
    std::unique_ptr<TrainingShare> share_;
    std::vector<TokenId> streams_;  // of the window, (B, T + 1) for each net
    std::optional<Teacher> teacher_;
    TrainingState state_;
};

}  // namespace carousel
