#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/muon.hpp"
#include "cpu/thread_pool.hpp"
#include "model/learner.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

/// Moves the weights of a model by their gradients: see `OptimizerKind`.
class Optimizer {
public:
    /// `threads`: of the teams that will do it, at most. `communicator`, not null: processes with
    /// the same gradients share out the matrices of Muon, with the result of one.
    Optimizer(const LanguageModel& model, const OptimizerConfig& config, int threads,
              Communicator* communicator = nullptr);

    void update(ThreadPool& pool, LanguageModel& model, const float* gradients,
                const UpdateRates& rates);

    /// Floats whose gradients only one process needs: `Muon::kept_gradients`.
    KeptGradients kept_gradients() const {
        return muon_ ? muon_->kept_gradients() : KeptGradients{};
    }
    /// All processes together: each gets the moments that only others keep.
    void gather_moments() {
        if (muon_) muon_->gather_moments({first_.data(), static_cast<std::size_t>(first_.size())});
    }

    /// Moments as canonical tensors with the names and shapes of the parameters.
    std::vector<NamedTensor> first_moments() const {
        return parameters_.to_canonical(first_.data());
    }
    std::vector<NamedTensor> second_moments() const {
        return parameters_.to_canonical(second_.data());
    }
    void set_first_moments(std::span<const NamedTensor> moments) {
        parameters_.from_canonical(moments, first_.data());
    }
    void set_second_moments(std::span<const NamedTensor> moments) {
        parameters_.from_canonical(moments, second_.data());
    }

    /// The running mean of the weights. Range: average > 0.
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
    void adam(ThreadPool& pool, LanguageModel& model, const StoredParameter& p,
              const float* gradients, const Step& step);

    ParameterList parameters_;
    OptimizerConfig config_;
    Buffer first_, second_;
    Buffer averages_;  // empty when none are kept
    std::optional<Muon> muon_;
};

}  // namespace carousel
