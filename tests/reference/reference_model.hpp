#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"
#include "model/tensor.hpp"
#include "reference/reference_cell.hpp"

namespace carousel {

/// The equations of docs/model.md once more: in double, one step at a time, nothing fused, hoisted
/// or padded, so that a reader can compare each line with the book. Gradients are not written down
/// but follow from the tape, and so share no derivation with the program.
///
/// The parameters in file order, see `ParameterList`; a vector is a matrix with a single row.
using ReferenceTensors = std::vector<Matrix>;

ReferenceTensors to_reference(std::span<const NamedTensor> tensors);

/// What the streams remember, for each layer, as in `CellStep` or `ReferenceTransformer`.
struct ReferenceState {
    std::vector<Matrix> hidden, states;
};
ReferenceState reference_zeros(const LanguageModelConfig& config, std::size_t batch_size);

/// Factors of dropout; ones where nothing is dropped. A mask of a window is one that is the same in
/// all steps.
struct ReferenceMasks {
    Matrix symbols;  ///< (V, 1), of each symbol's embedding
    /// [l][t] (B, H), l < L - 1: to the next layer. Of a Transformer [2 l] of what attention and
    /// [2 l + 1] of what the feedforward net of layer l adds.
    std::vector<std::vector<Matrix>> between;
    std::vector<Matrix> output;  ///< [t] (B, H): to the output layer
    /// [l], of these weights where the cell has them.
    std::vector<Matrix> weight_hh, weight_vh;
};
ReferenceMasks reference_ones(const LanguageModelConfig& config, std::size_t steps,
                              std::size_t batch_size);

/// One window and what it is run with. Shapes: inputs, targets (T, B).
struct ReferenceWindow {
    const LanguageModelConfig& config;
    const TokenIds& inputs;
    const TokenIds& targets;
    const ReferenceState& state;
    const ReferenceMasks& masks;
    bool truncated = false;  ///< `RecurrentGradient::states`
};

struct ReferenceResult {
    double loss = 0;  ///< mean over the window, nats
    ReferenceState state;
    ReferenceTensors gradients;
    std::vector<Matrix> signals;  ///< of each layer after the last step, as in `CellStep`
};

/// Forward alone; `gradients` stays empty.
ReferenceResult reference_forward(const ReferenceTensors& weights, const ReferenceWindow& window);

/// Forward and backward; the state before the window is a constant.
ReferenceResult reference_backward(const ReferenceTensors& weights, const ReferenceWindow& window);

/// Which parameters are matrices.
std::vector<bool> reference_matrices(const LanguageModelConfig& config);

/// For each parameter k √max(N, K), by which Muon multiplies X; 0 for those that Adam moves.
std::vector<double> reference_muon_scales(const LanguageModelConfig& config);

/// Adam with decoupled weight decay and Muon, in the notation of their papers.
struct ReferenceOptimizer {
    double beta1, beta2, epsilon, weight_decay, clip;
    std::vector<bool> decays;        ///< which parameters do: the matrices
    ReferenceTensors first, second;  ///< moments; empty before the first update
    std::uint64_t step = 0;
    double momentum = 0;         ///< of Muon
    std::vector<double> muon{};  ///< `reference_muon_scales`; empty: Adam moves all

    /// Returns the norm of the gradients before clipping.
    double update(ReferenceTensors& weights, ReferenceTensors gradients, double learning_rate);
};

}  // namespace carousel
