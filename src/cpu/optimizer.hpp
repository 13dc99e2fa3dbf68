#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/orthogonalization.hpp"
#include "cpu/thread_pool.hpp"
#include "model/named_tensor.hpp"
#include "model/training_config.hpp"

namespace carousel {

struct OptimizerConfig {
    OptimizerKind kind = OptimizerKind::adam;
    float beta1 = 0.0F, beta2 = 0.999F, epsilon = 1e-8F;
    float momentum = 0.95F;     ///< of Muon
    float weight_decay = 0.0F;  ///< of matrices, decoupled from the gradient
    float average = 0.0F;       ///< decay of the running mean of the weights; 0 = none is kept
};

/// `adam`: Adam with bias correction (Kingma & Ba 2015, algorithm 1) and decoupled weight decay
/// (Loshchilov & Hutter 2019). With beta1 = 0 it is RMSProp with bias correction.
///
/// `muon`: the same for embedding, biases and output layer; the matrices of the recurrent layers
/// (N, K) step along their orthogonalized momentum, w -= rate k sqrt(max(N, K)) U Vᵀ, so that all
/// directions of a matrix learn at the same pace (Jordan et al. 2024; the factor that makes one
/// rate serve matrices of all shapes and Adam's parameters too: Liu et al. 2025, arXiv 2502.16982,
/// section 2.2); factors of a product move 0.3 times as far. Their first moment is that momentum;
/// their second stays zero.
class Optimizer {
public:
    Optimizer(const LanguageModel& model, const OptimizerConfig& config);

    /// Update number `step` (from 1): weights change by the gradients times `gradient_scale`.
    void update(ThreadPool& pool, LanguageModel& model, const float* gradients, std::uint64_t step,
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
    struct Step {
        std::uint64_t number;
        float learning_rate, gradient_scale, average_rate;
    };
    void adam(ThreadPool& pool, LanguageModel& model, const Parameter& p, const float* gradients,
              const Step& step);
    void muon(ThreadPool& pool, LanguageModel& model, const Parameter& p, const float* gradients,
              const Step& step);

    ParameterList parameters_;
    OptimizerConfig config_;
    Buffer first_, second_;
    Buffer averages_;  // empty when none are kept
    Orthogonalization orthogonalization_;
    Buffer direction_;  // of the matrix under way
};

}  // namespace carousel
