#pragma once

#include <span>

#include "base/token_id.hpp"

// The room adaptation learns from a text while it is read. In reading order:
//
//     gradient_scale        how large the gradient of each weight usually is
//     dynamic_evaluation    a model that learns from each segment that it has predicted
//     ngram_model           counts that grow with the text
//     predictor             what says of a text, symbol by symbol, what comes next
//     mixed_predictor       net and n-grams, weighted by what each was worth so far
//
// The law of the room: nothing is predicted with what comes after it, and all that is predicted is
// the same, bit for bit, on every machine and number of threads.

namespace carousel {

/// Says of one text, symbol by symbol, what comes next. What it says follows from what it was told
/// before, and from nothing else.
class Predictor {
public:
    virtual ~Predictor() = default;

    /// Tells the symbol that came. Range: below V.
    virtual void read(TokenId symbol) = 0;

    /// The probability of each symbol (V) of being the next; valid until the next call. Law: all
    /// positive, and their sum is 1 but for what single precision rounds.
    virtual std::span<const float> probabilities() = 0;
};

}  // namespace carousel
