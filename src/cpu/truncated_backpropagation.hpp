#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/attention.hpp"
#include "cpu/embedding.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layer_forward.hpp"
#include "cpu/mogrifier.hpp"
#include "cpu/output_layer.hpp"
#include "cpu/step_matrices.hpp"
#include "cpu/thread_pool.hpp"
#include "model/dropout_rates.hpp"
#include "model/recurrent_gradient.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"

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
                             std::int64_t batch_size, const DropoutRates& dropout,
                             RecurrentGradient recurrent_gradient = RecurrentGradient::full);

    /// Runs forward and backward. inputs, targets (T, B); `state` is carried through;
    /// `gradients` has the layout of the model's stored floats and is overwritten.
    /// Returns the mean loss, nats per symbol.
    /// Throws: std::logic_error for another shape and for an id outside the vocabulary.
    double run(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
               const WindowKey& key, float* gradients);

    /// Loss of each position of the last window, (T, B), nats: taken with the weights as they were.
    std::span<const float> losses() const { return losses_; }

private:
    void check(const TokenIds& inputs, const TokenIds& targets, const RecurrentState& state) const;
    void draw_masks(const WindowKey& key);
    void prepare_weights();
    void forward(const TokenIds& inputs, RecurrentState& state);
    void forward_output();
    void backward(float* gradients);
    void backward_weights(std::int64_t layer, const LayerWindow& window, float* gradients);
    GainGradients gain_gradients();
    /// The gradient of `parameter` from the streams' shares, as many rows as stored floats.
    void sum_shares(const Parameter& parameter, const Buffer& shares, float* gradients);
    LayerWindow layer_of(std::int64_t layer);          ///< a view of its buffers
    const float* outputs(std::int64_t layer) const;    ///< for the layer above, (T, B, H)
    const float* inputs_of(std::int64_t layer) const;  ///< of a layer above the first, (T, B, H)
    /// out(t, b) = in(t, b) * mask for all t; the mask has one slab (B, H), or one for each t.
    void apply_mask(const Buffer& mask, const float* in, float* out);
    /// out += in, all of (T, B, H).
    void add(const float* in, float* out);

    const LanguageModel* model_;
    ThreadPool* pool_;
    std::int64_t window_, batch_size_;
    std::int64_t slab_;  // floats of (B, H) with row padding
    DropoutRates dropout_;
    RecurrentGradient recurrent_gradient_;
    InputTable table_;
    std::vector<LayerBuffers> layers_;
    std::vector<float> input_mask_;      // (V)
    std::vector<Buffer> between_masks_;  // of the outputs of all layers but the top
    std::vector<Buffer> dropped_;        // (T, B, H) those outputs times their masks
    Buffer output_mask_;
    Buffer output_inputs_;  // (T, B, H) what the output layer reads, if not just the top's outputs
    Buffer grad_output_inputs_;  // (T, B, H) its gradient, when every layer gets a share
    std::vector<Buffer> input_transposed_;
    std::vector<StepMatrices> step_matrices_;  // of each layer
    std::vector<Mogrifier> mogrifiers_;        // of each layer, if the cell has rounds
    Buffer output_transposed_;
    OutputLayer output_;
    AttentionBackward attention_;
    Buffer grad_hidden_;         // (T, B, H), of the layer under way
    Buffer grad_recurrent_;      // (T, B, H), of h where that is not what the layer above reads
    Buffer grad_mixed_;          // (B, H)
    Buffer grad_states_;         // (B, S H)
    Buffer grad_depth_;          // (T, B, S H), of the states that a layer reads of the one below
    Buffer grad_diagonal_;       // (B, P H)
    Buffer grad_gain_;           // (B, 9 H), of cells that normalize
    std::vector<float> losses_;  // (T, B)
};

}  // namespace carousel
