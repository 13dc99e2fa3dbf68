#include "cpu/team_share.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_streams_to_share =
    8;  // streams a member needs before streams are what is shared

}  // namespace

TeamShare team_share(const CellShape& cell, std::int64_t batch_size, int threads) {
    // Rounds are thin products that wait for each other, and a mean over all units waits for all of
    // them: members would meet after every one.
    const bool alone = cell.rounds > 0 || is_normalized(cell) || threads == 1;
    if (alone || batch_size >= k_streams_to_share * threads) return {true, 0};
    if (!units_meet(cell)) return {false, 0};
    return {false, cell.mixed.count > 0 ? 2 : 1};
}

Member::Member(ThreadPool& pool, int index, const CellShape& cell, std::int64_t streams,
               std::int64_t blocks)
    : streams_{0, streams}, blocks_{0, blocks} {
    const auto team = team_share(cell, streams, pool.size());
    (team.by_streams ? streams_ : blocks_) =
        split_evenly(team.by_streams ? streams : blocks, pool.size(), index);
    if (team.meetings > 0) team_ = &pool;
}

}  // namespace carousel
