#include "cpu/input_table.hpp"

#include <cstring>

namespace carousel {

InputTable::InputTable(const LayerContext& context, LayerNormalization* normalization)
    : activations_(&context.activations),
      embedding_(context.embedding),
      normalization_(normalization),
      // In 8 bits too the table is that of single precision.
      weight_(context.model, *context.parameters.input_weight, context.use.without_8_bits()),
      bias_(context.parameters.bias),
      bias_values_(context.values(bias_)),
      table_(embedding_->capacity() * activations_->gates_row()),
      grad_table_(context.trains() ? table_.size() : 0) {
    if (normalization_ != nullptr) {
        sums_ = NormalizedSums(embedding_->capacity(), context.cell().input,
                               activations_->hidden_size());
    }
}

GateRows InputTable::rows_of(Buffer& table) const {
    return {table.data(), activations_->gates_row(), activations_->blocks(),
            activations_->cell().gates};
}

GateColumns InputTable::columns_of(Buffer& table) {
    if (normalization_ != nullptr) return sums_.columns();
    return {rows_of(table), activations_->cell().input};
}

void InputTable::forward_before(ThreadPool& pool) {
    if (look_ups_ == embedding_->look_ups()) return;
    look_ups_ = embedding_->look_ups();
    const auto inputs = embedding_->distinct();
    if (normalization_ != nullptr) {
        multiply_inputs(pool, inputs, weight_, nullptr, columns_of(table_));
        normalization_->forward_table(pool, sums_.rows(), rows_of(table_), inputs.count);
        return;
    }
    const auto columns = columns_of(table_);
    multiply_inputs(pool, inputs, weight_, bias_values_, columns);
    if (columns.count() == columns.rows.blocks * columns.rows.gates) return;
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(inputs.count, pool.size(), member);
        start_unfed_gates({columns.rows.from(first), columns.range}, last - first,
                          {0, activations_->blocks()}, bias_values_);
    });
}

// Copies the rows of the positions to the gates of the member's streams and units.
void InputTable::forward_step(std::int64_t t, const Member& member) {
    const auto table = embedding_->gathered(table_, activations_->gates_row());
    const auto block = activations_->cell().gates * k_panel;
    const auto first = member.blocks().begin * block;
    const auto bytes = static_cast<std::size_t>(member.blocks().size() * block) * sizeof(float);
    for (auto b = member.streams().begin; b < member.streams().end; ++b) {
        std::memcpy(activations_->gates(t, b) + first,
                    table.at(t * activations_->streams() + b) + first, bytes);
    }
}

void InputTable::backward_before(ThreadPool& pool, ActivationGradients&, float* gradients) {
    const auto inputs = embedding_->distinct();
    const auto row = activations_->gates_row();
    embedding_->sum_positions(pool, activations_->gates(0, 0), row,
                              activations_->blocks() * activations_->cell().gates,
                              grad_table_.data(), row);
    if (normalization_ != nullptr)
        normalization_->backward_table(pool, sums_.rows(), rows_of(grad_table_), inputs.count);
    const auto columns = columns_of(grad_table_);
    const auto target = weight_.target(inputs.values, inputs.row, gradients);
    auto pass = gate_gradient(columns, inputs.count,
                              normalization_ != nullptr ? nullptr : gradients + bias_->offset);
    pass.targets = {&target, 1};
    weight_gradient(pool, pass);
    return_to_inputs(pool, columns, weight_, embedding_->grad_distinct(), inputs);
    embedding_->backward(gradients);
}

}  // namespace carousel
