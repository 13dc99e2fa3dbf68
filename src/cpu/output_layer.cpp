#include "cpu/output_layer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/matmul.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_piece_floats = std::int64_t{1} << 21;  // 8 MB of logits
constexpr std::int64_t k_rows_of_task = 48;

// From logits to probabilities: the loss of the target says what all of them sum to.
void to_probabilities(std::span<LikelySymbol> likely, float target_logit, float loss) {
    for (auto& [id, value] : likely) value = std::exp(value - target_logit - loss);
}

// The loss of a row, and its likeliest symbols, as many as there is room for.
float loss_of(const SoftmaxCrossEntropy& row, std::span<LikelySymbol> likely) {
    const float target_logit = row.logits[row.target];
    find_likeliest({row.logits, static_cast<std::size_t>(row.vocabulary_size)}, likely);
    const float loss = kernels().softmax_cross_entropy(row);
    to_probabilities(likely, target_logit, loss);
    return loss;
}

// The gradient of a row by its logits becomes that of the loss of both, text and teachers. The
// teachers' part has to be found from the logits, which `loss_of` replaces.
class Lesson {
public:
    Lesson(const TaughtRows& taught, std::int64_t row, std::int64_t vocabulary_size)
        : expected_(taught.expected == nullptr ? nullptr : taught.expected + row * vocabulary_size),
          teaching_(taught.teaching),
          vocabulary_size_(vocabulary_size) {}

    void hear(const float* logits) {
        if (expected_ == nullptr) return;
        const auto end = padded(vocabulary_size_);
        auto& own = probabilities();
        own.resize(static_cast<std::size_t>(end));
        std::copy_n(logits, vocabulary_size_, own.begin());
        kernels().softmax(own.data(), vocabulary_size_, 1 / teaching_.temperature);
    }

    void add_to(float* gradient, float scale) const {
        if (expected_ == nullptr) return;
        const auto& own = probabilities();
        const float rest = 1 - teaching_.share,
                    factor = scale * teaching_.share * teaching_.temperature;
        for (std::int64_t j = 0; j < vocabulary_size_; ++j) {
            const auto difference = own[static_cast<std::size_t>(j)] - expected_[j];
            gradient[j] = rest * gradient[j] + factor * difference;
        }
    }

private:
    static std::vector<float>& probabilities() {
        thread_local std::vector<float> own;  // at the temperature
        return own;
    }

    const float* expected_;
    TeachingConfig teaching_;
    std::int64_t vocabulary_size_;
};

}  // namespace

OutputLayer::OutputLayer(const LanguageModel& model, std::int64_t rows, ModelUse use)
    : vocabulary_size_(model.config().vocabulary_size),
      weight_(model, model.parameters().output_weight(), use),
      bias_(&model.parameters().output_bias()),
      bias_values_(model.values(*bias_)),
      logits_row_(leading_dimension(vocabulary_size_)),
      piece_rows_(std::min(rows, std::max<std::int64_t>(64, k_piece_floats / logits_row_))),
      logits_(piece_rows_ * logits_row_) {}

MatrixRows OutputLayer::product(const OutputRows& rows, float* logits, std::ptrdiff_t row) const {
    return {.in = rows.hidden,
            .in_row = rows.row,
            .out = logits,
            .out_row = row,
            .rows = rows.count,
            .start = bias_values_};
}

void OutputLayer::logits(ThreadPool& pool, const OutputRows& rows, float* logits,
                         std::ptrdiff_t row) {
    weight_.multiply(pool, product(rows, logits, row));
}

template <typename Work>
void OutputLayer::for_few_rows(ThreadPool& pool, std::int64_t count, Work work) const {
    pool.for_each((count + k_rows_of_task - 1) / k_rows_of_task, [&](std::int64_t task) {
        const auto first = task * k_rows_of_task;
        work(first, std::min(count, first + k_rows_of_task));
    });
}

void OutputLayer::losses(ThreadPool& pool, const OutputRows& rows, std::span<const TokenId> targets,
                         float* losses, const LikelyRows& likely) {
    for (std::int64_t piece = 0; piece < rows.count; piece += piece_rows_) {
        const auto count = std::min(piece_rows_, rows.count - piece);
        for_few_rows(pool, count, [&](std::int64_t first, std::int64_t last) {
            float* logits = logits_.data() + first * logits_row_;
            weight_.multiply(
                product({rows.hidden + (piece + first) * rows.row, rows.row, last - first}, logits,
                        logits_row_),
                weight_.all_panels());
            for (auto r = first; r < last; ++r, logits += logits_row_) {
                losses[piece + r] = loss_of(
                    {logits, vocabulary_size_, targets[static_cast<std::size_t>(piece + r)], 0.0F},
                    likely.row(piece + r));
            }
        });
    }
}

void OutputLayer::backward(ThreadPool& pool, const OutputRows& rows, std::int64_t all_rows,
                           std::span<const TokenId> targets, float* losses, float* grad_hidden,
                           float* gradients, const LikelyRows& likely, const TaughtRows& taught) {
    const float scale = 1.0F / static_cast<float>(all_rows);
    for (std::int64_t piece = 0; piece < rows.count; piece += piece_rows_) {
        const auto count = std::min(piece_rows_, rows.count - piece);
        const float* hidden = rows.hidden + piece * rows.row;
        for_few_rows(pool, count, [&](std::int64_t first, std::int64_t last) {
            float* logits = logits_.data() + first * logits_row_;
            weight_.multiply(
                product({hidden + first * rows.row, rows.row, last - first}, logits, logits_row_),
                weight_.all_panels());
            for (auto r = first; r < last; ++r) {
                float* const row = logits + (r - first) * logits_row_;
                Lesson lesson(taught, piece + r, vocabulary_size_);
                lesson.hear(row);
                losses[piece + r] = loss_of(
                    {row, vocabulary_size_, targets[static_cast<std::size_t>(piece + r)], scale},
                    likely.row(piece + r));
                lesson.add_to(row, scale);
            }
            weight_.multiply_transposed({.in = logits,
                                         .in_row = logits_row_,
                                         .out = grad_hidden + (piece + first) * rows.row,
                                         .out_row = rows.row,
                                         .rows = last - first},
                                        weight_.all_inputs());
        });
        const auto target = weight_.target(hidden, rows.row, gradients);
        weight_gradient(pool, {.grad_outputs = logits_.data(),
                               .grad_row = logits_row_,
                               .rows = count,
                               .panels = weight_.panels(),
                               .targets = {&target, 1},
                               .bias = gradients + bias_->offset,
                               .accumulate = piece > 0});
    }
}

}  // namespace carousel
