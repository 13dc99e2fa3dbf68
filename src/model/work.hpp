#pragma once

#include "model/batch_shape.hpp"
#include "model/language_model_config.hpp"
#include "model/optimizer_config.hpp"

// The arithmetic and the memory of a training, counted from its sizes: docs/performance.md.

namespace carousel {

/// Floating-point operations of one update: six for each weight of the recurrent and output layers
/// and character (two forward, two to the inputs, two to the weights), as many for each number that
/// attention reads, and six for each number of the input table.
double update_flops(const LanguageModelConfig& model, const BatchShape& shape);

/// Floating-point operations of orthogonalizing the matrices of the recurrent layers, once an
/// update: 3 N K² + 9 K³ for a matrix (N, K) or (K, N), N ≥ K: half of its product with itself,
/// one whole product, and half of nine of symmetric matrices.
double orthogonalization_flops(const LanguageModelConfig& model);

/// All of an update in the time that a floating-point operation takes: with what the optimizer
/// does, 450 for each of the T B L H units (gates, dropout, softmax), 3,500 of a Transformer, and
/// 320 for each parameter.
double update_work(const LanguageModelConfig& model, const BatchShape& shape,
                   OptimizerKind optimizer);

/// Bytes that the training of a model takes, within a fifth: weights, gradients, moments and their
/// copies, what forward keeps for backward, and the program.
double training_bytes(const LanguageModelConfig& model, const BatchShape& shape);

}  // namespace carousel
