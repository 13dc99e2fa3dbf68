#pragma once

#include <cstdint>
#include <memory>

#include "lab/trial.hpp"

namespace carousel {

/// Throws: UsageError for a task that these rules do not have.
std::unique_ptr<Trial> make_trial(const TrialConfig& config, std::uint32_t number);

}  // namespace carousel
