#include "cpu/attention.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/layer_forward.hpp"
#include "cpu/matmul.hpp"
#include "cpu/step_matrices.hpp"

namespace carousel {

namespace {

std::int64_t positions(const LayerWindow& layer) {
    return layer.window * layer.batch_size;
}

// Of scores: 1 / √H, by IEEE operations only.
float scale_of(const LayerWindow& layer) {
    return 1.0F / std::sqrt(static_cast<float>(layer.hidden_size));
}

std::int64_t shares_offset(const LayerWindow& layer, std::int64_t t, std::int64_t b) {
    return (t * layer.batch_size + b) * layer.shape().attention_span;
}

// Calls visit(t, b) for all positions on the whole team; stream by stream, since neighbours in a
// stream read nearly the same outputs.
template <typename Visit>
void for_each_position(ThreadPool& pool, const LayerWindow& layer, Visit visit) {
    pool.run([&](int member) {
        const auto [begin, end] = split_evenly(positions(layer), pool.size(), member);
        for (auto i = begin; i < end; ++i) visit(i % layer.window, i / layer.window);
    });
}

enum class Into : std::uint8_t { nothing, sum };

// out (+)= weight times the vectors of all positions; `depth` numbers of each, rows as `hidden`.
void multiply_positions(ThreadPool& pool, const LayerWindow& layer, const float* vectors,
                        std::int64_t depth, const float* weight, float* out, Into into) {
    multiply(pool, {.a = vectors,
                    .a_row = layer.hidden_row,
                    .a_depth = 1,
                    .w = weight,
                    .w_panel = depth * k_panel,
                    .c = out,
                    .c_row = layer.hidden_row,
                    .c_panel = k_panel,
                    .rows = positions(layer),
                    .panels = layer.blocks(),
                    .depth = depth,
                    .accumulate = into == Into::sum});
}

// Gradient of a matrix of the layer: of the vectors that it read and of what it gave.
void matrix_gradient(ThreadPool& pool, const LayerWindow& layer, const float* vectors,
                     const float* grad_outputs, float* gradient) {
    const GradientTarget target{vectors, layer.hidden_row, layer.hidden_size, gradient};
    weight_gradient(pool, {.grad_outputs = grad_outputs,
                           .grad_row = layer.hidden_row,
                           .rows = positions(layer),
                           .panels = layer.blocks(),
                           .targets = {&target, 1}});
}

}  // namespace

void attend(const LayerWindow& layer, const float* distance, std::int64_t t, std::int64_t b) {
    const auto at = layer.hidden_offset(t, b);
    const auto span = layer.shape().attention_span;
    const float* newest = layer.hidden + at;  // slot t: what was before step t
    float* shares = layer.attention.shares + shares_offset(layer, t, b);
    kernels().row_products({.vector = layer.attention.queries + at,
                            .rows = newest,
                            .row_step = -layer.hidden_offset(1),
                            .start = distance,
                            .out = shares,
                            .scale = scale_of(layer),
                            .count = span,
                            .blocks = layer.blocks()});
    kernels().softmax(shares, span, 1.0F);
    kernels().row_sum({.coefficients = shares,
                       .rows = newest,
                       .row_step = -layer.hidden_offset(1),
                       .out = layer.attention.contexts + at,
                       .count = span,
                       .blocks = layer.blocks()});
}

void forward_attention(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                       const LayerWindow& layer) {
    const auto p = model.parameters().layer(layer_index);
    const float* outputs = layer.hidden + layer.hidden_offset(1);
    multiply_positions(pool, layer, outputs, layer.hidden_size, model.values(*p.query),
                       layer.attention.queries, Into::nothing);
    for_each_position(pool, layer, [&](std::int64_t t, std::int64_t b) {
        attend(layer, model.values(*p.distance), t, b);
        const auto at = layer.hidden_offset(t, b);
        std::copy_n(outputs + at, layer.blocks() * k_panel, layer.output + at);
    });
    multiply_positions(pool, layer, layer.attention.contexts, layer.hidden_size,
                       model.values(*p.context), layer.output, Into::sum);
}

AttentionBackward::AttentionBackward(const LanguageModelConfig& config, std::int64_t window,
                                     std::int64_t batch_size) {
    const auto span = cell_shape(config.cell).attention_span;
    if (span == 0) return;
    const auto units = padded(config.hidden_size);
    grad_contexts_ = Buffer(window * batch_size * hidden_row_length(config));
    grad_queries_ = Buffer(grad_contexts_.size());
    grad_scores_ = Buffer(window * batch_size * span);
    transposed_ = Buffer(units * units);
}

void AttentionBackward::run(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                            const LayerWindow& layer, float* grad, float* gradients) {
    const auto p = model.parameters().layer(layer_index);
    const auto span = layer.shape().attention_span, units = layer.blocks() * k_panel;
    const auto return_through = [&](const Parameter& matrix, const float* grad_outputs, float* out,
                                    Into into) {
        transpose(pool, model.values(matrix), layer.hidden_size, layer.blocks(), transposed_);
        multiply_positions(pool, layer, grad_outputs, units, transposed_.data(), out, into);
    };
    matrix_gradient(pool, layer, layer.attention.contexts, grad, gradients + p.context->offset);
    return_through(*p.context, grad, grad_contexts_.data(), Into::nothing);
    to_scores(pool, layer);
    to_past(pool, layer, grad);
    matrix_gradient(pool, layer, layer.hidden + layer.hidden_offset(1), grad_queries_.data(),
                    gradients + p.query->offset);
    return_through(*p.query, grad_queries_.data(), grad, Into::sum);
    weight_gradient(pool, {.grad_outputs = grad_scores_.data(),
                           .grad_row = span,
                           .rows = positions(layer),
                           .panels = panels_for(span),
                           .targets = {},
                           .bias = gradients + p.distance->offset});
}

// From the gradients of contexts to those of scores and queries.
void AttentionBackward::to_scores(ThreadPool& pool, const LayerWindow& layer) {
    const auto span = layer.shape().attention_span;
    for_each_position(pool, layer, [&](std::int64_t t, std::int64_t b) {
        const auto at = layer.hidden_offset(t, b);
        float* grad_scores = grad_scores_.data() + shares_offset(layer, t, b);
        kernels().row_products({.vector = grad_contexts_.data() + at,
                                .rows = layer.hidden + at,
                                .row_step = -layer.hidden_offset(1),
                                .out = grad_scores,
                                .count = span,
                                .blocks = layer.blocks()});
        kernels().softmax_backward(layer.attention.shares + shares_offset(layer, t, b), grad_scores,
                                   span);
        kernels().row_sum({.coefficients = grad_scores,
                           .scale = scale_of(layer),
                           .rows = layer.hidden + at,
                           .row_step = -layer.hidden_offset(1),
                           .out = grad_queries_.data() + at,
                           .count = span,
                           .blocks = layer.blocks()});
    });
}

// Each output gathers what the steps after it return, in their order: of step t + j, which saw it
// at the distance j.
void AttentionBackward::to_past(ThreadPool& pool, const LayerWindow& layer, float* grad) {
    const auto span = layer.shape().attention_span;
    for_each_position(pool, layer, [&](std::int64_t t, std::int64_t b) {
        const auto count = std::min(span, layer.window - 1 - t);
        if (count == 0) return;
        const auto next = layer.hidden_offset(t + 1, b), shares = shares_offset(layer, t + 1, b);
        RowSum from{.coefficients = layer.attention.shares + shares,
                    .coefficient_step = layer.batch_size * span + 1,
                    .rows = grad_contexts_.data() + next,
                    .row_step = layer.hidden_offset(1),
                    .out = grad + layer.hidden_offset(t, b),
                    .accumulate = true,
                    .count = count,
                    .blocks = layer.blocks()};
        kernels().row_sum(from);
        from.coefficients = grad_scores_.data() + shares;
        from.scale = scale_of(layer);
        from.rows = layer.attention.queries + next;
        kernels().row_sum(from);
    });
}

}  // namespace carousel
