#include "training/trainer.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "training/learning_rate_schedule.hpp"
#include "training/reading_share.hpp"

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

}  // namespace

template <typename Work>
auto Trainer::together(const Instruction& instruction, Work work) const {
    try {
        auto told = instruction;
        broadcast_value(*communicator_, told);
        return work();
    } catch (...) {
        communicator_->abandon();
        throw;
    }
}

Trainer::Trainer(const Machine& machine, const LanguageModelConfig& model,
                 std::span<const NamedTensor> weights, BatchIterator batches,
                 const TrainingConfig& config, Communicator* communicator)
    : machine_(&machine),
      model_(model),
      batches_{std::move(batches)},
      config_(config),
      communicator_(communicator != nullptr ? communicator : &alone_),
      streams_(ways_of(model).size() *
               static_cast<std::size_t>(config.batch_size * (config.window + 1))) {
    if (model.direction == ReadingDirection::both)
        batches_.push_back(batches_.front().from_the_end());
    if (batches_.front().shape() != BatchShape{config.batch_size, config.window})
        throw std::logic_error("batches have another shape than the training");
    together({.order = Order::begin}, [&] {
        broadcast_value(*communicator_, model_);
        broadcast_value(*communicator_, config_);
        for (const auto& tensor : weights)
            broadcast_from_first(*communicator_, std::as_bytes(std::span(tensor.values)));
        share_ = std::make_unique<TrainingShare>(machine, model_, weights, config_, *communicator_);
    });
}

void Trainer::learn_from(const Model& teacher) {
    if (!alone() || batches_.size() > 1)
        throw std::logic_error("several processes, or nets of both directions, have no teacher");
    teacher_.emplace(teacher, batches_.front().shape(), config_.teacher_temperature);
}

StepReport Trainer::step(double progress) {
    const Instruction instruction{
        .order = Order::step,
        .new_epoch = state_.window_in_epoch == 0,
        .step = state_.step,
        .learning_rate = scheduled_learning_rate(config_, state_.step, progress) *
                         double{state_.learning_rate_scale}};
    const auto of_net = streams_.size() / batches_.size();
    for (std::size_t i = 0; i < batches_.size(); ++i) {
        batches_[i].read(state_.epoch, state_.window_in_epoch,
                         std::span(streams_).subspan(i * of_net, of_net));
    }
    if (teacher_)
        teacher_->read(batches_.front(), {state_.epoch, state_.window_in_epoch},
                       share_->expected());
    const auto report = together(instruction, [&] { return share_->step(instruction, streams_); });
    if (report.finite) advance(report.loss);
    return report;
}

void Trainer::advance(double loss) {
    state_.smoothed_loss = state_.step == 0
                               ? loss
                               : state_.smoothed_loss + k_smoothing * (loss - state_.smoothed_loss);
    ++state_.step;
    if (++state_.window_in_epoch == steps_per_epoch()) {
        state_.window_in_epoch = 0;
        ++state_.epoch;
    }
}

std::unique_ptr<Model> Trainer::model_of(std::span<const NamedTensor> weights, Way way) const {
    return shared_model(*machine_, one_net(model_), tensors_of(way, model_, weights),
                        *communicator_);
}

RecurrentState Trainer::empty_memory() const {
    return RecurrentState::zeros(
        model_, config_.batch_size * static_cast<std::int64_t>(ways_of(model_).size()));
}

void Trainer::put(Kept kept, std::span<const NamedTensor> tensors) {
    together({.order = Order::put_tensors, .kept = kept},
             [&] { share_->put_tensors(kept, tensors); });
}

TrainingState Trainer::state() const {
    TrainingState state = state_;
    together({.order = Order::gather_moments}, [&] { share_->gather_moments(); });
    state.first_moments = tensors(Kept::first_moments);
    state.second_moments = tensors(Kept::second_moments);
    if (averages()) state.averaged_weights = averaged_weights();
    auto memory = empty_memory();
    together({.order = Order::gather_memory}, [&] { share_->gather_memory(memory); });
    state.hidden = to_named("hidden", memory.hidden);
    state.cell = to_named("cell", memory.states);
    return state;
}

void Trainer::set_state(const TrainingState& state) {
    auto memory = empty_memory();
    from_named(state.hidden, memory.hidden);
    from_named(state.cell, memory.states);
    put(Kept::first_moments, state.first_moments);
    put(Kept::second_moments, state.second_moments);
    if (averages()) {  // a run that begins to average does so with the weights it has
        put(Kept::averages, state.averaged_weights.empty() ? weights() : state.averaged_weights);
    }
    together({.order = Order::scatter_memory}, [&] { share_->scatter_memory(memory); });
    state_ = state;
    for (auto* tensors :
         {&state_.first_moments, &state_.second_moments, &state_.averaged_weights}) {
        tensors->clear();
    }
    state_.hidden = {};
    state_.cell = {};
}

void Trainer::reset() {
    together({.order = Order::forget}, [&] { share_->forget(); });
    state_ = {};
}

void Trainer::set_divergences(std::uint32_t count, float learning_rate_scale) {
    state_.divergences = count;
    state_.learning_rate_scale = learning_rate_scale;
}

}  // namespace carousel
