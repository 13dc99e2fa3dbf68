#include "training/training_share.hpp"

#include <array>
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
    : model_(model),
      config_(config),
      communicator_(&communicator),
      own_(shards_of(config, communicator)),
      shape_(shape_of(config, own_)),
      streams_(static_cast<std::size_t>(shape_.batch_size * (shape_.window + 1))) {
    for (const auto way : ways_of(model)) {
        const auto net = one_net(model);
        const auto memory = RecurrentState::zeros(net, shape_.batch_size);
        auto learner = machine.learner(net, tensors_of(way, model, weights),
                                       learner_config_of(config, own_, communicator));
        nets_.push_back({std::move(learner), memory, memory});
    }
}

double TrainingShare::learn(Net& net, const Instruction& instruction,
                            std::span<const TokenId> streams) {
    scatter(*communicator_, config_.shards, std::as_bytes(streams),
            std::as_writable_bytes(std::span(streams_)));
    fill_batch(streams_, shape_, batch_);
    // The streams of a new epoch begin elsewhere: what the old ones remembered is not theirs.
    if (instruction.new_epoch) net.recurrent.clear();
    net.after = net.recurrent;
    reset_streams(net.after, instruction.step);
    net.learner->window(batch_, net.after, {config_.seed, instruction.step});
    return net.learner->exchange();
}

StepReport TrainingShare::step(const Instruction& instruction, std::span<const TokenId> streams) {
    StepReport report{.learning_rate = instruction.learning_rate};
    const auto count = static_cast<double>(nets_.size());
    const auto of_net = streams.size() / nets_.size();
    std::array<double, 2> norms{};
    double squares = 0;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
        report.loss += learn(nets_[i], instruction, streams.subspan(i * of_net, of_net)) / count;
        norms[i] = nets_[i].learner->gradient_norm();
        squares += norms[i] * norms[i];
    }
    report.gradient_norm = nets_.size() == 1 ? norms[0] : std::sqrt(squares);
    report.finite = std::isfinite(report.loss) && std::isfinite(report.gradient_norm);
    if (!report.finite) return report;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
        auto& [learner, recurrent, after] = nets_[i];
        learner->update({.number = instruction.step + 1,
                         .learning_rate = static_cast<float>(report.learning_rate),
                         .gradient_scale = clipping_factor(norms[i], config_.clip)});
        std::swap(recurrent, after);
    }
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

std::vector<NamedTensor> TrainingShare::tensors(Kept kept) const {
    std::vector<NamedTensor> all;
    for (const auto way : ways_of(model_))
        append_tensors(way, nets_[static_cast<std::size_t>(way)].learner->tensors(kept), all);
    return all;
}

const Model& TrainingShare::model(Way way) const {
    return nets_.at(static_cast<std::size_t>(way)).learner->model();
}

void TrainingShare::set_tensors(Kept kept, std::span<const NamedTensor> tensors) {
    for (const auto way : ways_of(model_))
        nets_[static_cast<std::size_t>(way)].learner->set_tensors(kept,
                                                                  tensors_of(way, model_, tensors));
}

void TrainingShare::put_tensors(Kept kept, std::span<const NamedTensor> tensors) {
    if (communicator_->processes() == 1) return set_tensors(kept, tensors);
    if (communicator_->process() == 0) {
        set_tensors(kept, tensors);  // which finds out what is wrong with them
        for (const auto& tensor : tensors)
            broadcast_from_first(*communicator_, std::as_bytes(std::span(tensor.values)));
        return;
    }
    auto received = this->tensors(kept);
    for (auto& tensor : received)
        broadcast(*communicator_, std::as_writable_bytes(std::span(tensor.values)));
    set_tensors(kept, received);
}

void TrainingShare::forget() {
    for (auto& net : nets_) {
        net.learner->forget();
        net.recurrent.clear();
    }
}

void TrainingShare::gather_moments() const {
    for (const auto& net : nets_) net.learner->gather_moments();
}

void TrainingShare::gather_memory(RecurrentState& all) const {
    const auto streams = static_cast<std::size_t>(config_.batch_size);
    const bool has_all = communicator_->process() == 0;
    RecurrentState of_net;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
        if (has_all) of_net = RecurrentState::zeros(model_, config_.batch_size);
        gather_state(*communicator_, config_.shards, nets_[i].recurrent, of_net);
        if (has_all) all.take(of_net, 0, streams, i * streams);
    }
}

void TrainingShare::scatter_memory(const RecurrentState& all) {
    const auto streams = static_cast<std::size_t>(config_.batch_size);
    const bool has_all = communicator_->process() == 0;
    RecurrentState of_net;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
        if (has_all) {
            of_net = RecurrentState::zeros(model_, config_.batch_size);
            of_net.take(all, i * streams, streams, 0);
        }
        scatter_state(*communicator_, config_.shards, of_net, nets_[i].recurrent);
    }
}

}  // namespace carousel
