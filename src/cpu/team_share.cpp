#include "cpu/team_share.hpp"

#include <unistd.h>

#include <algorithm>

#include "kernels/kernels.hpp"

namespace carousel {

namespace {

// What members wait for, as the multiply-adds that a core could have made meanwhile: 50 in a
// nanosecond with AVX-512 (docs/cluster.md, "Many cores").
constexpr double k_of_meeting = 200'000;
constexpr double k_of_foreign_byte = 5;  // one that another core has just written
// A byte of weights from the cache that all cores share, and which few of them can exhaust.
constexpr double k_of_shared_byte = 2, k_sharers = 3;
constexpr std::int64_t k_fewest_rows = 4;  // a product with fewer takes as long

// Of the second-level cache, that part which weights may take.
double weights_in_cache() {
    long bytes = 0;
#if defined(_SC_LEVEL2_CACHE_SIZE)
    bytes = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    constexpr long k_usual = 1 << 20;
    return 0.75 * static_cast<double>(bytes > 0 ? bytes : k_usual);
}

std::int64_t largest_part(std::int64_t count, int parts) {
    return (count + parts - 1) / parts;
}

}  // namespace

StepWork step_work(const CellShape& cell, std::int64_t streams, std::int64_t blocks, int threads,
                   int groups) {
    const int members = threads / groups;
    const auto gates = static_cast<double>(cell.recurrent.count + cell.mixed.count);
    const auto all = static_cast<double>(blocks * k_panel),
               units = static_cast<double>(largest_part(blocks, members) * k_panel);
    const auto own = largest_part(streams, groups);
    StepWork work{.multiply_adds =
                      2 * gates * all * units * static_cast<double>(std::max(own, k_fewest_rows)),
                  .weight_bytes = sizeof(float) * gates * all * units};
    if (members == 1) return work;
    // Forward it reads h of the other members, on the way back the gradients of their gates.
    work.foreign_bytes = sizeof(float) * static_cast<double>(own) * (1 + gates) * (all - units);
    work.meetings = cell.mixed.count > 0 ? 4 : 2;
    return work;
}

double cost(const StepWork& work, int threads) {
    static const double in_cache = weights_in_cache();
    double products = work.multiply_adds;
    if (work.weight_bytes > in_cache)
        products = std::max(
            products, 2 * work.weight_bytes * std::max(k_of_shared_byte, threads / k_sharers));
    return products + work.meetings * k_of_meeting + work.foreign_bytes * k_of_foreign_byte;
}

TeamShare team_share(const CellShape& cell, std::int64_t streams, std::int64_t blocks,
                     int threads) {
    // Rounds are thin products that wait for each other, and a mean over all units waits for all of
    // them: members would meet after every one.
    if (cell.rounds > 0 || is_normalized(cell)) return {threads, 0};
    if (!units_meet(cell)) return {1, 0};
    const auto cost_of = [&](int groups) {
        return cost(step_work(cell, streams, blocks, threads, groups), threads);
    };
    int best = threads;
    for (int groups = threads - 1; groups >= 1; --groups)
        if (threads % groups == 0 && cost_of(groups) < cost_of(best)) best = groups;
    return {best, best == threads ? 0 : cell.mixed.count > 0 ? 2 : 1};
}

Member::Member(ThreadPool& pool, int index, const CellShape& cell, std::int64_t streams,
               std::int64_t blocks) {
    const auto team = team_share(cell, streams, blocks, pool.size());
    members_ = pool.size() / team.groups;
    group_ = index / members_;
    streams_ = split_evenly(streams, team.groups, group_);
    blocks_ = split_evenly(blocks, members_, index % members_);
    if (team.meetings > 0) team_ = &pool;
}

}  // namespace carousel
