#include "cpu/step_matrices.hpp"

#include <algorithm>

#include "cpu/layer_forward.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

namespace {

constexpr std::uint32_t k_most_layers = 16;

// out = a * b on the whole team; `count` is a multiple of 16.
void multiply_in_pieces(ThreadPool& pool, float* out, const float* a, const float* b,
                        std::int64_t count) {
    constexpr std::int64_t k_piece = 16384;
    pool.for_each((count + k_piece - 1) / k_piece, [&](std::int64_t piece) {
        const auto first = piece * k_piece;
        kernels().multiply(out + first, a + first, b + first, std::min(k_piece, count - first));
    });
}

std::int64_t panels_of(const Parameter& p) {
    return p.stored / (p.shape[1] * k_panel);
}

}  // namespace

void transpose(ThreadPool& pool, const float* weight, std::int64_t depth, std::int64_t panels,
               Buffer& out) {
    pool.run([&](int member) {
        const auto [first, last] = split_evenly(panels_for(depth), pool.size(), member);
        kernels().transpose_panels(weight, panels, depth, out.data(), first, last);
    });
}

StepMatrices::Matrix::Matrix(const Parameter& p, std::uint32_t number, bool drops)
    : parameter(p),
      stream(number),
      mask(drops ? p.stored : 0),
      dropped(drops ? p.stored : 0),
      transposed(padded(p.shape[1]) * panels_of(p) * k_panel) {}

StepMatrices::StepMatrices(const LanguageModel& model, std::int64_t layer_index, bool drops)
    : model_(&model), layer_index_(layer_index) {
    const auto layer = model.parameters().layer(layer_index);
    auto stream = static_cast<std::uint32_t>(layer_index);
    for (const auto* p : {layer.recurrent_weight, layer.mixed_weight}) {
        if (p != nullptr) matrices_.emplace_back(*p, stream, drops);
        stream += k_most_layers;
    }
}

void StepMatrices::draw_masks(ThreadPool& pool, float rate, std::uint64_t seed,
                              std::uint64_t number) {
    for (auto& m : matrices_) {
        if (m.mask.size() == 0) continue;
        fill_dropout_mask(pool, m.mask.data(), m.mask.size(), rate,
                          {seed, RandomPurpose::dropout_recurrent, m.stream}, number);
    }
}

void StepMatrices::prepare(ThreadPool& pool) {
    for (auto& m : matrices_) {
        if (m.mask.size() > 0) {
            multiply_in_pieces(pool, m.dropped.data(), model_->values(m.parameter), m.mask.data(),
                               m.parameter.stored);
        }
        transpose(pool, values(m), m.parameter.shape[1], panels_of(m.parameter), m.transposed);
    }
}

const float* StepMatrices::values(const Matrix& matrix) const {
    return matrix.mask.size() > 0 ? matrix.dropped.data() : model_->values(matrix.parameter);
}

RecurrentWeights StepMatrices::gathered(bool transposed) const {
    auto weights = recurrent_weights_of(*model_, layer_index_);
    auto next = matrices_.begin();
    for (const float** of : {&weights.recurrent, &weights.mixed}) {
        if (*of == nullptr) continue;
        *of = transposed ? next->transposed.data() : values(*next);
        ++next;
    }
    return weights;
}

void StepMatrices::mask_gradients(ThreadPool& pool, float* gradients) const {
    for (const auto& m : matrices_) {
        float* gradient = gradients + m.parameter.offset;
        const float* dropped = m.mask.size() > 0 ? m.mask.data() : nullptr;
        for (const float* mask : {dropped, model_->connections(m.parameter)}) {
            if (mask != nullptr)
                multiply_in_pieces(pool, gradient, gradient, mask, m.parameter.stored);
        }
    }
}

}  // namespace carousel
