#pragma once

#include <cstdint>
#include <vector>

#include "lab/memory_net.hpp"
#include "lab/task_course.hpp"
#include "lab/trial.hpp"

namespace carousel {

/// A trial of 1997: a sequence, its errors, its updates, the next sequence.
class OnlineTrial : public Trial {
public:
    OnlineTrial(const TrialConfig& config, std::uint32_t number);

    bool advance(std::uint64_t steps) override;
    TrialResult result() const override { return course_.result(); }
    std::vector<double> store() const override;
    void restore(const std::vector<double>& numbers) override;

private:
    Judgement run(const Sequence& sequence, bool learns);
    void watch_error(double loss);

    TaskCourse course_;
    MemoryNet net_;
    Sequence sequence_;
    double loss_ = 0, loss_before_ = 0;  // of sequences in a row, until the cells join
};

}  // namespace carousel
