#pragma once

#include <cstdint>

#include "cpu/thread_pool.hpp"

namespace carousel {

/// Euclidean norm of all gradients together; not finite when one of them is not. `count` is a
/// multiple of 16. Summed over fixed pieces, so that the bits do not depend on the number of
/// threads.
double global_norm(ThreadPool& pool, const float* gradients, std::int64_t count);

/// Factor that brings a gradient of this norm to at most `clip`: min(1, clip / norm); 1 when clip
/// is 0 (Pascanu, Mikolov & Bengio 2013, algorithm 1).
float clipping_factor(double norm, float clip);

}  // namespace carousel
