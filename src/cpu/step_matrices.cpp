#include "cpu/step_matrices.hpp"

#include <algorithm>

#include "cpu/dropout.hpp"
#include "kernels/kernels.hpp"
#include "model/limits.hpp"

namespace carousel {

namespace {

// Streams of random numbers: those of V follow those of U. A larger limit of layers must not move
// them.
constexpr std::uint32_t k_streams = 16;
static_assert(k_most_layers <= k_streams);

// out = a * b on the whole team; `count` is a multiple of 16.
void multiply_in_pieces(ThreadPool& pool, float* out, const float* a, const float* b,
                        std::int64_t count) {
    constexpr std::int64_t k_piece = 16384;
    pool.for_each((count + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = piece * k_piece;
        kernels().multiply(out + first, a + first, b + first, std::min(k_piece, count - first));
    });
}

}  // namespace

StepMatrix::StepMatrix(const LanguageModel& model, const StoredParameter& weight,
                       std::uint32_t stream, ModelUse use, bool drops)
    : model_(&model),
      parameter_(weight),
      stream_(stream),
      weights_(model, weight, use),
      mask_(drops ? weight.stored : 0),
      dropped_(mask_.size()) {
    if (drops) weights_.replace(dropped_.data());
}

void StepMatrix::draw_mask(ThreadPool& pool, float rate, std::uint64_t seed, std::uint64_t number) {
    if (mask_.size() == 0) return;
    fill_dropout_mask(pool, mask_.data(), mask_.size(), rate,
                      {seed, RandomPurpose::dropout_recurrent, stream_}, number);
}

void StepMatrix::prepare(ThreadPool& pool) {
    if (mask_.size() > 0) {
        multiply_in_pieces(pool, dropped_.data(), model_->values(parameter_), mask_.data(),
                           mask_.size());
    }
    weights_.prepare(pool);
}

void StepMatrix::mask_gradient(ThreadPool& pool, float* gradients) const {
    float* gradient = gradients + parameter_.offset;
    for (const float* mask : {mask_.data(), model_->connections(parameter_)}) {
        if (mask != nullptr) multiply_in_pieces(pool, gradient, gradient, mask, parameter_.stored);
    }
}

StepMatrices::StepMatrices(const LanguageModel& model, std::int64_t layer, ModelUse use,
                           bool drops) {
    const auto p = model.parameters().layer(layer);
    const auto stream = static_cast<std::uint32_t>(layer);
    if (p.recurrent_weight != nullptr)
        recurrent.emplace(model, *p.recurrent_weight, stream, use, drops);
    if (p.mixed_weight != nullptr)
        mixed.emplace(model, *p.mixed_weight, stream + k_streams, use, drops);
}

}  // namespace carousel
