#include "cpu/output_layer.hpp"

#include <algorithm>

#include "cpu/matmul.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_piece_floats = std::int64_t{1} << 21;  // 8 MB of logits
constexpr std::int64_t k_task_rows = 48;

}  // namespace

OutputLayer::OutputLayer(const LanguageModel& model, std::int64_t rows)
    : model_(&model),
      logits_row_(leading_dimension(model.config().vocabulary_size)),
      piece_rows_(std::min(rows, std::max<std::int64_t>(64, k_piece_floats / logits_row_))),
      logits_(piece_rows_ * logits_row_) {}

PanelProduct OutputLayer::product(const OutputRows& rows, float* logits, std::ptrdiff_t row) const {
    const auto& config = model_->config();
    const auto& parameters = model_->parameters();
    return {.a = rows.hidden,
            .a_row = rows.row,
            .a_depth = 1,
            .w = model_->values(parameters.output_weight()),
            .w_panel = config.hidden_size * k_panel,
            .c = logits,
            .c_row = row,
            .c_panel = k_panel,
            .rows = rows.count,
            .panels = panels_for(config.vocabulary_size),
            .depth = config.hidden_size,
            .start = model_->values(parameters.output_bias())};
}

void OutputLayer::logits(ThreadPool& pool, const OutputRows& rows, float* logits,
                         std::ptrdiff_t row) const {
    multiply(pool, product(rows, logits, row));
}

void OutputLayer::losses(ThreadPool& pool, const OutputRows& rows, std::span<const TokenId> targets,
                         float* losses) {
    const auto& kernel = kernels();
    for (std::int64_t piece = 0; piece < rows.count; piece += piece_rows_) {
        const auto count = std::min(piece_rows_, rows.count - piece);
        pool.for_each((count + k_task_rows - 1) / k_task_rows, [&](std::int64_t task) {
            const auto first = task * k_task_rows, last = std::min(count, first + k_task_rows);
            float* logits = logits_.data() + first * logits_row_;
            kernel.product(
                product({rows.hidden + (piece + first) * rows.row, rows.row, last - first}, logits,
                        logits_row_));
            for (auto r = first; r < last; ++r, logits += logits_row_) {
                const auto target = targets[static_cast<std::size_t>(piece + r)];
                losses[piece + r] = kernel.softmax_cross_entropy(
                    {logits, model_->config().vocabulary_size, target, 0.0F});
            }
        });
    }
}

void OutputLayer::backward(ThreadPool& pool, const OutputRows& rows,
                           std::span<const TokenId> targets, const float* weight_transposed,
                           float* losses, float* grad_hidden, float* gradients) {
    const auto& kernel = kernels();
    const auto& config = model_->config();
    const auto& parameters = model_->parameters();
    const auto panels = panels_for(config.vocabulary_size);
    const float scale = 1.0F / static_cast<float>(rows.count);
    for (std::int64_t piece = 0; piece < rows.count; piece += piece_rows_) {
        const auto count = std::min(piece_rows_, rows.count - piece);
        const float* hidden = rows.hidden + piece * rows.row;
        pool.for_each((count + k_task_rows - 1) / k_task_rows, [&](std::int64_t task) {
            const auto first = task * k_task_rows, last = std::min(count, first + k_task_rows);
            float* logits = logits_.data() + first * logits_row_;
            kernel.product(
                product({hidden + first * rows.row, rows.row, last - first}, logits, logits_row_));
            for (auto r = first; r < last; ++r) {
                const auto target = targets[static_cast<std::size_t>(piece + r)];
                losses[piece + r] = kernel.softmax_cross_entropy(
                    {logits + (r - first) * logits_row_, config.vocabulary_size, target, scale});
            }
            kernel.product({.a = logits,
                            .a_row = logits_row_,
                            .a_depth = 1,
                            .w = weight_transposed,
                            .w_panel = panels * k_panel * k_panel,
                            .c = grad_hidden + (piece + first) * rows.row,
                            .c_row = rows.row,
                            .c_panel = k_panel,
                            .rows = last - first,
                            .panels = panels_for(config.hidden_size),
                            .depth = panels * k_panel});
        });
        const GradientTarget target{hidden, rows.row, config.hidden_size,
                                    gradients + parameters.output_weight().offset};
        weight_gradient(pool, {.grad_outputs = logits_.data(),
                               .grad_row = logits_row_,
                               .rows = count,
                               .panels = panels,
                               .targets = {&target, 1},
                               .bias = gradients + parameters.output_bias().offset,
                               .accumulate = piece > 0});
    }
}

}  // namespace carousel
