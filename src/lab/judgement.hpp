#pragma once

#include <cstdint>
#include <span>

#include "lab/experiment.hpp"
#include "lab/sequence.hpp"

namespace carousel {

/// What a sequence's answers were worth.
struct Judgement {
    bool right = true;
    double error = 0;   ///< mean absolute error of the output units at the last judged step
    double square = 0;  ///< mean squared error there
    double loss = 0;    ///< squared error of all answers that were to be learned, summed
};

/// Whether the legal symbols at step t are the most active outputs.
inline bool foresees(std::span<const double> answer, std::uint32_t legal) {
    double least_legal = 2.0, most_other = -1.0;
    for (std::size_t k = 0; k < answer.size(); ++k) {
        if ((legal >> k & 1U) != 0) {
            least_legal = answer[k] < least_legal ? answer[k] : least_legal;
        } else {
            most_other = answer[k] > most_other ? answer[k] : most_other;
        }
    }
    return least_legal > most_other;
}

/// Adds the answer at step t to a judgement. What counts: in the Reber grammar and task 2a every
/// step, else the last one.
inline void judge(const Experiment& e, const Sequence& sequence, int t,
                  std::span<const double> answer, Judgement& judgement) {
    const auto step = static_cast<std::size_t>(t);
    const bool last = t + 1 == sequence.steps();
    const bool everywhere = e.task == LabTask::reber || e.task == LabTask::lags;
    double sum = 0, square = 0, furthest = 0;
    for (std::size_t k = 0; k < answer.size(); ++k) {
        const double target = sequence.next.empty()
                                  ? sequence.wanted[k]
                                  : (static_cast<int>(k) == sequence.next[step] ? 1.0 : 0.0);
        const double off = target > answer[k] ? target - answer[k] : answer[k] - target;
        sum += off;
        square += off * off;
        furthest = off > furthest ? off : furthest;
    }
    judgement.loss += square;
    if (!last && !everywhere) return;
    const auto count = static_cast<double>(answer.size());
    judgement.error = sum / count;
    judgement.square = square / count;
    const bool right =
        e.task == LabTask::reber ? foresees(answer, sequence.legal[step]) : furthest < e.tolerance;
    judgement.right = judgement.right && right;
}

}  // namespace carousel
