#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "base/task.hpp"

namespace carousel {

/// A fixed team of threads that run one function together. The caller is member 0; the others wait
/// for the next call in a spin of a few microseconds, then give their core to whoever wants it, and
/// soon sleep, so an idle program uses no processor time.
///
/// Law: what a call computes must not depend on `size()`. Work is split so that each result element
/// is produced by one member in a fixed order; reductions go over partitions that do not depend on
/// the team.
class ThreadPool {
public:
    /// Range: threads ≥ 1. Where the system makes no more threads, the team has fewer.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int size() const { return size_; }

    /// Calls `work(member)` once on each member, member in [0, size()), and returns when all have
    /// ended. The first exception thrown by a member is thrown again here. Not reentrant, but for
    /// a team of one: any number of threads may let it run.
    void run(Task<int> work);

    /// Inside `run`: waits until `members` of the team have arrived at the barrier of this number,
    /// in [0, size()). Those who meet there must call it equally often, and none may throw between.
    void barrier(int number, int members);

    /// Calls `task(i)` for each i in [0, count), handed out one by one to whichever member is free.
    void for_each(std::int64_t count, Task<std::int64_t> task);

private:
    /// Where members meet. What all of them write has its line of the cache alone.
    struct Barrier {
        alignas(64) std::atomic<int> arrived{0};
        alignas(64) std::atomic<std::uint32_t> phase{0};
    };

    void serve(int member);
    void execute(int member) noexcept;
    void wake_sleepers();
    template <typename Ready>
    void wait_until(Ready ready) const;

    int size_;
    bool crowded_;
    std::vector<std::thread> threads_;
    const Task<int>* work_ = nullptr;
    std::exception_ptr error_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Barrier> barriers_;
    std::atomic<bool> stop_{false};
    std::atomic<int> sleepers_{0};
    alignas(64) std::atomic<std::uint32_t> generation_{0};
    alignas(64) std::atomic<int> running_{0};
    alignas(64) std::atomic<std::int64_t> next_{0};
};

/// Part `index` of [0, count) cut into `parts` ranges whose sizes differ by at most one.
struct Range {
    std::int64_t begin = 0, end = 0;
    std::int64_t size() const { return end - begin; }
};
inline Range split_evenly(std::int64_t count, int parts, int index) {
    return {count * index / parts, count * (index + 1) / parts};
}

}  // namespace carousel
