#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/language_model_config.hpp"
#include "reference/tape.hpp"

namespace carousel {

/// The parameters of one layer, each by its letter in docs/transformer.md.
struct TransformerWeights {
    Value g;           ///< attention.gain
    Value Q, K, V, M;  ///< attention.query, .key, .value, .merge
    Value g_f;         ///< feedforward.gain
    Value up, down;
};

/// The equations of docs/transformer.md, one symbol of every stream at a time.
class ReferenceTransformer {
public:
    /// What the streams remember, as `RecurrentState` has it: for each layer hidden (B, 2 M H) and
    /// states (B, 1). It counts as a constant.
    ReferenceTransformer(Tape& tape, const LanguageModelConfig& config,
                         std::vector<TransformerWeights> layers, Value output_gain,
                         std::vector<Matrix> hidden, std::vector<Matrix> states);

    /// From embeddings (B, H) to what the output layer reads. `mask(part)` (B, H) are the factors
    /// of dropout of attention (2 l) and feedforward net (2 l + 1) of layer l.
    Value step(Value x, const std::function<Value(std::size_t part)>& mask);

    /// After the steps so far.
    const std::vector<Matrix>& hidden() const { return hidden_; }
    std::vector<Matrix> states() const;

private:
    struct Past {
        std::vector<Value> keys, values;  // (B, H), oldest first
    };
    Value attention(const TransformerWeights& w, const Value& y, Past& past);
    Value turned(const Value& x) const;
    Value seen(std::size_t count) const;
    void remember(std::size_t layer);

    Tape& tape_;
    LanguageModelConfig config_;
    std::vector<TransformerWeights> layers_;
    Value output_gain_;
    std::vector<Matrix> hidden_;
    std::vector<std::int64_t> read_;  // symbols, of each stream
    std::vector<Past> past_;          // of each layer
    std::size_t remembered_;          // entries of it from before the window
    std::size_t steps_ = 0;
};

/// The integers by which the pairs of a head with d numbers turn, of P = 2^20 for a whole circle.
std::vector<std::int64_t> reference_frequencies(std::int64_t head_size);

}  // namespace carousel
