#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/batch_iterator.hpp"
#include "model/learner.hpp"
#include "model/machine.hpp"
#include "model/training_config.hpp"
#include "model/training_state.hpp"

namespace carousel {

/// What one update did.
struct StepReport {
    double loss = 0;           ///< mean of the window before the update, nats per symbol
    double gradient_norm = 0;  ///< before clipping
    double learning_rate = 0;
    bool finite = true;  ///< false: loss or gradient was not finite, and nothing was changed
};

/// Trains a model: batch → loss → gradients → clip → update, and keeps the state that the next step
/// needs. It knows neither files nor clocks: the caller decides when to validate, save and stop.
class Trainer {
public:
    /// Starts anew from these weights. `communicator`: where other processes train the other
    /// streams; null: it is alone. Both it and the machine must outlive the trainer.
    Trainer(const Machine& machine, const LanguageModelConfig& model,
            std::span<const NamedTensor> weights, BatchIterator batches,
            const TrainingConfig& config, Communicator* communicator = nullptr);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// One update. `progress` in [0, 1]: the part of the run that is over.
    /// Law: a function of weights, state, text and configuration alone, whatever the machine's
    /// number of threads.
    StepReport step(double progress);

    /// The model with its weights of now.
    const Model& model() const { return learner_->model(); }
    std::vector<NamedTensor> weights() const { return learner_->tensors(Kept::weights); }
    void set_weights(std::span<const NamedTensor> weights) {
        learner_->set_tensors(Kept::weights, weights);
    }

    /// The running mean of the weights, where one is kept; see `OptimizerConfig`.
    bool averages() const { return config_.average > 0; }
    std::vector<NamedTensor> averaged_weights() const { return learner_->tensors(Kept::averages); }

    const TrainingState& counters() const { return state_; }  ///< without tensors
    std::uint64_t steps_per_epoch() const { return batches_.windows_per_epoch(); }
    std::int64_t symbols_per_step() const {
        return batches_.streams().total * batches_.shape().window;
    }

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
    /// Empties the memory of some streams, so that the model also learns to begin without one.
    void reset_streams(RecurrentState& state) const;
    /// Counts an update that succeeded.
    void advance(double loss);

    BatchIterator batches_;
    TrainingConfig config_;
    Alone alone_;
    Communicator* communicator_;
    std::unique_ptr<Learner> learner_;
    RecurrentState recurrent_, after_;  // before and, once it succeeded, after the step
    Batch batch_;
    TrainingState state_;
};

}  // namespace carousel
