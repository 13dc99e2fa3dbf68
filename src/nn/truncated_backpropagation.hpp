#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.hpp"
#include "nn/dropout.hpp"
#include "nn/embedding.hpp"
#include "nn/language_model.hpp"
#include "nn/layer_forward.hpp"
#include "nn/output_layer.hpp"
#include "nn/recurrent_state.hpp"
#include "tensor/tensor.hpp"

namespace carousel {

/// Names the random draws of one window.
struct WindowKey {
    std::uint64_t seed = 0;
    std::uint64_t number = 0;  ///< of the update
};

/// Loss and gradients of a window: truncated backpropagation through time.
///
/// States are carried from window to window as values; gradients stop at the window's edge
/// (Williams & Peng 1990; docs/model.md). All buffers live as long as the object: a call allocates
/// nothing. Law: the results have the same bits for every number of threads.
class TruncatedBackpropagation {
public:
    /// For windows of `window` steps (T) of `batch_size` streams (B).
    TruncatedBackpropagation(const LanguageModel& model, ThreadPool& pool, std::int64_t window,
                             std::int64_t batch_size, const DropoutRates& dropout);

    /// Runs forward and backward. inputs, targets (T, B); `state` (L, B, H) is carried through;
    /// `gradients` has the layout of the model's stored floats and is overwritten.
    /// Returns the mean loss, nats per symbol.
    /// Throws: std::logic_error for another shape and for an id outside the vocabulary.
    double run(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
               const WindowKey& key, float* gradients);

private:
    void check(const TokenIds& inputs, const TokenIds& targets, const RecurrentState& state) const;
    void draw_masks(const WindowKey& key);
    void transpose_weights();
    void forward(const TokenIds& inputs, RecurrentState& state);
    void backward(float* gradients);
    const float* layer_outputs(std::int64_t layer) const;
    /// out(t, b) = in(t, b) * mask(b) for all t.
    void apply_mask(const Buffer& mask, const float* in, float* out);

    const LanguageModel* model_;
    ThreadPool* pool_;
    std::int64_t window_, batch_size_;
    DropoutRates dropout_;
    InputTable table_;
    std::vector<LayerBuffers> layers_;
    std::vector<Buffer> dropped_;  // (T, B, H) outputs after dropout; empty where there is none
    std::vector<Buffer> masks_;    // (B, H) of each layer's outputs
    std::vector<float> input_mask_;
    std::vector<Buffer> input_transposed_, recurrent_transposed_;
    Buffer output_transposed_;
    OutputLayer output_;
    Buffer grad_hidden_;         // (T, B, H), of the layer under way
    Buffer grad_cell_;           // (B, H)
    std::vector<float> losses_;  // (T, B)
};

}  // namespace carousel
