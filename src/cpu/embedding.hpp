#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "cpu/activations.hpp"
#include "cpu/buffer.hpp"
#include "cpu/gate_products.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/weight_matrix.hpp"

namespace carousel {

/// The embeddings of a window's symbols: one row for each distinct symbol, and for each position
/// the number of its row. It knows nothing of the net that reads them.
class Embedding {
public:
    /// For windows of at most `positions` symbols. The model's weights may change between calls.
    Embedding(const LanguageModel& model, std::int64_t positions, ModelUse use);

    /// Makes the rows that `ids` need. `mask` (V) multiplies each symbol's embedding (dropout of
    /// whole characters) until the next call, or is null.
    void look_up(std::span<const TokenId> ids, const float* mask);
    /// Points the positions of a window to rows that an earlier call made for these symbols.
    void locate(std::span<const TokenId> ids);

    std::int64_t capacity() const { return capacity_; }   ///< the most rows there can be
    std::uint64_t look_ups() const { return look_ups_; }  ///< how often rows were made
    Rows distinct() const;                                ///< (distinct symbols, E)
    GatheredRows rows() const;                            ///< (T, B, E)
    GatheredRows gathered(const Buffer& table, std::ptrdiff_t row) const;  ///< of other rows

    /// Row r of `out` = the sum of `rows` of those positions that have row r, in their order; all
    /// of `panels` panels.
    void sum_positions(ThreadPool& pool, const float* rows, std::ptrdiff_t row, std::int64_t panels,
                       float* out, std::ptrdiff_t out_row) const;

    /// The gradients of the distinct rows, to be filled, and from them that of the parameter.
    float* grad_distinct() { return grad_embedded_.data(); }
    void backward(float* gradients) const;
    /// The same from the gradients of the positions, (T, B, E) with rows as `distinct`.
    void backward(ThreadPool& pool, const float* grad_positions, float* gradients);

private:
    const LanguageModel* model_;
    std::int64_t size_, capacity_;
    std::ptrdiff_t row_;
    std::vector<TokenId> distinct_;         // row → symbol
    std::vector<std::uint32_t> row_of_;     // symbol → row, k_absent when it has none
    std::vector<std::uint32_t> positions_;  // position → row
    const float* mask_ = nullptr;
    std::uint64_t look_ups_ = 0;
    Buffer embedded_, grad_embedded_;
};

}  // namespace carousel
