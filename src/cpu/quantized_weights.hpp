#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/recurrent_layer.hpp"

namespace carousel {

/// Activations in 7 bits: as hidden states mostly lie in (-1, 1), their scale is 1 as a rule.
struct QuantizedVector {
    std::vector<std::uint8_t> values;  ///< padded size
    float scale = 1;
    void take(const float* vector, std::int64_t size);
};

/// A matrix of a model in 8 bits, packed for `KernelTable::quantized_product`.
class QuantizedMatrix {
public:
    /// From stored panels W(p, k, j).
    QuantizedMatrix(const float* panels_data, std::int64_t panels, std::int64_t depth);

    /// out(n) += sum over k of W(n, k) x(k).
    void multiply_add(const QuantizedVector& x, float* out) const {
        multiply_add(x, out, {0, panels_});
    }
    /// The same for some panels; `out` begins with the first of them.
    void multiply_add(const QuantizedVector& x, float* out, Range panels) const;

private:
    std::int64_t panels_, groups_;
    std::vector<std::int8_t> values_;
    std::vector<float> scales_;
    std::vector<std::int32_t> offsets_;
};

/// The matrices of a model that generation streams through for each symbol, in 8 bits. Biases, the
/// input table, rounds, cell states and all arithmetic besides the products stay float. Source:
/// per-row symmetric weights as in CTranslate2 and GNMT (Wu et al. 2016, section 6); 7-bit
/// activations.
class QuantizedWeights {
public:
    explicit QuantizedWeights(const LanguageModel& model);

    /// As `forward_layer` (cpu/layer_forward.hpp), stream by stream.
    void forward_layer(const LanguageModel& model, std::int64_t layer_index,
                       const LayerWindow& layer, const float* inputs);

    /// logits = b + W hidden for `count` rows.
    void logits(const LanguageModel& model, const float* hidden, std::ptrdiff_t row,
                std::int64_t count, float* logits, std::ptrdiff_t logits_row);

private:
    struct Layer {
        // Those that the layer has.
        std::optional<QuantizedMatrix> input, recurrent, mixed, query, context;
    };
    /// One row of gates, or of sums, += matrix vector.
    void add_product(const QuantizedMatrix& matrix, std::span<const float> vector,
                     const GateColumns& to);

    /// As `forward_attention` (cpu/attention.hpp), one position.
    void look_back(const Layer& weights, const float* distance, const LayerWindow& layer,
                   std::int64_t t, std::int64_t b);

    std::vector<Layer> layers_;
    QuantizedMatrix output_;
    QuantizedVector activations_;
};

}  // namespace carousel
