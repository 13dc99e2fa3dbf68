#pragma once

#include <cstdint>

#include "cpu/thread_pool.hpp"

namespace carousel {

/// Euclidean norm of all gradients together; not finite when one of them is not. `count` is a
/// multiple of 16. Summed over fixed pieces, so that the bits do not depend on the number of
/// threads.
double global_norm(ThreadPool& pool, const float* gradients, std::int64_t count);

}  // namespace carousel
