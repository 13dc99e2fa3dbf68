#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/words.hpp"

namespace carousel {

/// What turns gradients into updates.
///
/// `adam`: Adam with bias correction (Kingma & Ba 2015, algorithm 1) and decoupled weight decay
/// (Loshchilov & Hutter 2019). With beta1 = 0 it is RMSProp with bias correction.
///
/// `muon`: the same for embedding, vectors and output layer; the matrices of the recurrent layers
/// (N, K) step along their orthogonalized momentum, w -= rate k sqrt(max(N, K)) U Vᵀ, so that all
/// directions of a matrix learn at the same pace (Jordan et al. 2024; the factor that makes one
/// rate serve matrices of all shapes and Adam's parameters too: Liu et al. 2025, arXiv 2502.16982,
/// section 2.2); factors of a product move 0.3 times as far. Their first moment is that momentum;
/// their second stays zero.
enum class OptimizerKind : std::uint8_t { adam, muon };

template <>
inline constexpr std::array<std::string_view, 2> k_words<OptimizerKind>{"adam", "muon"};

struct OptimizerConfig {
    OptimizerKind kind = OptimizerKind::adam;
    float beta1 = 0.0F, beta2 = 0.999F, epsilon = 1e-8F;
    float momentum = 0.95F;     ///< of Muon
    float weight_decay = 0.0F;  ///< of matrices, decoupled from the gradient
    /// Decay of the running mean of the weights (Polyak & Juditsky 1992); 0: none is kept. After
    /// update n it moves towards the weights by 1 - min(average, (n - 1) / (n + 8)), so that a
    /// short run is not an average of its first weights.
    float average = 0.0F;
};

}  // namespace carousel
