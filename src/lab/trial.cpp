#include "lab/trial.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

#include "lab/guessing_trial.hpp"
#include "lab/modern_trial.hpp"
#include "lab/online_trial.hpp"

namespace carousel {

void require_recurrent(CellKind cell) {
    if (static_cast<std::size_t>(cell) < k_cell_count) return;
    throw UsageError(
        fmt::format("The nets of the lab are recurrent, which {} is not.", format_value(cell)));
}

std::unique_ptr<Trial> make_trial(const TrialConfig& config, std::uint32_t number) {
    require_possible(config.experiment);
    if (config.rules == LabRules::guess) return std::make_unique<GuessingTrial>(config, number);
    if (config.rules == LabRules::modern) return std::make_unique<ModernTrial>(config, number);
    return std::make_unique<OnlineTrial>(config, number);
}

}  // namespace carousel
