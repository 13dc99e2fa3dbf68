#include "training/training_share.hpp"

#include <cmath>
#include <utility>

#include "base/random.hpp"
#include "training/gradient_clipping.hpp"
#include "training/shared_state.hpp"

namespace carousel {

namespace {

BatchShape shape_of(const TrainingConfig& config, const Shards& own) {
    return {.batch_size = config.batch_size / config.shards * own.size(), .window = config.window};
}

LearnerConfig learner_config_of(const TrainingConfig& training, const Shards& own,
                                Communicator& communicator) {
    auto config = learner_config(training);
    config.shape = shape_of(training, own);
    config.streams = {.first = training.batch_size / training.shards * own.begin,
                      .total = training.batch_size};
    config.shards = training.shards;
    config.communicator = &communicator;
    return config;
}

Shards shards_of(const TrainingConfig& config, const Communicator& communicator) {
    return shards_of_process(config.shards, communicator.processes(), communicator.process());
}

}  // namespace

TrainingShare::TrainingShare(const Machine& machine, const LanguageModelConfig& model,
                             std::span<const NamedTensor> weights, const TrainingConfig& config,
                             Communicator& communicator)
    : config_(config),
      communicator_(&communicator),
      own_(shards_of(config, communicator)),
      shape_(shape_of(config, own_)),
      learner_(machine.learner(model, weights, learner_config_of(config, own_, communicator))),
      recurrent_(RecurrentState::zeros(model, shape_.batch_size)),
      after_(recurrent_),
      streams_(static_cast<std::size_t>(shape_.batch_size * (shape_.window + 1))) {}

StepReport TrainingShare::step(const Instruction& instruction, std::span<const TokenId> streams) {
    scatter(*communicator_, config_.shards, std::as_bytes(streams),
            std::as_writable_bytes(std::span(streams_)));
    fill_batch(streams_, shape_, batch_);
    // The streams of a new epoch begin elsewhere: what the old ones remembered is not theirs.
    if (instruction.new_epoch) recurrent_.clear();
    after_ = recurrent_;
    reset_streams(after_, instruction.step);

    StepReport report;
    learner_->window(batch_, after_, {config_.seed, instruction.step});
    report.loss = learner_->exchange();
    report.gradient_norm = learner_->gradient_norm();
    report.learning_rate = instruction.learning_rate;
    report.finite = std::isfinite(report.loss) && std::isfinite(report.gradient_norm);
    if (!report.finite) return report;
    learner_->update({.number = instruction.step + 1,
                      .learning_rate = static_cast<float>(report.learning_rate),
                      .gradient_scale = clipping_factor(report.gradient_norm, config_.clip)});
    std::swap(recurrent_, after_);
    return report;
}

void TrainingShare::reset_streams(RecurrentState& state, std::uint64_t step) const {
    if (config_.reset_probability <= 0) return;
    // A stream's number is that among all.
    const auto total = static_cast<std::uint64_t>(config_.batch_size),
               first = static_cast<std::uint64_t>(config_.batch_size / config_.shards * own_.begin);
    for (std::size_t b = 0; b < state.hidden.shape(1); ++b) {
        const auto draw =
            random_uniform({config_.seed, RandomPurpose::state_reset, 0}, step * total + first + b);
        if (draw < config_.reset_probability) state.clear(b);
    }
}

void TrainingShare::put_tensors(Kept kept, std::span<const NamedTensor> tensors) {
    if (communicator_->processes() == 1) return learner_->set_tensors(kept, tensors);
    if (communicator_->process() == 0) {
        learner_->set_tensors(kept, tensors);  // which finds out what is wrong with them
        for (const auto& tensor : tensors)
            broadcast_from_first(*communicator_, std::as_bytes(std::span(tensor.values)));
        return;
    }
    auto received = learner_->tensors(kept);
    for (auto& tensor : received)
        broadcast(*communicator_, std::as_writable_bytes(std::span(tensor.values)));
    learner_->set_tensors(kept, received);
}

void TrainingShare::gather_memory(RecurrentState& all) const {
    gather_state(*communicator_, config_.shards, recurrent_, all);
}

void TrainingShare::scatter_memory(const RecurrentState& all) {
    scatter_state(*communicator_, config_.shards, all, recurrent_);
}

}  // namespace carousel
