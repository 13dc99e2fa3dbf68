#include "cpu/quantized_weights.hpp"

#include <algorithm>

#include "cpu/attention.hpp"
#include "cpu/layer_forward.hpp"
#include "cpu/mogrifier.hpp"
#include "kernels/kernels.hpp"
#include "model/quantization.hpp"

namespace carousel {

QuantizedMatrix::QuantizedMatrix(const float* panels_data, std::int64_t panels, std::int64_t depth)
    : panels_(panels),
      groups_((depth + 3) / 4),
      values_(static_cast<std::size_t>(panels * groups_ * 4 * k_panel)),
      scales_(static_cast<std::size_t>(panels * k_panel)),
      offsets_(static_cast<std::size_t>(panels * k_panel)) {
    std::vector<float> column(static_cast<std::size_t>(depth));
    for (std::int64_t p = 0; p < panels; ++p) {
        for (std::int64_t j = 0; j < k_panel; ++j) {
            for (std::int64_t k = 0; k < depth; ++k) {
                column[static_cast<std::size_t>(k)] = panels_data[(p * depth + k) * k_panel + j];
            }
            const auto quantized = quantize_row(column);
            std::int32_t sum = 0;
            for (std::int64_t k = 0; k < depth; ++k) {
                const auto value = quantized.values[static_cast<std::size_t>(k)];
                values_[static_cast<std::size_t>(((p * groups_ + k / 4) * k_panel + j) * 4 +
                                                 k % 4)] = value;
                sum += value;
            }
            const auto n = static_cast<std::size_t>(p * k_panel + j);
            scales_[n] = quantized.scale / 63.0F;  // activations count in steps of 1 / 63
            offsets_[n] = 64 * sum;                // and have their zero at 64
        }
    }
}

void QuantizedVector::take(const float* vector, std::int64_t size) {
    scale = kernels().quantize_activations(vector, size, values.data());
}

void QuantizedMatrix::multiply_add(const QuantizedVector& x, float* out, Range panels) const {
    kernels().quantized_product({.activations = x.values.data(),
                                 .activation_scale = x.scale,
                                 .w = values_.data() + panels.begin * groups_ * 4 * k_panel,
                                 .scales = scales_.data() + panels.begin * k_panel,
                                 .offsets = offsets_.data() + panels.begin * k_panel,
                                 .c = out,
                                 .panels = panels.size(),
                                 .groups = groups_});
}

QuantizedWeights::QuantizedWeights(const LanguageModel& model)
    : output_(model.values(model.parameters().output_weight()),
              panels_for(model.config().vocabulary_size), model.config().hidden_size),
      activations_{std::vector<std::uint8_t>(static_cast<std::size_t>(
          padded(std::max(model.config().hidden_size, model.config().embedding_size))))} {
    const bool has_table = has_input_table(cell_shape(model.config().cell));
    for (std::int64_t l = 0; l < model.config().layers; ++l) {
        const auto p = model.parameters().layer(l);
        const auto quantized = [&](const Parameter* weight) {
            std::optional<QuantizedMatrix> matrix;
            if (weight != nullptr) {
                const auto depth = weight->shape[1];
                matrix.emplace(model.values(*weight), weight->stored / (depth * k_panel), depth);
            }
            return matrix;
        };
        layers_.push_back({quantized(l > 0 || !has_table ? p.input_weight : nullptr),
                           quantized(p.recurrent_weight), quantized(p.mixed_weight),
                           quantized(p.query), quantized(p.context)});
    }
}

void QuantizedWeights::add_product(const QuantizedMatrix& matrix, std::span<const float> vector,
                                   const GateColumns& to) {
    activations_.take(vector.data(), static_cast<std::int64_t>(vector.size()));
    const auto group = to.group();
    if (group == 0) return matrix.multiply_add(activations_, to.first());
    for (std::int64_t u = 0; u < to.rows.blocks; ++u) {
        matrix.multiply_add(activations_, to.first() + u * to.block(),
                            {u * group, (u + 1) * group});
    }
}

void QuantizedWeights::forward_layer(const LanguageModel& model, std::int64_t layer_index,
                                     const LayerWindow& layer, const float* inputs) {
    const auto& cell = kernels().cell(layer.cell);
    const auto& weights = layers_[static_cast<std::size_t>(layer_index)];
    const auto p = model.parameters().layer(layer_index);
    const auto columns = layer.blocks() * cell.shape.gates * k_panel;
    const auto step_weights = recurrent_weights_of(model, layer_index);
    const LayerNormalization normalization(cell.shape, layer.hidden_size, step_weights.gain,
                                           step_weights.bias);
    for (std::int64_t t = 0; t < layer.window; ++t) {
        for (std::int64_t b = 0; b < layer.batch_size; ++b) {
            const auto position = t * layer.batch_size + b;
            float* gates = layer.gates_at(t, b);
            const float* start =
                layer.start.rows != nullptr ? layer.start.at(position) : model.values(*p.bias);
            std::copy_n(start, columns, gates);
            const auto row = layer.gate_rows(t, b);
            const auto add = [&](const QuantizedMatrix& matrix, std::span<const float> vector,
                                 const GateRange& range, const NormalizedRows& window,
                                 NormalizedSum which) {
                const auto sums = window.from(position);
                const auto to = product_columns(cell.shape, range, row, sums);
                if (!is_normalized(cell.shape)) return add_product(matrix, vector, to);
                std::fill_n(sums.values, sums.row, 0.0F);
                add_product(matrix, vector, to);
                normalization.forward(which, sums, row, 1);
            };
            const auto units = static_cast<std::size_t>(layer.hidden_size);
            float* before = layer.hidden + layer.hidden_offset(t, b);
            std::span<const float> input, past(before, units);
            if (layer_index > 0) input = {inputs + position * layer.hidden_row, units};
            if (layer.mogrifier != nullptr) {
                layer.mogrifier->run(layer, t, {b, b + 1});
                input = {layer.mogrifier->input(layer, t, b),
                         static_cast<std::size_t>(layer.mogrifier->input_size())};
                past = {layer.mogrifier->recurrent(layer, t, b), units};
            }
            if (weights.input) {
                add(*weights.input, input, cell.shape.input, layer.normalized.input,
                    NormalizedSum::input);
            }
            if (weights.recurrent) {
                add(*weights.recurrent, past, cell.shape.recurrent, layer.normalized.recurrent,
                    NormalizedSum::recurrent);
            }
            const auto step = forward_step(layer, t, {b, b + 1}, {0, layer.blocks()}, step_weights);
            if (cell.mix_forward != nullptr) {
                auto mix = step;
                mix.hidden = layer.mixed + layer.hidden_offset(t, b);
                cell.mix_forward(mix);
                if (weights.mixed) {
                    add_product(*weights.mixed, {mix.hidden, units}, {row, cell.shape.mixed});
                } else {
                    normalization.forward(NormalizedSum::mixed,
                                          layer.normalized.mixed.from(position), row, 1);
                }
            }
            cell.forward(step);
            if (weights.query) look_back(weights, model.values(*p.distance), layer, t, b);
        }
    }
}

void QuantizedWeights::look_back(const Layer& weights, const float* distance,
                                 const LayerWindow& layer, std::int64_t t, std::int64_t b) {
    const auto at = layer.hidden_offset(t, b), units = layer.blocks() * k_panel;
    const float* hidden = layer.hidden + layer.hidden_offset(t + 1, b);
    float *query = layer.attention.queries + at, *output = layer.output + at;
    std::fill_n(query, units, 0.0F);
    activations_.take(hidden, layer.hidden_size);
    weights.query->multiply_add(activations_, query);
    attend(layer, distance, t, b);
    std::copy_n(hidden, units, output);
    activations_.take(layer.attention.contexts + at, layer.hidden_size);
    weights.context->multiply_add(activations_, output);
}

void QuantizedWeights::logits(const LanguageModel& model, const float* hidden, std::ptrdiff_t row,
                              std::int64_t count, float* logits, std::ptrdiff_t logits_row) {
    const float* bias = model.values(model.parameters().output_bias());
    for (std::int64_t r = 0; r < count; ++r) {
        std::copy_n(bias, padded(model.config().vocabulary_size), logits + r * logits_row);
        activations_.take(hidden + r * row, model.config().hidden_size);
        output_.multiply_add(activations_, logits + r * logits_row);
    }
}

}  // namespace carousel
