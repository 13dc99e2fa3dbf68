#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/dropout.hpp"
#include "cpu/layers.hpp"
#include "cpu/recurrent_layer.hpp"

namespace carousel {

/// Recurrent layers, one above the other, with dropout between them; the output layer reads the top
/// one, or the sum of all.
class RecurrentLayers final : public Layers {
public:
    RecurrentLayers(const LanguageModel& model, Embedding& embedding, const LayersConfig& config);

    void begin(ThreadPool& pool, const WindowKey& key) override;
    void draw_masks(ThreadPool& pool, const WindowKey& key, std::int64_t first_stream) override;
    const float* forward(ThreadPool& pool, const Window& window, RecurrentState& state) override;
    float* grad_outputs() override { return back_->outputs(); }
    void backward(ThreadPool& pool, float* gradients, Task<std::int64_t> after_layer) override;

private:
    bool sums() const { return summed_.size() > 0; }

    Embedding* embedding_;
    std::ptrdiff_t row_;
    float dropped_weights_;  // a share
    /// Of each layer, or one for all: those that never go back run one after another.
    std::vector<Buffer> gates_;
    std::vector<std::unique_ptr<RecurrentLayer>> layers_;
    std::vector<ActivationMask> between_masks_;  // of the outputs of all layers but the top
    std::vector<Buffer> dropped_;                // (T, B, H) those outputs times their masks
    Buffer summed_;                              // (T, B, H); empty when only the top counts
    std::unique_ptr<ActivationGradients> back_;  // of the layer under way; null: nothing goes back
    Buffer grad_summed_;                         // (T, B, H), of which every layer gets a share
};

}  // namespace carousel
