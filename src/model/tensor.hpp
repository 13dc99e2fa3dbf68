#pragma once

#include <cstddef>
#include <xtensor/xtensor.hpp>

#include "base/token_id.hpp"

namespace carousel {

/// Dense row-major tensors of the public interfaces. The hot buffers are `Buffer`s instead, in the
/// layouts that kernels read; shapes in comments are outermost first.
template <std::size_t Dimensions>
using Tensor = xt::xtensor<float, Dimensions>;

/// Token ids of a window, (T, B).
using TokenIds = xt::xtensor<TokenId, 2>;

}  // namespace carousel
