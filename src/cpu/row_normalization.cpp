#include "cpu/row_normalization.hpp"

#include <algorithm>

#include "cpu/activations.hpp"
#include "cpu/cell_steps.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

namespace {

// Rows of a task. Each task adds up the gradient of γ of its own rows: the shares do not depend on
// the team.
constexpr std::int64_t k_share = 32;

std::int64_t shares_of(std::int64_t rows) {
    return (rows + k_share - 1) / k_share;
}

}  // namespace

RowNormalization::RowNormalization(const LanguageModel& model, const StoredParameter& gain,
                                   std::int64_t most_rows)
    : units_(model.config().hidden_size),
      row_(hidden_row_length(model.config())),
      gain_(&gain),
      gain_values_(model.values(gain)),
      zeros_(row_),
      grad_gain_(shares_of(most_rows) * gain.stored) {}

void RowNormalization::forward(ThreadPool& pool, const float* in, NormalizedVectors& to,
                               std::int64_t count) const {
    pool.for_each(shares_of(count), [&](std::int64_t share) {
        const auto first = share * k_share, rows = std::min(k_share, count - first);
        std::copy_n(in + first * row_, rows * row_, to.normalized.data() + first * row_);
        kernels().normalize({.values = to.normalized.data() + first * row_,
                             .values_row = row_,
                             .scales = to.scales.data() + first,
                             .gain = gain_values_,
                             .gain_block = k_panel,
                             .start = zeros_.data(),
                             .gates = to.outputs.data() + first * row_,
                             .gates_row = row_,
                             .gates_block = k_panel,
                             .rows = rows,
                             .units = units_,
                             .width = 1});
    });
}

void RowNormalization::backward(ThreadPool& pool, const float* grad, NormalizedVectors& from,
                                float* sum, std::int64_t count, float* gradients) {
    const auto shares = shares_of(count);
    std::fill_n(grad_gain_.data(), shares * gain_->stored, 0.0F);
    pool.for_each(shares, [&](std::int64_t share) {
        const auto first = share * k_share, rows = std::min(k_share, count - first);
        float* values = from.normalized.data() + first * row_;
        kernels().normalize_backward({.values = values,
                                      .values_row = row_,
                                      .scales = from.scales.data() + first,
                                      .gain = gain_values_,
                                      .gain_block = k_panel,
                                      .grad_gates = grad + first * row_,
                                      .gates_row = row_,
                                      .gates_block = k_panel,
                                      .grad_gain = grad_gain_.data() + share * gain_->stored,
                                      .grad_gain_row = 0,
                                      .rows = rows,
                                      .units = units_,
                                      .width = 1});
        kernels().add(sum + first * row_, values, rows * row_);
    });
    sum_rows(*gain_, grad_gain_.data(), shares, gradients);
}

}  // namespace carousel
