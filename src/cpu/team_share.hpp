#pragma once

#include <cstdint>

#include "cpu/thread_pool.hpp"
#include "model/cell_shapes.hpp"

namespace carousel {

/// How a team shares the steps of a layer: by streams, of which each member takes some through the
/// whole window alone, or by units, of which each takes some of all streams, and the team meets.
struct TeamShare {
    bool by_streams;
    int meetings;  ///< in a step, on the way forward and as often on the way back
};
TeamShare team_share(const CellShape& cell, std::int64_t batch_size, int threads);

/// What one member of the team computes in every step of a window.
class Member {
public:
    /// The share of member `index` of the team.
    Member(ThreadPool& pool, int index, const CellShape& cell, std::int64_t streams,
           std::int64_t blocks);

    const Range& streams() const { return streams_; }
    const Range& blocks() const { return blocks_; }  ///< of sixteen units

    /// Waits until all have come so far, where members read what others computed.
    void meet() const {
        if (team_ != nullptr) team_->barrier();
    }

private:
    Range streams_, blocks_;
    ThreadPool* team_ = nullptr;  // those who meet
};

}  // namespace carousel
