#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "nn/language_model.hpp"
#include "nn/named_tensor.hpp"
#include "tensor/buffer.hpp"

namespace carousel {

struct AdamConfig {
    float beta1 = 0.0F, beta2 = 0.999F, epsilon = 1e-8F;
    float weight_decay = 0.0F;  ///< of matrices, decoupled from the gradient
    float average = 0.0F;       ///< decay of the running mean of the weights; 0 = none is kept
};

/// Adam with bias correction (Kingma & Ba 2015, algorithm 1) and decoupled weight decay (Loshchilov
/// & Hutter 2019). With beta1 = 0 it is RMSProp with bias correction.
class Optimizer {
public:
    Optimizer(const LanguageModel& model, const AdamConfig& config);

    /// Update number `step` (from 1): weights change by the gradients times `gradient_scale`.
    void update(ThreadPool& pool, LanguageModel& model, float* gradients, std::uint64_t step,
                float learning_rate, float gradient_scale);

    /// Moments as canonical tensors with the names and shapes of the parameters.
    std::vector<NamedTensor> first_moments() const {
        return parameters_.to_canonical(first_.data());
    }
    std::vector<NamedTensor> second_moments() const {
        return parameters_.to_canonical(second_.data());
    }
    void set_moments(std::span<const NamedTensor> first, std::span<const NamedTensor> second);

    /// The running mean of the weights (Polyak & Juditsky 1992, with exponential decay): after
    /// update n it moves towards the weights by 1 - min(average, (n - 1) / (n + 8)), so that a
    /// short run is not an average of its first weights. Range: average > 0.
    bool averages() const { return averages_.size() > 0; }
    std::vector<NamedTensor> averaged_weights() const {
        return parameters_.to_canonical(averages_.data());
    }
    void set_averaged_weights(std::span<const NamedTensor> weights) {
        parameters_.from_canonical(weights, averages_.data());
    }

private:
    ParameterList parameters_;
    AdamConfig config_;
    Buffer first_, second_;
    Buffer averages_;  // empty when none are kept
};

}  // namespace carousel
