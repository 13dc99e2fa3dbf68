#include "training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/random.hpp"
#include "cpu/gradient_clipping.hpp"
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

OptimizerConfig optimizer_config(const TrainingConfig& config) {
    return {.kind = config.optimizer,
            .beta1 = config.beta1,
            .beta2 = config.beta2,
            .momentum = config.momentum,
            .weight_decay = config.weight_decay,
            .average = config.average};
}

}  // namespace

Trainer::Trainer(LanguageModel& model, ThreadPool& pool, BatchIterator batches,
                 const TrainingConfig& config)
    : model_(&model),
      pool_(&pool),
      batches_(std::move(batches)),
      config_(config),
      optimizer_(model, optimizer_config(config)),
      backpropagation_(model, pool, batches_.shape().window, batches_.shape().batch_size,
                       {.input = config.dropout_input,
                        .between = config.dropout_between,
                        .output = config.dropout_output,
                        .recurrent = config.dropout_recurrent,
                        .mask = config.dropout_mask},
                       config.recurrent_gradient),
      gradients_(model.parameters().stored()),
      recurrent_(RecurrentState::zeros(model.config(), batches_.shape().batch_size)),
      after_(recurrent_) {}

StepReport Trainer::step(double progress) {
    // The streams of a new epoch begin elsewhere: what the old ones remembered is not theirs.
    if (state_.window_in_epoch == 0) recurrent_.clear();
    after_ = recurrent_;
    reset_streams(after_);
    batches_.fill(state_.epoch, state_.window_in_epoch, batch_);

    StepReport report;
    report.loss = backpropagation_.run(batch_.inputs, batch_.targets, after_,
                                       {config_.seed, state_.step}, gradients_.data());
    report.gradient_norm = global_norm(*pool_, gradients_.data(), gradients_.size());
    report.learning_rate = scheduled_learning_rate(config_, state_.step, progress) *
                           double{state_.learning_rate_scale};
    report.finite = std::isfinite(report.loss) && std::isfinite(report.gradient_norm);
    if (!report.finite) return report;

    std::swap(recurrent_, after_);
    optimizer_.update(*pool_, *model_, gradients_.data(), state_.step + 1,
                      static_cast<float>(report.learning_rate),
                      clipping_factor(report.gradient_norm, config_.clip));
    state_.smoothed_loss =
        state_.step == 0
            ? report.loss
            : state_.smoothed_loss + k_smoothing * (report.loss - state_.smoothed_loss);
    ++state_.step;
    if (++state_.window_in_epoch == batches_.windows_per_epoch()) {
        state_.window_in_epoch = 0;
        ++state_.epoch;
    }
    return report;
}

void Trainer::reset_streams(RecurrentState& state) const {
    if (config_.reset_probability <= 0) return;
    const auto streams = state.hidden.shape(1);
    for (std::size_t b = 0; b < streams; ++b) {
        const auto draw = random_uniform({config_.seed, RandomPurpose::state_reset, 0},
                                         state_.step * streams + b);
        if (draw < config_.reset_probability) state.clear(b);
    }
}

TrainingState Trainer::state() const {
    TrainingState state = state_;
    state.first_moments = optimizer_.first_moments();
    state.second_moments = optimizer_.second_moments();
    if (averages()) state.averaged_weights = averaged_weights();
    state.hidden = to_named("hidden", recurrent_.hidden);
    state.cell = to_named("cell", recurrent_.states);
    return state;
}

void Trainer::set_state(const TrainingState& state) {
    optimizer_.set_moments(state.first_moments, state.second_moments);
    if (averages()) {  // a run that begins to average does so with the weights it has
        optimizer_.set_averaged_weights(state.averaged_weights.empty() ? model_->weights()
                                                                       : state.averaged_weights);
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
    optimizer_ = Optimizer(*model_, optimizer_config(config_));
    state_ = {};
    recurrent_.clear();
}

void Trainer::set_divergences(std::uint32_t count, float learning_rate_scale) {
    state_.divergences = count;
    state_.learning_rate_scale = learning_rate_scale;
}

}  // namespace carousel
