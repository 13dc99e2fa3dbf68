#pragma once

#include <cstdint>

#include "cpu/language_model.hpp"
#include "cpu/recurrent_layer.hpp"
#include "cpu/thread_pool.hpp"
#include "model/recurrent_state.hpp"

namespace carousel {

/// What a layer reads: layer 0 symbols, by a table, the others vectors.
enum class LayerInput : std::uint8_t { symbols, vectors };

/// Buffers that a window of `window` steps of a layer points into.
struct LayerBuffers {
    LayerBuffers(const LanguageModelConfig& config, std::int64_t window, std::int64_t batch_size,
                 LayerInput input = LayerInput::vectors);
    Buffer gates, states, hidden, mixed, output;
    Buffer input_sums, recurrent_sums, scales;  ///< of cells that normalize
    Buffer queries, shares, contexts;           ///< of cells with attention

    /// The one that the layer above reads.
    Buffer& outputs() { return output.size() > 0 ? output : hidden; }
};

/// A view of `buffers` for a window of `window` steps.
LayerWindow layer_window(const LanguageModelConfig& config, LayerBuffers& buffers,
                         std::int64_t window, std::int64_t batch_size);

/// Row lengths of the buffers: of hidden and mixed vectors, of states, of gates.
std::ptrdiff_t hidden_row_length(const LanguageModelConfig& config);
std::ptrdiff_t states_row_length(const LanguageModelConfig& config);
std::ptrdiff_t gates_row_length(const LanguageModelConfig& config);

/// Copies stream states between the value and a layer's slots: into slot 0 and, where the cell
/// carries several outputs, those before it; out of the last.
void load_state(const RecurrentState& state, std::int64_t layer_index, const LayerWindow& layer);
void store_state(const LayerWindow& layer, std::int64_t layer_index, RecurrentState& state);

/// The weights of a layer's steps as the model has them.
RecurrentWeights recurrent_weights_of(const LanguageModel& model, std::int64_t layer_index);

/// Runs layer `layer_index` over its window. Above layer 0 the input's share of the gates is one
/// product over the whole window, since it waits for nothing but in cells with rounds: inputs (T,
/// B, H) with row length `layer.hidden_row`. Attention follows after the steps. `weights` are the
/// model's or, in training, what weight-drop left of them.
void forward_layer(ThreadPool& pool, const LanguageModel& model, std::int64_t layer_index,
                   const LayerWindow& layer, const float* inputs, const RecurrentWeights& weights);

}  // namespace carousel
