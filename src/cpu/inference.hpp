#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "cpu/embedding.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layer_forward.hpp"
#include "cpu/mogrifier.hpp"
#include "cpu/output_layer.hpp"
#include "cpu/quantized_weights.hpp"
#include "cpu/thread_pool.hpp"
#include "model/quantization.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"

namespace carousel {

/// Uses a model without learning: next-symbol logits, and how surprised the model is by a text.
///
/// Law: logits and surprisals of a stream do not depend on the other streams of the batch, on how
/// its symbols are cut into calls, or on the number of threads, bit for bit. The model must outlive
/// this and must not change meanwhile.
class Inference {
public:
    /// Buffers for `batch_size` streams; calls of any length are cut into windows that fit in the
    /// cache. With `Precision::int8` the large products use 8-bit copies of the weights (for
    /// generation; one stream after another, on the caller's thread).
    Inference(const LanguageModel& model, ThreadPool& pool, std::int64_t batch_size,
              Precision precision = Precision::float32);

    /// Feeds ids (T, B), T ≥ 1, and gives the logits of the symbol that follows: logits (B, V).
    /// `state` is what the streams remembered and receives what they remember now.
    void advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits);

    /// Feeds inputs (T, B) and gives -log p(targets(t, b) | everything before), nats: surprisals
    /// (T, B).
    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals);

private:
    void check(const TokenIds& ids, const RecurrentState& state) const;

    void compute_logits(const OutputRows& rows, float* logits, std::ptrdiff_t row);
    void compute_losses(const OutputRows& rows, std::span<const TokenId> targets, float* losses);

    /// One window; leaves what the output layer reads and returns it.
    OutputRows forward(std::span<const TokenId> ids, RecurrentState& state);
    void add_to_sum(const LayerWindow& layer, std::int64_t layer_index);

    const LanguageModel* model_;
    ThreadPool* pool_;
    std::int64_t batch_size_, window_;
    bool whole_table_;
    InputTable table_;
    LayerBuffers buffers_;
    std::vector<Mogrifier> mogrifiers_;    // of each layer, if the cell has rounds
    Buffer lower_outputs_, lower_states_;  // of the layer below
    Buffer summed_;  // (T, B, H) outputs of the layers so far; empty when only the top counts
    OutputLayer output_;
    std::optional<QuantizedWeights> quantized_;
    Buffer logits_;  // (B, V)
};

}  // namespace carousel
