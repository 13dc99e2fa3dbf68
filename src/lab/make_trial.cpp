#include "lab/make_trial.hpp"

#include "lab/guessing_trial.hpp"
#include "lab/modern_trial.hpp"
#include "lab/online_trial.hpp"

namespace carousel {

std::unique_ptr<Trial> make_trial(const TrialConfig& config, std::uint32_t number) {
    require_possible(config.experiment);
    if (config.rules == LabRules::guess) return std::make_unique<GuessingTrial>(config, number);
    if (config.rules == LabRules::modern) return std::make_unique<ModernTrial>(config, number);
    return std::make_unique<OnlineTrial>(config, number);
}

}  // namespace carousel
