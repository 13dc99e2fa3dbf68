#include "lab/progress_rule.hpp"

#include <algorithm>
#include <cmath>

namespace carousel {

ProgressRule::ProgressRule(const Experiment& experiment) : experiment_(experiment) {
    if (experiment.end == EndRule::recent) errors_.resize(k_recent);
}

void ProgressRule::hear(const Judgement& judgement) {
    streak_ = judgement.right ? streak_ + 1 : 0;
    if (!errors_.empty()) {
        double& place = errors_[sequences_ % k_recent];
        if (std::signbit(place)) --wrong_;
        place = judgement.right ? judgement.error : -judgement.error;
        if (std::signbit(place)) ++wrong_;
    }
    ++sequences_;
}

double ProgressRule::recent_error() const {
    double sum = 0;
    for (const double error : errors_) sum += std::abs(error);
    return sum / static_cast<double>(k_recent);
}

bool ProgressRule::is_met() const {
    switch (experiment_.end) {
        case EndRule::streak:
            return streak_ >= k_streak;
        case EndRule::recent:
            return sequences_ >= k_recent && wrong_ <= experiment_.most_wrong &&
                   recent_error() < experiment_.mean_error;
        default:
            return false;
    }
}

void ProgressRule::store(Record& record) const {
    record.write(static_cast<double>(sequences_));
    record.write(static_cast<double>(streak_));
    record.write(wrong_);
    record.write_all(errors_);
}

void ProgressRule::restore(Record& record) {
    sequences_ = static_cast<std::uint64_t>(record.read());
    streak_ = static_cast<std::uint64_t>(record.read());
    wrong_ = static_cast<int>(record.read());
    record.read_all(errors_);
}

}  // namespace carousel
