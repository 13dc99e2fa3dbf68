#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/task.hpp"
#include "cpu/activations.hpp"
#include "cpu/stage.hpp"
#include "cpu/step_matrices.hpp"
#include "cpu/thread_pool.hpp"
#include "model/recurrent_gradient.hpp"
#include "model/recurrent_state.hpp"

// A recurrent layer at work: its stages, run over the steps of a window. Read in this order:
//
//   activations         what every layer keeps of a window, and the gradients that come back
//   stage               what a stage is, and when each of its functions runs
//   team_share          what one member of a team computes in a step
//   weight_matrix       a matrix at work: in single precision, bf16 or 8 bits, and transposed
//   gate_products       its products with the gates of a window or of a step
//
// and the stages, of which a layer has, in the order in which they run,
//
//   layer_normalization the gains, in cells that normalize
//   input_table         W x of layer 0: a look-up in a table of the symbols  } one of these, but
//   input_product       W x above: one product over the window               } not with rounds
//   plain_steps         U h(t-1), then the cell                              }
//   mixed_steps         the same, but some gates wait for others             } one of these
//   normalized_steps    sums are normalized before they become gates         }
//   mogrifier_steps     W x and U h(t-1) of what rounds made of x and h(t-1) }
//   attention           what the layer above reads, from the outputs of many steps
//
// of which the steps use recurrent_product (U), cell_steps (the cell's own arithmetic, which stands
// in kernels/cells) and rounds. Whether symbols or vectors are read, in which precision, by how
// many threads and for what: the stages are the same. The loop over the steps knows no cell.

namespace carousel {

class RecurrentLayer;

/// What a layer reads: symbols in layer 0, above it the vectors that the layer `below` hands on.
/// And the room for its gates, as `Activations` have it.
struct LayerPlace {
    Embedding* embedding;         ///< in layer 0
    const RecurrentLayer* below;  ///< null in layer 0
    float* gates;
};

/// What a layer is made for.
struct RecurrentLayerConfig {
    std::int64_t index = 0;
    WindowLimits limits;
    ModelUse use{};
    RecurrentGradient recurrent_gradient = RecurrentGradient::full;
    bool weight_drop = false;
};

/// Law: running a window in two halves, passing the state on, equals running it whole, and no bit
/// depends on the number of threads.
/// Source: Hochreiter & Schmidhuber 1997; forget gate, Gers, Schmidhuber & Cummins 2000;
/// docs/model.md.
class RecurrentLayer {
public:
    /// Model and place must outlive the layer.
    RecurrentLayer(const LanguageModel& model, const RecurrentLayerConfig& config,
                   const LayerPlace& place);
    RecurrentLayer(const RecurrentLayer&) = delete;  // stages hold on to its parts
    RecurrentLayer& operator=(const RecurrentLayer&) = delete;

    /// Runs `steps` steps of `streams` streams. `inputs` (T, B, I): the embeddings, or the outputs
    /// of the layer below as dropout left them. The layer's part of `state` is carried through.
    struct Window {
        std::int64_t steps, streams;
        GatheredRows inputs;
    };
    void forward(ThreadPool& pool, const Window& window, RecurrentState& state);

    /// What the layer above reads, (T, B, H) in rows of `hidden_row_length` floats.
    const float* outputs() const { return activations_.outputs(); }

    /// After forward of one stream: what the units did, (T, N, H).
    void copy_signals(float* signals) const { activations_.copy_signals(signals); }

    /// Training, before forward: draws the masks of weight-drop; takes over the weights of now.
    void draw_masks(ThreadPool& pool, float rate, std::uint64_t seed, std::uint64_t number);
    void prepare(ThreadPool& pool);

    /// Turns the gradients of the outputs into those of the inputs, in their place (but not those
    /// of the embeddings, which go to their parameter), and fills those of the layer's weights.
    /// `after_step`, only in a team of one: called once each step t has gone backward, with the
    /// gradient of h(t) at its place in `back`.
    void backward(ThreadPool& pool, ActivationGradients& back, float* gradients,
                  const Task<std::int64_t>* after_step = nullptr);

private:
    template <typename Work>
    void run(ThreadPool& pool, Work work) const;
    template <typename Visit>
    void for_each_back(Visit visit);

    std::int64_t index_;
    Activations activations_;
    StepMatrices matrices_;
    std::vector<std::unique_ptr<Stage>> stages_;
};

}  // namespace carousel
