#pragma once

#include <cstdint>
#include <span>

#include "base/token_id.hpp"
#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/weight_matrix.hpp"
#include "model/learner_config.hpp"
#include "model/likely_symbols.hpp"

namespace carousel {

/// What the output layer reads: the top layer, or the sum of all, after dropout. (R, H) with
/// leading dimension `row`.
struct OutputRows {
    const float* hidden;
    std::ptrdiff_t row;
    std::int64_t count;
};

/// Where the likeliest symbols of each row go: (R, each); null: they are not wanted.
struct LikelyRows {
    LikelySymbol* symbols = nullptr;
    std::int64_t each = 0;

    LikelyRows() = default;
    /// Those of all rows from `first` on.
    LikelyRows(LikelySymbols& all, std::int64_t first)
        : symbols(all.symbols.data() + first * all.each), each(all.each) {}

    std::span<LikelySymbol> row(std::int64_t r) const {
        return {symbols + r * each, static_cast<std::size_t>(each)};
    }
};

/// What teachers expect in the place of each target, (R, V); null: nobody teaches.
struct TaughtRows {
    const float* expected = nullptr;
    TeachingConfig teaching{};
};

/// Output layer, softmax and cross-entropy together, a piece of the rows at a time: the logits of a
/// window (T B V floats) never exist as a whole.
class OutputLayer {
public:
    /// Serves calls of at most `rows` rows.
    OutputLayer(const LanguageModel& model, std::int64_t rows, ModelUse use);

    /// Training: takes over the model's weights of now.
    void prepare(ThreadPool& pool) { weight_.prepare(pool); }

    /// logits(r, v) = b(v) + sum over k of W(v, k) h(r, k); `logits` has rows of length `row`, at
    /// least padded(V).
    void logits(ThreadPool& pool, const OutputRows& rows, float* logits, std::ptrdiff_t row);

    /// losses[r] = -log softmax(logits(r))[targets[r]], nats.
    void losses(ThreadPool& pool, const OutputRows& rows, std::span<const TokenId> targets,
                float* losses, const LikelyRows& likely = {});

    /// The same, with the gradients of the sum of the losses over `all_rows`, which is their mean
    /// when these are all rows: `grad_hidden` (R, H, leading dimension as `rows`) is overwritten,
    /// weight and bias gradients go to their place in `gradients`. Where teachers are heard the
    /// gradients are those of the loss of `TeachingConfig`; `losses` are those of the targets.
    void backward(ThreadPool& pool, const OutputRows& rows, std::int64_t all_rows,
                  std::span<const TokenId> targets, float* losses, float* grad_hidden,
                  float* gradients, const LikelyRows& likely = {}, const TaughtRows& taught = {});

private:
    /// Calls work(first, last) for a few of the `count` rows of a piece at a time.
    template <typename Work>
    void for_few_rows(ThreadPool& pool, std::int64_t count, Work work) const;
    MatrixRows product(const OutputRows& rows, float* logits, std::ptrdiff_t row) const;

    std::int64_t vocabulary_size_;
    WeightMatrix weight_;
    const StoredParameter* bias_;
    const float* bias_values_;
    std::ptrdiff_t logits_row_;
    std::int64_t piece_rows_;
    Buffer logits_;  // (piece_rows_, V)
};

}  // namespace carousel
