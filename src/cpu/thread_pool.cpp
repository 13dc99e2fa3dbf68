#include "cpu/thread_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

#include "base/floating_point_mode.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace carousel {

namespace {

// The first microseconds of a wait are spent in a spin, for whoever is waited for is about to come.
// After them the core goes, for a moment each time, to any thread that wants it: on a busy machine
// that may be the one waited for, and where there is none, nothing is lost.
constexpr auto k_spin_time = std::chrono::microseconds(5);
// Long enough to bridge the serial moments between two parallel parts of a training step, short
// enough that a program that waits for input is asleep at once.
constexpr auto k_awake_time = std::chrono::microseconds(200);

void pause_processor() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// True when `ready` became true within the time.
template <typename Ready, typename Idle>
bool wait_for(std::chrono::microseconds time, Ready ready, Idle idle) {
    const auto end = std::chrono::steady_clock::now() + time;
    do {
        if (ready()) return true;
        idle();
    } while (std::chrono::steady_clock::now() < end);
    return false;
}

template <typename Ready>
bool spin_until(Ready ready) {
    return wait_for(k_spin_time, ready, [&] {
        for (int i = 0; i < 32 && !ready(); ++i) pause_processor();
    });
}

/// While it lives, new threads get small stacks: kernels keep little there, and the usual eight
/// megabytes of each thread would be the first to reach a limit of memory.
class SmallStacks {
#if defined(__GLIBC__)
public:
    SmallStacks() {
        constexpr std::size_t k_size = std::size_t{2} << 20;
        known_ = ::pthread_getattr_default_np(&before_) == 0;
        pthread_attr_t small;
        if (!known_ || ::pthread_attr_init(&small) != 0) return;
        if (::pthread_attr_setstacksize(&small, k_size) == 0) ::pthread_setattr_default_np(&small);
        ::pthread_attr_destroy(&small);
    }
    ~SmallStacks() {
        if (!known_) return;
        ::pthread_setattr_default_np(&before_);
        ::pthread_attr_destroy(&before_);
    }
    SmallStacks(const SmallStacks&) = delete;
    SmallStacks& operator=(const SmallStacks&) = delete;

private:
    pthread_attr_t before_{};
    bool known_ = false;
#endif
};

}  // namespace

ThreadPool::ThreadPool(int threads)
    : size_(threads),
      // In a team larger than the machine whoever waits awake holds the core that another one
      // needs.
      crowded_(threads > static_cast<int>(std::thread::hardware_concurrency())),
      barriers_(static_cast<std::size_t>(std::max(threads, 1))) {
    if (threads < 1) throw std::logic_error("a thread pool needs at least one thread");
    threads_.reserve(static_cast<std::size_t>(threads - 1));
    const SmallStacks small;
    try {
        for (int member = 1; member < threads; ++member)
            threads_.emplace_back([this, member] { serve(member); });
    } catch (const std::exception&) {
        // A limit of threads or memory is reached: those there are do the work.
    }
    size_ = static_cast<int>(threads_.size()) + 1;
}

ThreadPool::~ThreadPool() {
    stop_ = true;
    generation_.fetch_add(1);
    wake_sleepers();
    for (auto& thread : threads_) thread.join();
}

// After a new generation. Whoever falls asleep first says so and then looks for one, in this order:
// so nobody sleeps through it, and while all are awake none of them touches a lock.
void ThreadPool::wake_sleepers() {
    if (sleepers_.load() == 0) return;
    { const std::lock_guard lock(mutex_); }  // who has said so now waits
    wake_.notify_all();
}

template <typename Ready>
void ThreadPool::wait_until(Ready ready) const {
    if (!crowded_ && spin_until(ready)) return;
    while (!ready()) std::this_thread::yield();
}

void ThreadPool::run(Task<int> work) {
    if (size_ == 1) {  // touches nothing of the team, so that others may be here at once
        const FlushDenormals mode;
        return work(0);
    }
    work_ = &work;
    error_ = nullptr;
    running_.store(size_, std::memory_order_relaxed);
    generation_.fetch_add(1);
    wake_sleepers();
    {
        const FlushDenormals mode;
        execute(0);
    }
    wait_until([this] { return running_.load(std::memory_order_acquire) == 0; });
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::execute(int member) noexcept {
    try {
        (*work_)(member);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
    }
    running_.fetch_sub(1, std::memory_order_acq_rel);
}

void ThreadPool::serve(int member) {
    const FlushDenormals mode;
    std::uint32_t seen = 0;
    while (true) {
        const auto called = [&] { return generation_.load() != seen; };
        const auto awake = [&] {
            return spin_until(called) ||
                   wait_for(k_awake_time, called, [] { std::this_thread::yield(); });
        };
        if (crowded_ || !awake()) {
            std::unique_lock lock(mutex_);
            ++sleepers_;
            wake_.wait(lock, called);
            --sleepers_;
        }
        ++seen;
        if (stop_) return;
        execute(member);
    }
}

void ThreadPool::barrier(int number, int members) {
    if (members == 1) return;
    auto& barrier = barriers_[static_cast<std::size_t>(number)];
    auto& phase = barrier.phase;
    const auto before = phase.load(std::memory_order_relaxed);
    if (barrier.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == members) {
        barrier.arrived.store(0, std::memory_order_relaxed);
        phase.store(before + 1, std::memory_order_release);
        return;
    }
    wait_until([&] { return phase.load(std::memory_order_acquire) != before; });
}

void ThreadPool::for_each(std::int64_t count, Task<std::int64_t> task) {
    if (size_ == 1) {
        run([&](int) {
            for (std::int64_t i = 0; i < count; ++i) task(i);
        });
        return;
    }
    next_.store(0, std::memory_order_relaxed);
    run([&](int) {
        for (auto i = next_.fetch_add(1, std::memory_order_relaxed); i < count;
             i = next_.fetch_add(1, std::memory_order_relaxed)) {
            task(i);
        }
    });
}

}  // namespace carousel
