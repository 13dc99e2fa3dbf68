#pragma once

#include "cpu/thread_pool.hpp"

namespace carousel {

/// Those who do the pieces of some work: the whole team, or the one member that calls, inside
/// `ThreadPool::run`.
class Crew {
public:
    Crew() = default;
    explicit Crew(ThreadPool& pool) : pool_(&pool) {}

    /// Calls `task(i)` for each i in [0, count), and returns when all have ended.
    void for_each(std::int64_t count, Task<std::int64_t> task) const {
        if (pool_ != nullptr) return pool_->for_each(count, task);
        for (std::int64_t i = 0; i < count; ++i) task(i);
    }

private:
    ThreadPool* pool_ = nullptr;
};

}  // namespace carousel
