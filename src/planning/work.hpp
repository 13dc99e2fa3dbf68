#pragma once

#include <cstdint>

#include "data/batch_iterator.hpp"
#include "model/language_model_config.hpp"

namespace carousel {

/// Weights of the matrices of the recurrent layers: G H² (2 L − 1) where W and U feed all gates and
/// there are no others. The input of the first layer is a row of a table and costs no product, but
/// in cells with rounds.
double recurrent_weights(const LanguageModelConfig& model);

/// All numbers that training changes.
double parameter_count(const LanguageModelConfig& model);

/// Floating-point operations of one update: six for each weight of the recurrent and output layers
/// and character (two forward, two to the inputs, two to the weights), as many for each number that
/// attention reads, and six for each number of the input table.
double update_flops(const LanguageModelConfig& model, const BatchShape& shape);

/// Floating-point operations of orthogonalizing the matrices of the recurrent layers, once an
/// update: five iterations, each 3 N K² + K³ for a matrix (N, K) or (K, N), N ≥ K (half of the two
/// squares, for they are symmetric, and one product).
double orthogonalization_flops(const LanguageModelConfig& model);

/// Bytes that the training of a model takes, within a fifth: weights, gradients, moments and their
/// copies, what forward keeps for backward, and the program.
double training_bytes(const LanguageModelConfig& model, const BatchShape& shape);

}  // namespace carousel
