#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "lab/judgement.hpp"
#include "lab/progress_rule.hpp"
#include "lab/random_stream.hpp"
#include "lab/sequence.hpp"
#include "lab/trial.hpp"

namespace carousel {

/// Lets a net read sequences without learning, in any portions, and tells what each answer was
/// worth, in order; goes no further once `hear` says false. Of a wrong sequence the judgement may
/// be that of its first wrong step.
using HearJudgement = std::function<bool(const Judgement&)>;
using AskNet = std::function<void(std::span<const Sequence>, const HearJudgement& hear)>;

/// What a trial is trained and tested on, and when it is over, whatever net learns.
class TaskCourse {
public:
    TaskCourse(const TrialConfig& config, std::uint32_t number);

    const Experiment& experiment() const { return config_.experiment; }
    /// Where the first weights come from.
    RandomKey weights_key() const;

    /// Steps of the longest sequence that is ever drawn.
    int longest() const { return longest_; }

    /// The training sequence that comes so many after the next one.
    void draw_training_sequence(std::uint64_t ahead, Sequence& sequence) const;

    /// After each training sequence. Does the tests when they are due and ends the course when it
    /// is solved or at its limit.
    void hear(const Judgement& judgement, const AskNet& ask);

    bool is_over() const { return result_.has_value(); }
    std::uint64_t sequences() const { return rule_.sequences(); }
    TrialResult result() const;

    void store(Record& record) const;
    void restore(Record& record);

private:
    bool foresees_all(const std::vector<Sequence>& strings, const AskNet& ask) const;
    bool passes(const AskNet& ask);
    void end(const AskNet& ask);

    TrialConfig config_;
    std::uint32_t number_;
    ProgressRule rule_;
    /// Of the Reber grammar; the latter of task 3, too.
    std::vector<Sequence> training_set_, test_set_;
    int longest_ = 0;
    std::optional<std::uint64_t> first_;
    std::optional<TrialResult> result_;
};

}  // namespace carousel
