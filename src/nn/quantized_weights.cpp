#include "nn/quantized_weights.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/kernels.hpp"
#include "nn/quantization.hpp"

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

void QuantizedMatrix::multiply_add(const std::uint8_t* activations, float* out) const {
    kernels().quantized_product({.activations = activations,
                                 .w = values_.data(),
                                 .scales = scales_.data(),
                                 .offsets = offsets_.data(),
                                 .c = out,
                                 .panels = panels_,
                                 .groups = groups_});
}

QuantizedWeights::QuantizedWeights(const LanguageModel& model)
    : output_(model.values(model.parameters().output_weight()),
              panels_for(model.config().vocabulary_size), model.config().hidden_size),
      activations_(static_cast<std::size_t>(padded(model.config().hidden_size))) {
    const auto& config = model.config();
    const auto gate_panels = panels_for(config.hidden_size) * cell_shape(config.cell).gates;
    for (std::int64_t l = 0; l < config.layers; ++l) {
        const auto& parameters = model.parameters();
        if (l > 0)
            input_.emplace_back(model.values(parameters.input_weight(l)), gate_panels,
                                config.hidden_size);
        recurrent_.emplace_back(model.values(parameters.recurrent_weight(l)), gate_panels,
                                config.hidden_size);
    }
}

void QuantizedWeights::forward_layer(const LanguageModel& model, std::int64_t layer_index,
                                     const LayerWindow& layer, const float* inputs) {
    const auto& kernel = kernels();
    const auto at = static_cast<std::size_t>(layer_index);
    const float* bias = model.values(model.parameters().bias(layer_index));
    const auto columns = panels_for(layer.hidden_size) * cell_shape(layer.cell).gates * k_panel;
    for (std::int64_t t = 0; t < layer.window; ++t) {
        for (std::int64_t b = 0; b < layer.batch_size; ++b) {
            const auto position = t * layer.batch_size + b;
            float* gates = layer.gates_at(t, b);
            const float* start =
                layer_index == 0 ? layer.start.rows + layer.start.index[position] * layer.start.row
                                 : bias;
            std::memcpy(gates, start, static_cast<std::size_t>(columns) * sizeof(float));
            if (layer_index > 0) {
                kernel.quantize_activations(inputs + position * layer.state_row, layer.hidden_size,
                                            activations_.data());
                input_[at - 1].multiply_add(activations_.data(), gates);
            }
            kernel.quantize_activations(layer.hidden + layer.state_offset(t, b), layer.hidden_size,
                                        activations_.data());
            recurrent_[at].multiply_add(activations_.data(), gates);
            kernel.cell(layer.cell)
                .forward({.gates = gates,
                          .gates_row = layer.gates_row,
                          .cell_before = layer.cell_states + layer.state_offset(t, b),
                          .cell = layer.cell_states + layer.state_offset(t + 1, b),
                          .cell_row = layer.state_row,
                          .hidden = layer.hidden + layer.state_offset(t + 1, b),
                          .hidden_row = layer.state_row,
                          .rows = 1,
                          .blocks = panels_for(layer.hidden_size)});
        }
    }
}

void QuantizedWeights::logits(const LanguageModel& model, const float* hidden, std::ptrdiff_t row,
                              std::int64_t count, float* logits, std::ptrdiff_t logits_row) {
    const float* bias = model.values(model.parameters().output_bias());
    for (std::int64_t r = 0; r < count; ++r) {
        std::copy_n(bias, padded(model.config().vocabulary_size), logits + r * logits_row);
        kernels().quantize_activations(hidden + r * row, model.config().hidden_size,
                                       activations_.data());
        output_.multiply_add(activations_.data(), logits + r * logits_row);
    }
}

}  // namespace carousel
