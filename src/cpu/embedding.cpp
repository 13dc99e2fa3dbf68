#include "cpu/embedding.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace carousel {

namespace {

constexpr auto k_absent = std::numeric_limits<std::uint32_t>::max();

}  // namespace

InputTable::InputTable(const LanguageModel& model, std::int64_t positions, bool training)
    : model_(&model),
      embedding_row_(leading_dimension(model.config().embedding_size)),
      table_row_(gates_row_length(model.config())) {
    const auto v = model.config().vocabulary_size;
    const auto rows = std::min(v, positions);
    row_of_.assign(static_cast<std::size_t>(v), k_absent);
    distinct_.reserve(static_cast<std::size_t>(rows));
    positions_.reserve(static_cast<std::size_t>(positions));
    embedded_ = Buffer(rows * embedding_row_);
    const auto& cell = cell_shape(model.config().cell);
    if (has_input_table(cell)) table_ = Buffer(rows * table_row_);
    if (is_normalized(cell)) {
        sums_ = Buffer(rows * sums_row_length(cell.input, model.config().hidden_size));
        scales_ = Buffer(rows);
    }
    if (training) {
        if (has_input_table(cell)) grad_table_ = Buffer(rows * table_row_);
        grad_embedded_ = Buffer(rows * embedding_row_);
    }
}

void InputTable::compute(ThreadPool& pool, std::span<const TokenId> ids, const float* mask) {
    for (const auto id : distinct_) row_of_[id] = k_absent;
    distinct_.clear();
    for (const auto id : ids) {
        if (row_of_[id] != k_absent) continue;
        row_of_[id] = static_cast<std::uint32_t>(distinct_.size());
        distinct_.push_back(id);
    }
    locate(ids);
    const auto& parameters = model_->parameters();
    const auto layer = parameters.layer(0);
    const auto size = model_->config().embedding_size;
    for (std::size_t r = 0; r < distinct_.size(); ++r) {
        const float* from = model_->values(parameters.embedding()) + distinct_[r] * embedding_row_;
        float* to = embedded_.data() + static_cast<std::ptrdiff_t>(r) * embedding_row_;
        const float factor = mask != nullptr ? mask[distinct_[r]] : 1.0F;
        for (std::int64_t k = 0; k < size; ++k) to[k] = from[k] * factor;
    }
    if (table_.size() == 0) return;
    const auto& cell = cell_shape(model_->config().cell);
    const auto inputs = embedded_rows();
    multiply_inputs(pool, inputs, model_->values(*layer.input_weight),
                    is_normalized(cell) ? nullptr : model_->values(*layer.bias),
                    product_columns(cell, cell.input, table_rows(table_), sums()));
    if (is_normalized(cell))
        normalization().forward_table(pool, sums(), table_rows(table_), inputs.count);
}

void InputTable::locate(std::span<const TokenId> ids) {
    positions_.clear();
    for (const auto id : ids) positions_.push_back(row_of_[id]);
}

Rows InputTable::embedded_rows() const {
    return {embedded_.data(), embedding_row_, model_->config().embedding_size,
            static_cast<std::int64_t>(distinct_.size())};
}

GateRows InputTable::table_rows(Buffer& table) const {
    return {table.data(), table_row_, panels_for(model_->config().hidden_size),
            cell_shape(model_->config().cell).gates};
}

NormalizedRows InputTable::sums() {
    const auto& config = model_->config();
    return {sums_.data(), sums_row_length(cell_shape(config.cell).input, config.hidden_size),
            scales_.data()};
}

LayerNormalization InputTable::normalization() const {
    const auto weights = recurrent_weights_of(*model_, 0);
    return {cell_shape(model_->config().cell), model_->config().hidden_size, weights.gain,
            weights.bias};
}

GatheredRows InputTable::rows() const {
    return {table_.data(), table_row_, positions_.data()};
}

GatheredRows InputTable::embeddings() const {
    return {embedded_.data(), embedding_row_, positions_.data()};
}

void InputTable::sum_positions(ThreadPool& pool, const float* rows, std::ptrdiff_t row,
                               std::int64_t panels, float* out, std::ptrdiff_t out_row) const {
    // Each member sums its own columns over all positions.
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(panels, pool.size(), member);
        const auto begin = first * k_panel, count = (last - first) * k_panel;
        for (std::size_t r = 0; r < distinct_.size(); ++r) {
            std::memset(out + static_cast<std::ptrdiff_t>(r) * out_row + begin, 0,
                        static_cast<std::size_t>(count) * sizeof(float));
        }
        for (std::size_t i = 0; i < positions_.size(); ++i) {
            kernels().add(out + positions_[i] * out_row + begin,
                          rows + static_cast<std::ptrdiff_t>(i) * row + begin, count);
        }
    });
}

void InputTable::backward(ThreadPool& pool, const float* grad_gates, std::ptrdiff_t grad_row,
                          const float* mask, const float* input_transposed,
                          const GainGradients& gain, float* gradients) {
    const auto& cell = cell_shape(model_->config().cell);
    const auto rows = static_cast<std::int64_t>(distinct_.size());
    sum_positions(pool, grad_gates, grad_row, table_rows(table_).blocks * cell.gates,
                  grad_table_.data(), table_row_);
    const auto layer = model_->parameters().layer(0);
    const auto size = model_->config().embedding_size;
    const GradientTarget target{embedded_.data(), embedding_row_, size,
                                gradients + layer.input_weight->offset};
    if (is_normalized(cell))
        normalization().backward_table(pool, sums(), table_rows(grad_table_), rows, gain);
    const auto from = product_columns(cell, cell.input, table_rows(grad_table_), sums());
    auto gradient =
        gate_gradient(from, rows, is_normalized(cell) ? nullptr : gradients + layer.bias->offset);
    gradient.targets = {&target, 1};
    weight_gradient(pool, gradient);
    return_to_inputs(pool, from, input_transposed, grad_embedded_.data(), embedded_rows());
    return_to_embedding(mask, gradients);
}

void InputTable::backward_embeddings(ThreadPool& pool, const float* grad_inputs, const float* mask,
                                     float* gradients) {
    sum_positions(pool, grad_inputs, embedding_row_, panels_for(model_->config().embedding_size),
                  grad_embedded_.data(), embedding_row_);
    return_to_embedding(mask, gradients);
}

void InputTable::return_to_embedding(const float* mask, float* gradients) const {
    const auto& parameters = model_->parameters();
    const auto size = model_->config().embedding_size;
    float* grad_embedding = gradients + parameters.embedding().offset;
    std::memset(grad_embedding, 0,
                static_cast<std::size_t>(parameters.embedding().stored) * sizeof(float));
    for (std::size_t r = 0; r < distinct_.size(); ++r) {
        const float* from = grad_embedded_.data() + static_cast<std::ptrdiff_t>(r) * embedding_row_;
        float* to = grad_embedding + distinct_[r] * embedding_row_;
        const float factor = mask != nullptr ? mask[distinct_[r]] : 1.0F;
        for (std::int64_t k = 0; k < size; ++k) to[k] = from[k] * factor;
    }
}

}  // namespace carousel
