#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/layers.hpp"
#include "cpu/rotary_positions.hpp"
#include "cpu/row_normalization.hpp"
#include "cpu/transformer_layer.hpp"

namespace carousel {

/// A causal Transformer with its normalization before each part: the embeddings are what its layers
/// add to, one after the other, and the output layer reads γ N of what has become of them
/// (docs/transformer.md).
/// Source: Vaswani et al. 2017; Radford et al. 2019 (norms before the parts, and at the end);
/// Dai et al. 2019 (what was read before the window is remembered).
class TransformerLayers final : public Layers {
public:
    TransformerLayers(const LanguageModel& model, Embedding& embedding, const LayersConfig& config);

    void begin(ThreadPool& pool, const WindowKey& key) override;
    void draw_masks(ThreadPool& pool, const WindowKey& key, std::int64_t first_stream) override;
    const float* forward(ThreadPool& pool, const Window& window, RecurrentState& state) override;
    float* grad_outputs() override { return grad_outputs_.data(); }
    void backward(ThreadPool& pool, float* gradients, Task<std::int64_t> after_layer) override;

private:
    void find_positions(ThreadPool& pool);

    Embedding* embedding_;
    std::ptrdiff_t row_;
    HeadShape shape_;
    RotaryPositions positions_;
    TransformerRoom room_;
    std::vector<std::unique_ptr<TransformerActivations>> kept_;  // of each layer, or one for all
    std::vector<std::unique_ptr<TransformerLayer>> layers_;
    RowNormalization norm_;
    NormalizedVectors outputs_;
    Buffer x_;                    // (T, B, H)
    Buffer grad_outputs_, grad_;  // (T, B, H): of what the output layer reads, and of x
};

}  // namespace carousel
