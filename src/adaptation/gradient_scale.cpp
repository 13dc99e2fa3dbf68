#include "adaptation/gradient_scale.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/random.hpp"
#include "cpu/inference.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "kernels/kernels.hpp"
#include "model/recurrent_state.hpp"
#include "model/tensor.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_stretches = 20, k_windows = 25;  // windows of each stretch
constexpr std::int64_t k_piece = 16384;

/// The symbol at which the cumulated probabilities pass `draw`. `row` has room for whole panels.
TokenId drawn_symbol(const float* logits, std::int64_t count, float draw, Buffer& row) {
    std::copy_n(logits, count, row.data());
    kernels().softmax(row.data(), count, 1.0F);
    double sum = 0;
    for (std::int64_t v = 0; v + 1 < count; ++v) {
        sum += double{row.data()[v]};
        if (double{draw} < sum) return static_cast<TokenId>(v);
    }
    return static_cast<TokenId>(count - 1);
}

}  // namespace

GradientScale gradient_scale(const LanguageModel& model, ThreadPool& pool, std::int64_t window,
                             std::span<const Stretch> stretches) {
    const auto stored = model.parameters().stored();
    GradientScale scale{Buffer(stored), 0};
    Buffer gradients(stored);
    TruncatedBackpropagation backpropagation(model, pool, window, 1, {});
    const auto size = static_cast<std::size_t>(window);
    TokenIds inputs(TokenIds::shape_type{size, 1}), targets(inputs.shape());
    std::int64_t windows = 0;
    for (const auto& stretch : stretches) {
        auto state = RecurrentState::zeros(model.config(), 1);
        for (std::size_t at = 0; at + size < stretch.size(); at += size, ++windows) {
            std::copy_n(stretch.data() + at, size, inputs.data());
            std::copy_n(stretch.data() + at + 1, size, targets.data());
            backpropagation.run(inputs, targets, state, {}, gradients.data());
            pool.for_each((stored + k_piece - 1) / k_piece, [&](std::int64_t piece) {
                const auto first = piece * k_piece;
                kernels().add_squares(scale.rms.data() + first, gradients.data() + first,
                                      std::min(k_piece, stored - first));
            });
        }
    }
    if (windows == 0) throw std::logic_error("gradients have no scale without a window of text");
    double sum = 0;
    for (float* rms = scale.rms.data(); rms != scale.rms.data() + stored; ++rms) {
        *rms = std::sqrt(*rms / static_cast<float>(windows));
        sum += double{*rms};
    }
    scale.mean = sum / static_cast<double>(model.parameters().count());
    return scale;
}

std::vector<Stretch> written_stretches(const LanguageModel& model, ThreadPool& pool,
                                       std::int64_t window) {
    Inference inference(model, pool, k_stretches);
    auto state = RecurrentState::zeros(model.config(), k_stretches);
    std::vector<Stretch> stretches(k_stretches, {Vocabulary::k_separator});
    TokenIds ids(TokenIds::shape_type{1, k_stretches});
    const auto v = model.config().vocabulary_size;
    Buffer row(padded(v));
    Tensor<2> logits;
    for (std::int64_t step = 0; step < k_windows * window; ++step) {
        for (std::size_t b = 0; b < stretches.size(); ++b) ids(0, b) = stretches[b].back();
        inference.advance(ids, state, logits);
        for (std::size_t b = 0; b < stretches.size(); ++b) {
            const RandomKey key{0, RandomPurpose::statistics, static_cast<std::uint32_t>(b)};
            const float draw = random_uniform(key, static_cast<std::uint64_t>(step));
            stretches[b].push_back(
                drawn_symbol(logits.data() + static_cast<std::int64_t>(b) * v, v, draw, row));
        }
    }
    return stretches;
}

}  // namespace carousel
