#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "adaptation/ngram_model.hpp"
#include "adaptation/predictor.hpp"
#include "model/machine.hpp"

namespace carousel {

/// What a mixture trusts at first, and how fast it learns what to trust.
/// docs/evaluation.md tells how the defaults were chosen.
struct MixtureConfig {
    float net = 1;         ///< weight of what the net says
    float context = 0.1F;  ///< of what each context of the n-grams adds
    float rate = 0.06F;    ///< of learning, before it falls
    float least_rate = 0.006F;
    float slowing = 100;  ///< symbols after which it has fallen to 1 / sqrt(2)
};

/// A net and n-grams together, weighted by what each was worth so far in places like this one.
///
///     p(s) ~ exp(w l(s) + the sum over contexts c of v(c) g(c, s))
///
/// with l the logits of the net and g the gains of the n-grams (`NgramPrediction`): what a context
/// adds to what shorter ones say of a symbol. The weights belong to kinds of places: w to the
/// length of the longest context that was seen before, v to the length of the context, how often it
/// was seen and how many symbols were seen behind it. They learn from each symbol, after it was
/// predicted, by the gradient of its surprisal. A millionth of the whole is shared by all symbols.
///
/// Law: what is predicted sums to 1 in every place, whatever net and n-grams say, since it is made
/// so from all symbols; and it follows from the symbols before alone. The same bits on every
/// machine and number of threads.
/// Source: after Mattern 2012, "Mixing strategies in data compression" (logistic mixing, here of
/// whole alphabets).
class MixedPredictor final : public Predictor {
public:
    /// Feeds a symbol to a net and gives the logits (V) of the next; valid until the next call.
    using Net = std::function<std::span<const float>(TokenId)>;

    /// `machine` and what `net` refers to must outlive the object. `ngrams` may have counted the
    /// net's training text, which then is trusted more from the beginning, and goes on counting.
    MixedPredictor(const Machine& machine, Net net, NgramModel ngrams,
                   const std::optional<MixtureConfig>& config = std::nullopt);

    void read(TokenId symbol) override;
    std::span<const float> probabilities() override;

private:
    // Kinds of contexts of a length: by their count, in powers of 2, and the symbols behind them.
    static constexpr std::size_t k_counts = 6, k_kinds = 3, k_longest = 16;

    static std::size_t kind_of(const NgramPrediction::Context& context);
    void learn(TokenId symbol);
    float rate() const;

    const Machine& machine_;
    Net net_;
    NgramModel ngrams_;
    MixtureConfig config_;
    std::array<float, k_longest + 1> net_weights_;  // by the length of the longest context
    std::array<std::array<float, k_counts * k_kinds>, k_longest> context_weights_;
    std::span<const float> logits_;
    NgramPrediction prediction_;
    std::vector<float> probabilities_;
    bool predicted_ = false;  // since the last symbol
    std::uint64_t learned_ = 0;
};

}  // namespace carousel
