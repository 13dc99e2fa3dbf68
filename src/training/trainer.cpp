#include "training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/random.hpp"
#include "training/gradient_clipping.hpp"
#include "training/learning_rate_schedule.hpp"

namespace carousel {

namespace {

constexpr double k_smoothing = 0.02;  // weight of the newest loss in the running mean

NamedTensor to_named(const char* name, const Tensor<3>& tensor) {
    NamedTensor named{name, {}, {tensor.begin(), tensor.end()}};
    for (const auto size : tensor.shape()) named.shape.push_back(static_cast<std::int64_t>(size));
    return named;
}

void from_named(const NamedTensor& named, Tensor<3>& tensor) {
    const std::vector<std::int64_t> shape(tensor.shape().begin(), tensor.shape().end());
    if (named.shape != shape || named.values.size() != tensor.size()) {
        throw std::logic_error("carried states have another shape than the model and its batch");
    }
    std::copy(named.values.begin(), named.values.end(), tensor.begin());
}

std::unique_ptr<Learner> make_learner(const Machine& machine, const LanguageModelConfig& model,
                                      std::span<const NamedTensor> weights,
                                      const TrainingConfig& training,
                                      const BatchIterator& batches) {
    auto config = learner_config(training);
    config.shape = batches.shape();
    config.streams = batches.streams();
    return machine.learner(model, weights, config);
}

}  // namespace

Trainer::Trainer(const Machine& machine, const LanguageModelConfig& model,
                 std::span<const NamedTensor> weights, BatchIterator batches,
                 const TrainingConfig& config, Communicator* communicator)
    : batches_(std::move(batches)),
      config_(config),
      communicator_(communicator != nullptr ? communicator : &alone_),
      learner_(make_learner(machine, model, weights, config, batches_)),
      recurrent_(RecurrentState::zeros(model, batches_.shape().batch_size)),
      after_(recurrent_) {}

StepReport Trainer::step(double progress) {
    // The streams of a new epoch begin elsewhere: what the old ones remembered is not theirs.
    if (state_.window_in_epoch == 0) recurrent_.clear();
    after_ = recurrent_;
    reset_streams(after_);

    StepReport report;
    batches_.fill(state_.epoch, state_.window_in_epoch, batch_);
    report.loss = communicator_->sum(learner_->window(batch_, after_, {config_.seed, state_.step}));
    learner_->exchange(*communicator_);
    report.gradient_norm = learner_->gradient_norm();
    report.learning_rate = scheduled_learning_rate(config_, state_.step, progress) *
                           double{state_.learning_rate_scale};
    report.finite = std::isfinite(report.loss) && std::isfinite(report.gradient_norm);
    if (!report.finite) return report;
    learner_->update({.number = state_.step + 1,
                      .learning_rate = static_cast<float>(report.learning_rate),
                      .gradient_scale = clipping_factor(report.gradient_norm, config_.clip)});
    advance(report.loss);
    return report;
}

void Trainer::advance(double loss) {
    std::swap(recurrent_, after_);
    state_.smoothed_loss = state_.step == 0
                               ? loss
                               : state_.smoothed_loss + k_smoothing * (loss - state_.smoothed_loss);
    ++state_.step;
    if (++state_.window_in_epoch == batches_.windows_per_epoch()) {
        state_.window_in_epoch = 0;
        ++state_.epoch;
    }
}

void Trainer::reset_streams(RecurrentState& state) const {
    if (config_.reset_probability <= 0) return;
    // A stream's number is that among all.
    const auto first = static_cast<std::uint64_t>(batches_.streams().first),
               total = static_cast<std::uint64_t>(batches_.streams().total);
    for (std::size_t b = 0; b < state.hidden.shape(1); ++b) {
        const auto draw = random_uniform({config_.seed, RandomPurpose::state_reset, 0},
                                         state_.step * total + first + b);
        if (draw < config_.reset_probability) state.clear(b);
    }
}

TrainingState Trainer::state() const {
    TrainingState state = state_;
    state.first_moments = learner_->tensors(Kept::first_moments);
    state.second_moments = learner_->tensors(Kept::second_moments);
    if (averages()) state.averaged_weights = averaged_weights();
    state.hidden = to_named("hidden", recurrent_.hidden);
    state.cell = to_named("cell", recurrent_.states);
    return state;
}

void Trainer::set_state(const TrainingState& state) {
    learner_->set_tensors(Kept::first_moments, state.first_moments);
    learner_->set_tensors(Kept::second_moments, state.second_moments);
    if (averages()) {  // a run that begins to average does so with the weights it has
        learner_->set_tensors(Kept::averages,
                              state.averaged_weights.empty() ? weights() : state.averaged_weights);
    }
    from_named(state.hidden, recurrent_.hidden);
    from_named(state.cell, recurrent_.states);
    state_ = state;
    for (auto* tensors :
         {&state_.first_moments, &state_.second_moments, &state_.averaged_weights}) {
        tensors->clear();
    }
    state_.hidden = {};
    state_.cell = {};
}

void Trainer::reset() {
    learner_->forget();
    state_ = {};
    recurrent_.clear();
}

void Trainer::set_divergences(std::uint32_t count, float learning_rate_scale) {
    state_.divergences = count;
    state_.learning_rate_scale = learning_rate_scale;
}

}  // namespace carousel
