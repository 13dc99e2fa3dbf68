#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "cpu/activations.hpp"
#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/optimizer.hpp"
#include "cpu/recurrent_layer.hpp"
#include "cpu/thread_pool.hpp"
#include "lab/sequence.hpp"
#include "model/recurrent_gradient.hpp"

namespace carousel {

/// What a modern net is made of.
struct ModernNetShape {
    CellKind cell = CellKind::lstm;
    int inputs = 0, outputs = 0, hidden_size = 0;
    int steps = 0;  ///< of the longest sequence
    int batch = 0;  ///< sequences side by side
    float forget_bias = 1.0F;
    RecurrentGradient recurrent_gradient = RecurrentGradient::full;
};

/// A layer of the engine that reads numbers, with a head that answers in numbers: σ(W h + b), of
/// the lab alone. Trained by full backpropagation through a batch of sequences and Adam. The head's
/// error is the cross-entropy between answer and target, whose gradient before σ is y - t, as that
/// of a squared error of a linear head is; targets are numbers in [0, 1] in the mean.
///
/// The layer is that of a language model of one layer whose embedding is not used, the head its
/// output layer: so weights, their places and the optimizer are the engine's.
class ModernNet {
public:
    ModernNet(const ModernNetShape& shape, std::uint64_t seed);

    /// Reads up to `batch` sequences, each from an empty state.
    void read(std::span<const Sequence> sequences);

    /// Calls hear(b, t, answer (outputs)) for each step of sequence b that asks, in order of b.
    template <typename Hear>
    void for_each_answer(std::span<const Sequence> sequences, Hear hear) {
        for (std::size_t b = 0; b < sequences.size(); ++b) {
            const int last = sequences[b].steps() - 1;
            for (int t = sequences[b].next.empty() ? last : 0; t <= last; ++t)
                hear(static_cast<int>(b), t, answer(static_cast<int>(b), t));
        }
    }

    /// The gradients of the mean error of all answers of the sequences read last, each sequence's
    /// answers counting by their mean.
    void backpropagate(std::span<const Sequence> sequences);

    /// Moves the weights; gradients longer than `clip` are shortened to it.
    void update(float learning_rate, float clip);

    /// Weights, moments and the number of updates.
    std::vector<double> store() const;
    /// Throws: std::out_of_range.
    void restore(std::span<const double> numbers);

    /// After `read` of one sequence, batch being 1: what the units did at each step, (T, N, H), by
    /// the signals of the cell (`cell_view`).
    void copy_signals(float* signals) const { layer_->copy_signals(signals); }

    /// The outputs after step t of sequence b.
    std::span<const double> answer(int b, int t);

    /// Called during `backpropagate` after step t has gone backward, from the last to the first:
    /// `back.hidden(t, b)` is then the gradient of h(t), `back.states(b)` that of the states
    /// before step t.
    void watch(std::function<void(std::int64_t t, ActivationGradients& back)> watch) {
        watch_ = std::move(watch);
    }

    /// While watched, of a cell with states: adds to `sums` (H) how large the gradient of each
    /// unit's memory is in sequence b, whatever its sign.
    void add_memory_gradients(ActivationGradients& back, std::int64_t b,
                              std::span<double> sums) const;

    const LanguageModel& model() const { return model_; }
    const float* gradients() const { return gradients_.data(); }

private:
    std::ptrdiff_t position(int b, int t) const { return std::ptrdiff_t{t} * streams_ + b; }
    void add_head_gradient(int b, int t, std::span<const double> errors);

    ModernNetShape shape_;
    ThreadPool pool_{1};
    LanguageModelConfig config_;
    LanguageModel model_;
    Optimizer optimizer_;
    Buffer gates_, inputs_, gradients_;
    std::unique_ptr<RecurrentLayer> layer_;
    ActivationGradients back_;
    RecurrentState state_;
    int streams_, steps_ = 0;
    std::uint64_t updates_ = 0;
    std::vector<double> answer_, errors_;
    std::function<void(std::int64_t, ActivationGradients&)> watch_;
};

}  // namespace carousel
