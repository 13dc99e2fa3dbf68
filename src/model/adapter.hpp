#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "model/batch.hpp"
#include "model/likely_symbols.hpp"
#include "model/model.hpp"
#include "model/reader.hpp"
#include "model/recurrent_state.hpp"

namespace carousel {

/// How far an update moves: w += -rate u + min(1, pull rms) (w_0 - w), with w_0 the weight as it
/// was at first and u = g / (rms + epsilon), of which nothing beyond the bound counts.
struct AdaptiveRates {
    float rate = 0, pull = 0, epsilon = 0, bound = 0;
};

/// Learns from one stream of text while it is read: dynamic evaluation (Krause, Kahembwe, Murray &
/// Renals 2018, section 3), on a copy of a model. First it gathers how large the gradient of each
/// weight usually is, its `rms`; then it reads and learns.
class Adapter {
public:
    virtual ~Adapter() = default;

    /// Predicts a window of at most as many symbols as the adapter was made for, with the weights
    /// as they are, and keeps the gradients of its mean loss. Returns -log p of each symbol, nats;
    /// valid until the next call. `likely`, if not null, gets the likeliest in the place of each.
    /// Throws: std::logic_error for another shape and for an id outside the vocabulary.
    virtual std::span<const float> window(const Batch& batch, RecurrentState& state,
                                          LikelySymbols* likely) = 0;
    std::span<const float> window(const Batch& batch, RecurrentState& state) {
        return window(batch, state, nullptr);
    }

    /// Counts the gradients of the last window into the statistics.
    virtual void gather() = 0;

    /// Makes the root mean squares of all that was gathered. Returns their mean over the weights.
    virtual double finish_gathering() = 0;

    /// Moves the weights by the gradients of the last window.
    virtual void update(const AdaptiveRates& rates) = 0;

    /// Whether all weights are finite numbers.
    virtual bool finite() const = 0;

    /// The model as it has become.
    virtual const Model& model() const = 0;

    /// Reads one stream with the weights as they are at each call, so that symbols can be predicted
    /// that are not known yet; the gradients kept stay. The adapter must outlive it.
    virtual std::unique_ptr<Reader> reader() const = 0;
};

}  // namespace carousel
