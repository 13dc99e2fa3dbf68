#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/language_model_config.hpp"
#include "model/training_config.hpp"

namespace carousel {

struct BenchmarkConfig {
    LanguageModelConfig model;
    std::int64_t batch_size = 64, window = 128;
    /// bf16: training and products in bf16 as well, in turns with single precision.
    TrainingPrecision precision = TrainingPrecision::float32;
    int threads = 1;
    double seconds = 20;                   ///< for all measurements together, roughly
    std::filesystem::path scratch_folder;  ///< for the text that is encoded
};

/// Repeated measurements of one rate.
struct Rate {
    double best = 0, median = 0;
    std::int64_t repetitions = 0;
};
Rate summarize(std::vector<double> rates);

/// All rates are for `threads` threads but those that say otherwise.
struct BenchmarkReport {
    Rate sgemm;                      ///< FLOP/s of OpenBLAS, 2048 × 2048 × 2048
    Rate train;                      ///< characters/s of whole training steps with Adam
    Rate train_muon;                 ///< the same with Muon
    Rate product_bf16;               ///< FLOP/s of our product in bf16, 2048 × 2048 × 512
    Rate train_bf16;                 ///< characters/s of training steps in bf16 with Adam
    Rate generate;                   ///< characters/s, one stream, one thread
    Rate generate_int8;              ///< the same with 8-bit weights
    Rate generate_16;                ///< characters/s of 16 streams together
    Rate generate_16_int8;           ///< the same with 8-bit weights
    Rate prompt, prompt_one_thread;  ///< characters/s of reading a long prompt
    Rate weight_bandwidth;  ///< bytes/s read by one thread from a buffer of the weights' size
    Rate memory_bandwidth;  ///< bytes/s read by all threads from 256 MB
    Rate encode_codepoint, encode_grapheme, encode_byte;  ///< bytes/s of text, as training reads it
    std::int64_t peak_resident_bytes = 0;  ///< of the process, after training and before the rest
    double train_flops = 0,
           train_flops_plain = 0;  ///< needed for one character, docs/performance.md
    double generate_bytes = 0;     ///< weights streamed for one character
};

/// Measures this machine with models of random weights and generated text. Rates that are compared
/// are measured in turns, so that a slow moment of the machine meets all of them.
BenchmarkReport run_benchmark(const BenchmarkConfig& config);

/// Version and kernel of OpenBLAS, the yardstick, for people. Here and not beside the machine, so
/// that nothing else is linked with it.
std::string blas_in_use();

}  // namespace carousel
