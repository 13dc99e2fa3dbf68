#pragma once

#include <cstdint>
#include <vector>

#include "cpu/thread_pool.hpp"
#include "model/language_model_config.hpp"
#include "model/named_tensor.hpp"

namespace carousel {

/// First weights: embedding rows N(0, 1); input and output matrices N(0, 1 / fan-in), the output
/// one divided by four; so those of rounds, `up` divided by four, which begins them near a scale of
/// 1, and of attention, `context` divided by four, as are what the parts of a
/// Transformer's layers end with, `merge` and `down`; each gate's recurrent matrix orthogonal
/// (Saxe, McClelland & Ganguli 2014); forget biases `forget_bias` (Jozefowicz, Zaremba & Sutskever
/// 2015), other biases 0, gains 1. Canonical order. Law: a function of config and seed alone, on
/// every machine and number of threads.
std::vector<NamedTensor> initial_weights(const LanguageModelConfig& config, std::uint64_t seed,
                                         ThreadPool& pool);

/// Replaces the n × n matrix by the orthonormal rows that Gram–Schmidt makes of it (each row
/// projected twice, which suffices: Giraud, Langou & Rozloznik 2005). A row that vanishes becomes a
/// unit vector.
void orthonormalize_rows(float* matrix, std::int64_t n);

}  // namespace carousel
