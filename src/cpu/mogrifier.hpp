#pragma once

#include <cstdint>
#include <vector>

#include "cpu/buffer.hpp"
#include "cpu/language_model.hpp"
#include "cpu/layer_window.hpp"
#include "cpu/thread_pool.hpp"

namespace carousel {

/// The rounds of a layer whose cell has them (`CellShape::rounds`). In round r, from 1 on,
///
///     x = 2 sigmoid(Up_r Down_r h) x    for odd r,
///     h = 2 sigmoid(Up_r Down_r x) h    for even r,
///
/// where x was the input and h was h(t-1), each the newest; the gates read what comes out.
///
/// Nothing of a step can be computed before the step before has ended, and nothing of a stream
/// depends on another stream, so members of a team share streams and never meet.
/// Source: Melis, Kočiský & Blunsom 2020, section 2.
class Mogrifier {
public:
    /// Of layer `layer_index`. A `window` of training keeps what backward needs; without training
    /// one step is kept, and any window can be run.
    enum class Use : std::uint8_t { inference, training };
    Mogrifier(const LanguageModel& model, std::int64_t layer_index, std::int64_t window,
              std::int64_t batch_size, Use use);

    /// The rounds of step t for some streams.
    void run(const LayerWindow& layer, std::int64_t t, Range streams);
    /// What came out of them, in slot t: rows of the input and of h(t-1).
    const float* input(const LayerWindow& layer, std::int64_t t, std::int64_t b) const;
    const float* recurrent(const LayerWindow& layer, std::int64_t t, std::int64_t b) const;
    std::int64_t input_size() const { return input_size_; }

    /// The same, and then gates = b + W x.
    void forward(const LayerWindow& layer, std::int64_t t, Range streams);

    /// Takes over the model's weights of now; `input_transposed` are panels of W transposed.
    void prepare(ThreadPool& pool, const float* input_transposed);

    /// Step t backward, from the gradients of the gates. That of h(t-1) is added to its row of
    /// `gradients.hidden`, that of the input replaces the row of h(t), or stands in `grad_inputs()`
    /// in layer 0. `recurrent_transposed` are panels of U transposed.
    void backward(const LayerWindow& layer, std::int64_t t, Range streams,
                  const float* recurrent_transposed, const RecurrentGradients& gradients);
    const float* grad_inputs() const { return grad_inputs_.data(); }  ///< (T, B, E)

    /// After all steps the gradients of the layer's weights and biases, over the whole window.
    void backward_weights(ThreadPool& pool, const LayerWindow& layer, float* gradients);

private:
    // The two vectors of a step that scale each other; a row of either as it was before a round.
    enum Side : std::uint8_t { input_side, hidden_side };
    struct Round {
        Side scaled;  // the other is read
        const Parameter *down, *up;
        Buffer gate, out;      // rows of the scaled side: 2 sigmoid; the side after the round
        Buffer low, grad_low;  // rows of K: Down times what is read, and its gradient
        Buffer down_transposed, up_transposed;
    };

    std::int64_t row_of(std::int64_t t, std::int64_t b) const {
        return t % slots_ * batch_size_ + b;
    }
    std::int64_t size(Side side) const { return side == input_side ? input_size_ : hidden_size_; }
    std::ptrdiff_t row_length(Side side) const {
        return side == input_side ? input_row_ : hidden_row_;
    }
    const float* before(const LayerWindow& layer, Side side, std::size_t round, std::int64_t t,
                        std::int64_t b) const;

    const LanguageModel* model_;
    LayerParameters parameters_;
    bool is_lowest_;
    std::int64_t slots_, batch_size_, input_size_, hidden_size_, rank_;
    std::ptrdiff_t input_row_, hidden_row_;
    std::vector<Round> rounds_;
    Buffer grad_recurrent_;  // (B, H)
    Buffer grad_inputs_;     // (T, B, E) in layer 0
    const float* input_transposed_ = nullptr;
};

/// The rounds of all layers; none where the cell has none.
std::vector<Mogrifier> mogrifiers(const LanguageModel& model, std::int64_t window,
                                  std::int64_t batch_size, Mogrifier::Use use);

}  // namespace carousel
