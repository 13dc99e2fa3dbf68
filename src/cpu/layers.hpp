#pragma once

#include <cstddef>
#include <cstdint>

#include "base/task.hpp"
#include "cpu/dropout.hpp"
#include "cpu/embedding.hpp"
#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "cpu/weight_matrix.hpp"
#include "model/dropout_rates.hpp"
#include "model/learner.hpp"
#include "model/recurrent_gradient.hpp"
#include "model/recurrent_state.hpp"

namespace carousel {

/// What the layers of a net are made for.
struct LayersConfig {
    WindowLimits limits;
    ModelUse use{};
    DropoutRates dropout{};  ///< of training
    RecurrentGradient recurrent_gradient = RecurrentGradient::full;
    int threads = 1;               ///< of the teams that run them, at most
    std::int64_t all_streams = 0;  ///< in training, of all processes: masks are drawn for all
};

/// That of dropout of H units at each position.
MaskShape mask_shape(const LanguageModelConfig& model, const LayersConfig& config);

/// Where the signals of a window's first step go, layer by layer, and how far layers are apart
/// there; null: nobody looks. Of recurrent layers that read one stream.
struct SignalRows {
    float* first = nullptr;
    std::ptrdiff_t layer = 0;
};

/// All that stands between the embedding and the output layer of a net: recurrent layers
/// (`RecurrentLayers`), or those of a Transformer (`TransformerLayers`). Whoever reads or trains
/// through it knows no kind of net.
///
/// Law: running a window in two halves, passing the state on, equals running it whole, bit for bit,
/// and no bit depends on the number of threads. No call allocates.
class Layers {
public:
    Layers() = default;
    virtual ~Layers() = default;
    Layers(const Layers&) = delete;
    Layers& operator=(const Layers&) = delete;

    /// Training: takes over the weights of now, and draws what is the same for all streams.
    virtual void begin(ThreadPool& pool, const WindowKey& key) = 0;
    /// Training: draws what differs between streams, of which the first has this number among all.
    virtual void draw_masks(ThreadPool& pool, const WindowKey& key, std::int64_t first_stream) = 0;

    /// Runs `steps` steps of `streams` streams of what the embedding has looked up, and returns
    /// what the output layer reads: (T, B, H) in rows of `hidden_row_length` floats. `state` is
    /// carried through.
    struct Window {
        std::int64_t steps, streams;
        SignalRows signals{};
    };
    virtual const float* forward(ThreadPool& pool, const Window& window, RecurrentState& state) = 0;

    /// Training: where the gradient of what `forward` returned is to be put, rows as those; and
    /// what fills the gradients of all weights from there down to the embedding. Calls
    /// `after_layer` with each layer, from the top, whose gradients and those above it are final;
    /// with layer 0 when the embedding's are too.
    virtual float* grad_outputs() = 0;
    virtual void backward(ThreadPool& pool, float* gradients, Task<std::int64_t> after_layer) = 0;
};

}  // namespace carousel
