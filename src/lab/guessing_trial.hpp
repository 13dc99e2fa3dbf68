#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lab/guessed_net.hpp"
#include "lab/trial.hpp"

namespace carousel {

/// A trial that learns nothing: nets are guessed until one has a whole test set right. Its answers
/// are asked for at the end of sequences alone.
class GuessingTrial : public Trial {
public:
    GuessingTrial(const TrialConfig& config, std::uint32_t number);

    bool advance(std::uint64_t steps) override;
    TrialResult result() const override;
    std::vector<double> store() const override;
    void restore(const std::vector<double>& numbers) override;

private:
    bool is_right(const Sequence& sequence, std::uint64_t& steps);

    TrialConfig config_;
    std::uint32_t number_;
    GuessedNet net_;
    std::vector<Sequence> test_set_;
    std::uint64_t guesses_ = 0;
    std::optional<TrialResult> result_;
};

}  // namespace carousel
