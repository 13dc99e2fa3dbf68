#pragma once

#include <string>

#include "benchmark/benchmark.hpp"

namespace carousel {

/// What was measured, and on what, as one JSON object.
std::string benchmark_json(const BenchmarkConfig& config, const BenchmarkReport& r);

}  // namespace carousel
