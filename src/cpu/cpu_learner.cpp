#include "cpu/cpu_learner.hpp"

#include <stdexcept>

#include "cpu/floating_point_mode.hpp"
#include "cpu/gradient_norm.hpp"

namespace carousel {

CpuLearner::CpuLearner(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
                       std::span<const NamedTensor> weights, const LearnerConfig& learning)
    : pool_(&pool),
      optimizer_config_(learning.optimizer),
      model_(machine, pool, config, weights),
      backpropagation_(model_.stored(), pool, learning.shape.window, learning.shape.batch_size,
                       learning.dropout, learning.recurrent_gradient, learning.streams),
      optimizer_(model_.stored(), learning.optimizer),
      gradients_(model_.stored().parameters().stored()) {}

double CpuLearner::window(const Batch& batch, RecurrentState& state, const WindowKey& key) {
    const FlushDenormals mode;
    return backpropagation_.run(batch.inputs, batch.targets, state, key, gradients_.data());
}

void CpuLearner::exchange(Communicator& communicator) {
    communicator.sum({gradients_.data(), static_cast<std::size_t>(gradients_.size())});
}

double CpuLearner::gradient_norm() {
    const FlushDenormals mode;
    return global_norm(*pool_, gradients_.data(), gradients_.size());
}

void CpuLearner::update(const UpdateRates& rates) {
    const FlushDenormals mode;
    optimizer_.update(*pool_, model_.stored(), gradients_.data(), rates);
}

std::vector<NamedTensor> CpuLearner::tensors(Kept kept) const {
    switch (kept) {
        case Kept::weights:
            return model_.weights();
        case Kept::averages:
            return optimizer_.averaged_weights();
        case Kept::first_moments:
            return optimizer_.first_moments();
        case Kept::second_moments:
            return optimizer_.second_moments();
    }
    throw std::logic_error("unknown tensors of a learner");
}

void CpuLearner::set_tensors(Kept kept, std::span<const NamedTensor> tensors) {
    const FlushDenormals mode;
    switch (kept) {
        case Kept::weights:
            return model_.stored().set_weights(tensors);
        case Kept::averages:
            return optimizer_.set_averaged_weights(tensors);
        case Kept::first_moments:
            return optimizer_.set_first_moments(tensors);
        case Kept::second_moments:
            return optimizer_.set_second_moments(tensors);
    }
}

void CpuLearner::forget() {
    optimizer_ = Optimizer(model_.stored(), optimizer_config_);
}

}  // namespace carousel
