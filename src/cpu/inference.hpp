#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "cpu/embedding.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layers.hpp"
#include "cpu/output_layer.hpp"
#include "cpu/thread_pool.hpp"
#include "model/quantization.hpp"
#include "model/reader.hpp"
#include "model/tracer.hpp"

namespace carousel {

/// Whether a model that is read may learn between two calls.
enum class WeightsBetweenCalls : std::uint8_t { stay, may_change };

/// Uses a model without learning: next-symbol logits, and how surprised the model is by a text.
///
/// Law: logits and surprisals of a stream do not depend on the other streams of the batch, on how
/// its symbols are cut into calls, or on the number of threads, bit for bit. The model must outlive
/// this and must not change meanwhile, unless that is announced, with which nothing is kept of it
/// from call to call.
class Inference final : public Reader, public Tracer {
public:
    /// Buffers for at most `streams` streams; calls of any length are cut into windows that fit in
    /// the cache. With `Precision::int8` the large products use 8-bit copies of the weights.
    Inference(const LanguageModel& model, ThreadPool& pool, std::int64_t streams,
              Precision precision = Precision::float32,
              WeightsBetweenCalls weights = WeightsBetweenCalls::stay);

    Inference(const Inference&) = delete;  // the layers read the embedding
    Inference& operator=(const Inference&) = delete;

    /// Feeds ids (T, B), T ≥ 1, B in [1, streams], and gives the logits of the symbol that follows:
    /// logits (B, V). `state` is what the streams remembered and receives what they remember now.
    void advance(const TokenIds& ids, RecurrentState& state, Tensor<2>& logits) override;

    /// Feeds inputs (T, B) and gives -log p(targets(t, b) | everything before), nats: surprisals
    /// (T, B).
    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals) override;
    void surprisals(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                    Tensor<2>& surprisals, LikelySymbols& likely) override;

    void trace(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
               Tensor<2>& surprisals, LikelySymbols& likely, UnitSignals& signals) override;

private:
    void predict(const TokenIds& inputs, const TokenIds& targets, RecurrentState& state,
                 Tensor<2>& surprisals, LikelySymbols* likely, UnitSignals* signals = nullptr);
    void check(const TokenIds& ids, const RecurrentState& state) const;
    std::int64_t window_of(std::int64_t batch_size) const;

    /// One window; leaves what the output layer reads and returns it.
    OutputRows forward(std::span<const TokenId> ids, std::int64_t batch_size, RecurrentState& state,
                       const SignalRows& signals);

    const LanguageModel* model_;
    ThreadPool* pool_;
    std::int64_t streams_, rows_;  // rows of a window: its steps times its streams
    bool knows_all_symbols_;       // the rows of all symbols are there from the beginning
    Embedding embedding_;
    std::unique_ptr<Layers> layers_;
    OutputLayer output_;
    Buffer logits_;  // (streams, V)
};

}  // namespace carousel
