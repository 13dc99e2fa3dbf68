#pragma once

#include <cstdint>

#include "cpu/thread_pool.hpp"
#include "model/cell_shapes.hpp"

namespace carousel {

/// How a team shares the steps of a layer: in groups, of which each takes some streams through the
/// whole window and meets nobody else; its members have some of the units each, and meet.
struct TeamShare {
    int groups;    ///< a divisor of the team's size
    int meetings;  ///< in a step, on the way forward and as often on the way back
};
/// `blocks`: of sixteen units.
TeamShare team_share(const CellShape& cell, std::int64_t streams, std::int64_t blocks, int threads);

/// What the member that has most to do does in a step, forward and back, where a team forms so many
/// groups: the products with U, and what it reads for them.
struct StepWork {
    double multiply_adds = 0;
    double weight_bytes = 0;   ///< of its part of U
    double foreign_bytes = 0;  ///< that other members have just written
    int meetings = 0;
};
StepWork step_work(const CellShape& cell, std::int64_t streams, std::int64_t blocks, int threads,
                   int groups);
/// All of it as multiply-adds that a core makes in that time, as `team_share` weighs it.
double cost(const StepWork& work, int threads);

/// What one member of the team computes in every step of a window.
class Member {
public:
    /// The share of member `index` of the team.
    Member(ThreadPool& pool, int index, const CellShape& cell, std::int64_t streams,
           std::int64_t blocks);

    const Range& streams() const { return streams_; }
    const Range& blocks() const { return blocks_; }  ///< of sixteen units

    /// Waits until all of the group have come so far, where members read what others computed.
    void meet() const {
        if (team_ != nullptr) team_->barrier(group_, members_);
    }

private:
    int group_, members_;  // its number, and how many have the same streams
    Range streams_, blocks_;
    ThreadPool* team_ = nullptr;  // those who meet
};

}  // namespace carousel
