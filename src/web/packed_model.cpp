#include "web/packed_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "model/cell_shapes.hpp"
#include "model/parameter.hpp"
#include "model/quantization.hpp"

namespace carousel {

namespace {

static_assert(std::endian::native == std::endian::little);

// What exact matrices may add to a page whose matrices are all in 8 bits.
constexpr std::size_t k_small_page = 256 * 1024;
std::size_t most_bytes(std::size_t rounded) {
    return std::max(rounded + rounded / 2, k_small_page);
}

template <typename Number>
void append(const std::vector<Number>& numbers, std::string& bytes) {
    bytes.append(reinterpret_cast<const char*>(numbers.data()),  // NOLINT: bytes of numbers
                 numbers.size() * sizeof(Number));
}

std::size_t size_in_8_bits(const NamedTensor& matrix) {
    return matrix.values.size() + sizeof(float) * static_cast<std::size_t>(matrix.shape[0]);
}

// The scale with which the levels of a row give its weights again, the same floats.
std::optional<float> exact_scale(std::span<const float> row, const QuantizedRow& quantized) {
    const auto gives_row = [&](float scale) {
        for (std::size_t k = 0; k < row.size(); ++k)
            if (scale * static_cast<float>(quantized.values[k]) != row[k]) return false;
        return true;
    };
    for (const float scale : {quantized.scale, std::nextafter(quantized.scale, 0.0F),
                              std::nextafter(quantized.scale, HUGE_VALF)})
        if (gives_row(scale)) return scale;
    return std::nullopt;
}

// The matrix in 8 bits that stands for these weights and no others, if there is one.
std::optional<QuantizedTensor> without_loss(const NamedTensor& matrix) {
    auto quantized = quantize_tensor(matrix);
    const auto columns = static_cast<std::size_t>(matrix.shape[1]);
    for (std::size_t n = 0; n < quantized.scales.size(); ++n) {
        const auto row = std::span(matrix.values).subspan(n * columns, columns);
        const auto levels = quantized.levels.begin() + static_cast<std::ptrdiff_t>(n * columns);
        const auto scale = exact_scale(
            row, {quantized.scales[n], {levels, levels + static_cast<std::ptrdiff_t>(columns)}});
        if (!scale) return std::nullopt;
        quantized.scales[n] = *scale;
    }
    return quantized;
}

// W e + b for every symbol, without b where sums are normalised first: the chain of fused
// multiply-adds that `cpu/input_table` computes.
NamedTensor input_table(const LanguageModelConfig& config, const NamedTensor& embedding,
                        const NamedTensor& weight, const NamedTensor& bias) {
    const auto& cell = cell_shape(config.cell);
    const auto symbols = static_cast<std::size_t>(config.vocabulary_size);
    const auto rows = static_cast<std::size_t>(weight.shape[0]);
    const auto depth = static_cast<std::size_t>(weight.shape[1]);
    const auto first = static_cast<std::size_t>(cell.input.first * config.hidden_size);
    NamedTensor table{"table", {config.vocabulary_size, weight.shape[0]}, {}};
    table.values.reserve(symbols * rows);
    for (std::size_t v = 0; v < symbols; ++v) {
        for (std::size_t n = 0; n < rows; ++n) {
            float sum = is_normalized(cell) ? 0.0F : bias.values[first + n];
            for (std::size_t k = 0; k < depth; ++k)
                sum = std::fma(embedding.values[v * depth + k], weight.values[n * depth + k], sum);
            table.values.push_back(sum);
        }
    }
    return table;
}

class Packer {
public:
    void add_floats(const NamedTensor& tensor, std::string name) {
        packed_.tensors.push_back({std::move(name), false, tensor.shape});
        append(tensor.values, packed_.bytes);
    }
    void add_levels(const QuantizedTensor& tensor, std::string name) {
        packed_.tensors.push_back({std::move(name), true, tensor.shape});
        append(tensor.scales, packed_.bytes);
        append(tensor.levels, packed_.bytes);
    }
    PackedModel take() { return std::move(packed_); }

private:
    PackedModel packed_;
};

// A matrix that is computed with in single precision.
bool stays_exact(const LanguageModelConfig& config, const Parameter& parameter) {
    switch (parameter.role) {
        case ParameterRole::embedding:
        case ParameterRole::round_down:
        case ParameterRole::round_up:
            return true;
        case ParameterRole::input:
            return parameter.layer == 0 && has_input_table(cell_shape(config.cell));
        default:
            return false;
    }
}

/// The matrices that stay exact, and what they cost.
struct Costs {
    std::size_t rounded = 0, exact = 0;  ///< bytes of all matrices
    bool loses = false;                  ///< whether rounding changes any
    bool keeps() const { return loses && exact <= most_bytes(rounded); }
};

Costs costs_of(const LanguageModelConfig& config, std::span<const Parameter> parameters,
               std::span<const NamedTensor> weights) {
    Costs costs;
    const bool has_table = has_input_table(cell_shape(config.cell));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto& matrix = weights[i];
        if (!parameters[i].is_matrix()) continue;
        costs.rounded += size_in_8_bits(matrix);
        if (!stays_exact(config, parameters[i])) {
            costs.exact += size_in_8_bits(matrix);
            continue;
        }
        costs.loses = costs.loses || !without_loss(matrix);
        if (!has_table) costs.exact += sizeof(float) * matrix.values.size();
        // The table takes the place of the embedding and of W.
        if (has_table && parameters[i].role == ParameterRole::input)
            costs.exact +=
                sizeof(float) * static_cast<std::size_t>(config.vocabulary_size * matrix.shape[0]);
    }
    return costs;
}

const NamedTensor& of_layer_0(ParameterRole role, std::span<const Parameter> parameters,
                              std::span<const NamedTensor> weights) {
    const auto found = std::ranges::find_if(
        parameters, [&](const Parameter& p) { return p.layer == 0 && p.role == role; });
    return weights[static_cast<std::size_t>(found - parameters.begin())];
}

// As a file of that precision gives them.
std::vector<NamedTensor> stored_in_8_bits(std::span<const NamedTensor> weights) {
    std::vector<NamedTensor> stored(weights.begin(), weights.end());
    for (auto& tensor : stored)
        if (tensor.shape.size() == 2) tensor = dequantize_tensor(quantize_tensor(tensor));
    return stored;
}

}  // namespace

PackedModel pack_model(const LanguageModelConfig& config, std::span<const NamedTensor> weights) {
    const auto parameters = model_parameters(config);
    if (parameters.size() != weights.size()) throw std::logic_error("a model lacks weights");
    const auto costs = costs_of(config, parameters, weights);
    if (costs.loses && !costs.keeps()) {
        auto packed = pack_model(config, stored_in_8_bits(weights));
        packed.rounded = true;
        return packed;
    }
    const bool table = costs.keeps() && has_input_table(cell_shape(config.cell));

    Packer packer;
    if (table)
        packer.add_floats(input_table(config, weights.front(),
                                      of_layer_0(ParameterRole::input, parameters, weights),
                                      of_layer_0(ParameterRole::bias, parameters, weights)),
                          "table");
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const bool exact = stays_exact(config, parameters[i]);
        const auto name =
            parameters[i].role == ParameterRole::embedding ? "embedding" : parameters[i].name;
        if (table && exact) continue;
        if (!parameters[i].is_matrix() || (exact && costs.keeps())) {
            packer.add_floats(weights[i], name);
        } else {
            const auto same = exact ? without_loss(weights[i]) : std::nullopt;
            packer.add_levels(same ? *same : quantize_tensor(weights[i]), name);
        }
    }
    return packer.take();
}

}  // namespace carousel
