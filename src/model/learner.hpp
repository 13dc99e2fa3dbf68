#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/batch.hpp"
#include "model/learner_config.hpp"
#include "model/model.hpp"
#include "model/recurrent_state.hpp"

namespace carousel {

/// Names the random draws of one window.
struct WindowKey {
    std::uint64_t seed = 0;
    std::uint64_t number = 0;  ///< of the update
};

/// How an update uses the gradients.
struct UpdateRates {
    std::uint64_t number = 1;  ///< of the update, from 1
    float learning_rate = 0;
    float gradient_scale = 1;  ///< clips
};

/// What a learner keeps one tensor of for each parameter.
enum class Kept : std::uint8_t { weights, averages, first_moments, second_moments };

/// Trains a model: weights, gradients, moments and activations stay wherever the machine keeps
/// them. An update is window, exchange, norm, update.
///
/// Loss and gradients of a window are those of the mean over the streams of all processes: a
/// process computes the part of its own shards, and `exchange` adds up all (model/shard_tree.hpp).
/// Buffers live as long as the object: none of these calls allocates.
class Learner {
public:
    virtual ~Learner() = default;

    /// Runs forward and backward through a window: truncated backpropagation through time. States
    /// are carried from window to window as values; gradients stop at the window's edge (Williams &
    /// Peng 1990; docs/model.md).
    /// Throws: std::logic_error for another shape and for an id outside the vocabulary.
    virtual void window(const Batch& batch, RecurrentState& state, const WindowKey& key) = 0;

    /// Adds up the gradients of all shards. Returns the mean loss of the window, nats per symbol.
    virtual double exchange() = 0;

    /// Euclidean norm of all gradients together; not finite when one of them is not.
    virtual double gradient_norm() = 0;

    /// Moves the weights, and the running mean of them towards them.
    virtual void update(const UpdateRates& rates) = 0;

    /// All processes together: each gets the moments that so far only others have.
    virtual void gather_moments() {}

    /// Canonical copies, in the order of `model_parameters`. Averages: where the optimizer keeps
    /// them. Moments: after `gather_moments`.
    virtual std::vector<NamedTensor> tensors(Kept kept) const = 0;
    virtual void set_tensors(Kept kept, std::span<const NamedTensor> tensors) = 0;

    /// Moments and averages as before the first update; the weights stay.
    virtual void forget() = 0;

    /// The model with its weights of now.
    virtual const Model& model() const = 0;
};

}  // namespace carousel
