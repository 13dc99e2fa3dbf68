#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/dropout.hpp"
#include "cpu/embedding.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layers.hpp"
#include "cpu/output_layer.hpp"
#include "cpu/thread_pool.hpp"
#include "model/dropout_rates.hpp"
#include "model/learner.hpp"
#include "model/recurrent_gradient.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"

namespace carousel {

/// Loss and gradients of a window: truncated backpropagation through time.
///
/// States are carried from window to window as values; gradients stop at the window's edge
/// (Williams & Peng 1990; docs/model.md). All buffers live as long as the object: a call allocates
/// nothing. Law: the results have the same bits for every number of threads.
class TruncatedBackpropagation {
public:
    /// For windows of `window` steps (T) of `batch_size` streams (B), which are those of `streams`
    /// among all: masks are drawn by the number among all, and the mean loss is taken over all.
    /// Matrices multiply in `precision`, which is not int8.
    TruncatedBackpropagation(const LanguageModel& model, ThreadPool& pool, std::int64_t window,
                             std::int64_t batch_size, const DropoutRates& dropout,
                             RecurrentGradient recurrent_gradient = RecurrentGradient::full,
                             const StreamShare& streams = {},
                             Precision precision = Precision::float32);

    TruncatedBackpropagation(const TruncatedBackpropagation&) = delete;  // layers read embedding_
    TruncatedBackpropagation& operator=(const TruncatedBackpropagation&) = delete;

    /// Runs forward and backward. inputs, targets (T, B); `state` is carried through;
    /// `gradients` has the layout of the model's stored floats and is overwritten.
    /// Returns these streams' part of the mean loss, nats per symbol. `likely`, if not null, gets
    /// the likeliest symbols in the place of each target. Throws: std::logic_error for another
    /// shape and for an id outside the vocabulary.
    double run(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
               const WindowKey& key, float* gradients, LikelySymbols* likely = nullptr);

    /// The same in two parts, of which the second one runs several groups of B streams, one after
    /// the other, with the weights of now: `first` is the number of a group's first among all.
    /// `final_from`, if not null, is called, layer by layer from the top, with where in `gradients`
    /// that begins which is final.
    void begin(const WindowKey& key);
    double run_streams(std::int64_t first, const TokenIds& inputs, const TokenIds& targets,
                       RecurrentState& state, float* gradients, LikelySymbols* likely = nullptr,
                       const TaughtRows& taught = {},
                       const Task<std::int64_t>* final_from = nullptr);

    /// Loss of each position of the last window, (T, B), nats: taken with the weights as they were.
    std::span<const float> losses() const { return losses_; }

private:
    void check(const TokenIds& inputs, const TokenIds& targets, const RecurrentState& state) const;
    OutputRows forward(const TokenIds& inputs, RecurrentState& state);
    void backward(float* gradients, const Task<std::int64_t>* final_from);

    const LanguageModel* model_;
    ThreadPool* pool_;
    std::int64_t window_, batch_size_;
    std::int64_t first_stream_, all_streams_;
    DropoutRates dropout_;
    WindowKey key_;  // of the window that has begun
    ModelUse use_;
    Embedding embedding_;
    LayersConfig layers_config_;
    std::unique_ptr<Layers> layers_;
    OutputLayer output_;
    std::vector<float> input_mask_;  // (V)
    ActivationMask output_mask_;
    Buffer dropped_;             // (T, B, H) what the output layer reads, where units are dropped
    std::vector<float> losses_;  // (T, B)
};

}  // namespace carousel
