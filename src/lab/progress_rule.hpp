#pragma once

#include <cstdint>
#include <vector>

#include "lab/experiment.hpp"
#include "lab/judgement.hpp"

namespace carousel {

/// Numbers read and written one after another, in which a trial is stored.
class Record {
public:
    Record() = default;
    explicit Record(std::vector<double> numbers) : numbers_(std::move(numbers)) {}

    void write(double number) { numbers_.push_back(number); }
    void write_all(std::span<const double> numbers) {
        numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
    }
    /// Throws: std::out_of_range behind the end.
    double read() { return numbers_.at(next_++); }
    void read_all(std::span<double> numbers) {
        for (double& number : numbers) number = read();
    }
    bool at_end() const { return next_ == numbers_.size(); }
    const std::vector<double>& numbers() const { return numbers_; }

private:
    std::vector<double> numbers_;
    std::size_t next_ = 0;
};

/// Follows the training sequences of a trial and says when its streak is long enough, or its latest
/// sequences good enough.
class ProgressRule {
public:
    static constexpr std::uint64_t k_streak = 10'000, k_recent = 2'000;

    explicit ProgressRule(const Experiment& experiment);

    /// After each training sequence.
    void hear(const Judgement& judgement);

    bool is_met() const;
    std::uint64_t sequences() const { return sequences_; }
    /// Those that count: until the rule was met, in a streak those before it.
    std::uint64_t counted() const {
        return experiment_.end == EndRule::streak ? sequences_ - streak_ : sequences_;
    }
    double recent_error() const;

    void store(Record& record) const;
    void restore(Record& record);

private:
    Experiment experiment_;
    std::uint64_t sequences_ = 0, streak_ = 0;
    std::vector<double> errors_;  // of the latest, in a ring; negative where the answer was wrong
    int wrong_ = 0;
};

}  // namespace carousel
