#pragma once

#include <cstdint>
#include <vector>

#include "lab/modern_net.hpp"
#include "lab/task_course.hpp"
#include "lab/trial.hpp"

namespace carousel {

/// The net of modern rules for a task. `longest`: steps of its longest sequence.
ModernNetShape modern_net_shape(const TrialConfig& config, int longest);

inline constexpr float k_modern_rate = 0.01F, k_modern_clip = 1.0F;

/// A trial under modern rules: batches of sequences, full backpropagation, Adam. Each sequence is
/// judged by the answers that came before the update of its batch.
class ModernTrial : public Trial {
public:
    ModernTrial(const TrialConfig& config, std::uint32_t number);

    bool advance(std::uint64_t steps) override;
    TrialResult result() const override { return course_.result(); }
    std::vector<double> store() const override;
    void restore(const std::vector<double>& numbers) override;

private:
    std::vector<Judgement> judge_batch(std::span<const Sequence> sequences);
    void ask(std::span<const Sequence> sequences, const HearJudgement& hear);

    TaskCourse course_;
    ModernNet net_;
    std::vector<Sequence> batch_;
};

}  // namespace carousel
