#pragma once

#include <cstdint>
#include <optional>

#include "cpu/buffer.hpp"
#include "cpu/cpu_model.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "model/adapter.hpp"

namespace carousel {

/// Dynamic evaluation on the processor. Law: the same bits for every number of threads.
class CpuAdapter final : public Adapter {
public:
    CpuAdapter(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
               std::span<const NamedTensor> weights, std::int64_t window);

    using Adapter::window;
    std::span<const float> window(const Batch& batch, RecurrentState& state,
                                  LikelySymbols* likely) override;
    void gather() override;
    double finish_gathering() override;
    void update(const AdaptiveRates& rates) override;
    bool finite() const override;
    const Model& model() const override { return model_; }
    std::unique_ptr<Reader> reader() const override;

    /// The root mean squares, laid out as the model's stored floats.
    const Buffer& rms() const { return rms_; }

private:
    void for_each_piece(Task<Range> work);
    void bound_gradients(Range piece, const AdaptiveRates& rates);
    std::int64_t stored() const { return rms_.size(); }

    ThreadPool* pool_;
    CpuModel model_;
    Buffer original_, gradients_;
    Buffer rms_;  // sums of squares, while they are gathered
    std::int64_t gathered_ = 0;
    std::int64_t window_;
    TruncatedBackpropagation whole_;
    std::int64_t rest_size_ = 0;
    std::optional<TruncatedBackpropagation> rest_;  // for a window of rest_size_ symbols
};

}  // namespace carousel
