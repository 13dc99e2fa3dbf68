#include "cpu/cpu_adapter.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/floating_point_mode.hpp"
#include "cpu/inference.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

CpuAdapter::CpuAdapter(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
                       std::span<const NamedTensor> weights, std::int64_t window)
    : pool_(&pool),
      model_(machine, pool, config, weights),
      original_(model_.stored().parameters().stored()),
      gradients_(original_.size()),
      rms_(original_.size()),
      window_(window),
      whole_(model_.stored(), pool, window, 1, {}) {
    std::copy_n(model_.stored().values(), original_.size(), original_.data());
}

std::span<const float> CpuAdapter::window(const Batch& batch, RecurrentState& state,
                                          LikelySymbols* likely) {
    const FlushDenormals mode;
    const auto count = static_cast<std::int64_t>(batch.inputs.shape(0));
    if (count < 1 || count > window_)
        throw std::logic_error("a window of adaptation has another length");
    if (count < window_ && count != rest_size_) {
        rest_.emplace(model_.stored(), *pool_, count, 1, DropoutRates{});
        rest_size_ = count;
    }
    auto& backpropagation = count == window_ ? whole_ : *rest_;
    backpropagation.run(batch.inputs, batch.targets, state, {}, gradients_.data(), likely);
    return backpropagation.losses();
}

void CpuAdapter::for_each_piece(Task<Range> work) {
    constexpr std::int64_t k_piece = 16384;
    pool_->for_each((stored() + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        work({piece * k_piece, std::min(stored(), (piece + 1) * k_piece)});
    });
}

void CpuAdapter::gather() {
    const FlushDenormals mode;
    for_each_piece([&](Range piece) {
        kernels().add_squares(rms_.data() + piece.begin, gradients_.data() + piece.begin,
                              piece.size());
    });
    ++gathered_;
}

double CpuAdapter::finish_gathering() {
    const FlushDenormals mode;
    if (gathered_ == 0) throw std::logic_error("gradients have no scale without a window of text");
    double sum = 0;
    for (float* rms = rms_.data(); rms != rms_.data() + stored(); ++rms) {
        *rms = std::sqrt(*rms / static_cast<float>(gathered_));
        sum += double{*rms};
    }
    return sum / static_cast<double>(parameter_count(model_.config()));
}

// What a gradient counts at most, before it is divided by its usual size.
void CpuAdapter::bound_gradients(Range piece, const AdaptiveRates& rates) {
    float* const g = gradients_.data();
    const float* const rms = rms_.data();
    for (std::int64_t j = piece.begin; j < piece.end; ++j) {
        const float most = rates.bound * (rms[j] + rates.epsilon);
        if (g[j] > most) g[j] = most;
        if (g[j] < -most) g[j] = -most;
    }
}

void CpuAdapter::update(const AdaptiveRates& rates) {
    const FlushDenormals mode;
    for_each_piece([&](Range piece) {
        bound_gradients(piece, rates);
        kernels().dynamic_update({.weights = model_.stored().values() + piece.begin,
                                  .gradients = gradients_.data() + piece.begin,
                                  .rms = rms_.data() + piece.begin,
                                  .original = original_.data() + piece.begin,
                                  .count = piece.size(),
                                  .rate = rates.rate,
                                  .pull = rates.pull,
                                  .epsilon = rates.epsilon});
    });
}

bool CpuAdapter::finite() const {
    return std::isfinite(kernels().sum_of_squares(model_.stored().values(), stored()));
}

std::unique_ptr<Reader> CpuAdapter::reader() const {
    return std::make_unique<Inference>(model_.stored(), *pool_, 1, Precision::float32,
                                       WeightsBetweenCalls::may_change);
}

}  // namespace carousel
