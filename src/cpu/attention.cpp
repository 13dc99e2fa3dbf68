#include "cpu/attention.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

Attention::Attention(const LayerContext& context)
    : activations_(&context.activations),
      span_(context.cell().attention_span),
      // 1 / √H, by IEEE operations only.
      scale_(1.0F / std::sqrt(static_cast<float>(activations_->hidden_size()))),
      query_(context.model, *context.parameters.query, context.use),
      context_(context.model, *context.parameters.context, context.use),
      distance_(context.parameters.distance),
      distance_values_(context.values(distance_)),
      queries_(context.limits.positions * activations_->hidden_row()),
      contexts_(queries_.size()),
      shares_(context.limits.positions * span_),
      grad_scores_(context.trains() ? shares_.size() : 0) {}

void Attention::prepare(ThreadPool& pool) {
    query_.prepare(pool);
    context_.prepare(pool);
}

std::int64_t Attention::shares_offset(std::int64_t t, std::int64_t b) const {
    return (t * activations_->streams() + b) * span_;
}

// Calls visit(t, b) for all positions on the whole team; stream by stream, since neighbours in a
// stream read nearly the same outputs.
template <typename Visit>
void Attention::for_each_position(ThreadPool& pool, Visit visit) const {
    const auto steps = activations_->steps(), count = activations_->positions();
    const auto visit_some = [&](const Range& some) {
        for (auto i = some.begin; i < some.end; ++i) visit(i % steps, i / steps);
    };
    pool.run([&](int member) { visit_some(split_evenly(count, pool.size(), member)); });
}

// The vectors of all positions, rows as h.
MatrixRows Attention::positions(const float* in, float* out) const {
    const auto row = activations_->hidden_row();
    return {.in = in, .in_row = row, .out = out, .out_row = row, .rows = activations_->positions()};
}

void Attention::forward_after(ThreadPool& pool) {
    auto& a = *activations_;
    query_.multiply(pool, positions(a.hidden(1, 0), queries_.data()));
    for_each_position(pool, [&](std::int64_t t, std::int64_t b) {
        attend(t, b);
        std::copy_n(a.hidden(t + 1, b), a.blocks() * k_panel, a.output(t, b));
    });
    auto sum = positions(contexts_.data(), a.output(0, 0));
    sum.accumulate = true;
    context_.multiply(pool, sum);
}

// From the query of a position to its shares and its context.
void Attention::attend(std::int64_t t, std::int64_t b) {
    const auto& a = *activations_;
    const auto at = a.hidden_offset(t, b);
    const float* newest = a.hidden(t, b);  // slot t: what was before step t
    float* shares = shares_.data() + shares_offset(t, b);
    kernels().row_products({.vector = queries_.data() + at,
                            .rows = newest,
                            .row_step = -a.hidden_step(),
                            .start = distance_values_,
                            .out = shares,
                            .scale = scale_,
                            .count = span_,
                            .blocks = a.blocks()});
    kernels().softmax(shares, span_, 1.0F);
    kernels().row_sum({.coefficients = shares,
                       .rows = newest,
                       .row_step = -a.hidden_step(),
                       .out = contexts_.data() + at,
                       .count = span_,
                       .blocks = a.blocks()});
}

void Attention::backward_after(ThreadPool& pool, ActivationGradients& back, float* gradients) {
    float* grad = back.outputs();
    matrix_gradient(pool, context_, contexts_.data(), grad, gradients);
    context_.multiply_transposed(pool, positions(grad, contexts_.data()));
    for_each_position(pool, [&](std::int64_t t, std::int64_t b) { return_to_scores(t, b); });
    for_each_position(pool, [&](std::int64_t t, std::int64_t b) {
        return_to_past(t, b, grad + activations_->hidden_offset(t, b));
    });
    for_each_position(pool, [&](std::int64_t t, std::int64_t b) { return_to_query(t, b); });
    matrix_gradient(pool, query_, activations_->hidden(1, 0), queries_.data(), gradients);
    auto sum = positions(queries_.data(), grad);
    sum.accumulate = true;
    query_.multiply_transposed(pool, sum);
    weight_gradient(pool, {.grad_outputs = grad_scores_.data(),
                           .grad_row = span_,
                           .rows = activations_->positions(),
                           .panels = panels_for(span_),
                           .targets = {},
                           .bias = gradients + distance_->offset});
}

void Attention::matrix_gradient(ThreadPool& pool, const WeightMatrix& matrix, const float* vectors,
                                const float* grad_outputs, float* gradients) const {
    const auto row = activations_->hidden_row();
    const auto target = matrix.target(vectors, row, gradients);
    weight_gradient(pool, {.grad_outputs = grad_outputs,
                           .grad_row = row,
                           .rows = activations_->positions(),
                           .panels = matrix.panels(),
                           .targets = {&target, 1}});
}

void Attention::return_to_scores(std::int64_t t, std::int64_t b) {
    const auto& a = *activations_;
    const auto shares = shares_offset(t, b);
    kernels().row_products({.vector = contexts_.data() + a.hidden_offset(t, b),
                            .rows = a.hidden(t, b),
                            .row_step = -a.hidden_step(),
                            .out = grad_scores_.data() + shares,
                            .count = span_,
                            .blocks = a.blocks()});
    kernels().softmax_backward(shares_.data() + shares, grad_scores_.data() + shares, span_);
}

// Each output gathers what the steps after it return, in their order: of step t + j, which saw it
// at the distance j.
void Attention::return_to_past(std::int64_t t, std::int64_t b, float* grad) {
    const auto& a = *activations_;
    const auto count = std::min(span_, a.steps() - 1 - t);
    if (count == 0) return;
    const auto next = a.hidden_offset(t + 1, b), shares = shares_offset(t + 1, b);
    RowSum from{.coefficients = shares_.data() + shares,
                .coefficient_step = a.streams() * span_ + 1,
                .rows = contexts_.data() + next,
                .row_step = a.hidden_step(),
                .out = grad,
                .accumulate = true,
                .count = count,
                .blocks = a.blocks()};
    kernels().row_sum(from);
    from.coefficients = grad_scores_.data() + shares;
    from.scale = scale_;
    from.rows = queries_.data() + next;
    kernels().row_sum(from);
}

void Attention::return_to_query(std::int64_t t, std::int64_t b) {
    const auto& a = *activations_;
    kernels().row_sum({.coefficients = grad_scores_.data() + shares_offset(t, b),
                       .scale = scale_,
                       .rows = a.hidden(t, b),
                       .row_step = -a.hidden_step(),
                       .out = queries_.data() + a.hidden_offset(t, b),
                       .count = span_,
                       .blocks = a.blocks()});
}

}  // namespace carousel
