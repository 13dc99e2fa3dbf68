#include "cpu/thread_pool.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "cpu/floating_point_mode.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace carousel {

namespace {

// Long enough to bridge the serial moments between two parallel parts of a training step, short
// enough that a program that waits for input is asleep at once.
constexpr auto k_spin_time = std::chrono::microseconds(200);

void pause_processor() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// True when `ready` became true within the spin time.
template <typename Ready>
bool spin_until(std::chrono::microseconds time, Ready ready) {
    const auto end = std::chrono::steady_clock::now() + time;
    do {
        for (int i = 0; i < 64; ++i) {
            if (ready()) return true;
            pause_processor();
        }
    } while (std::chrono::steady_clock::now() < end);
    return false;
}

// Waiting members yield after the spin: on an oversubscribed machine the one waited for needs the
// core.
template <typename Ready>
void wait_until(std::chrono::microseconds time, Ready ready) {
    if (spin_until(time, ready)) return;
    while (!ready()) std::this_thread::yield();
}

}  // namespace

ThreadPool::ThreadPool(int threads)
    : size_(threads),
      // In a team larger than the machine whoever spins holds the core that another one needs.
      spin_time_(threads <= static_cast<int>(std::thread::hardware_concurrency())
                     ? k_spin_time
                     : k_spin_time * 0) {
    if (threads < 1) throw std::logic_error("a thread pool needs at least one thread");
    for (int member = 1; member < size_; ++member)
        threads_.emplace_back([this, member] { serve(member); });
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void ThreadPool::run(Task<int> work) {
    work_ = &work;
    error_ = nullptr;
    running_.store(size_, std::memory_order_relaxed);
    {
        const std::lock_guard lock(mutex_);
        generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    {
        const FlushDenormals mode;
        execute(0);
    }
    wait_until(spin_time_, [this] { return running_.load(std::memory_order_acquire) == 0; });
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
        const auto called = [&] { return generation_.load(std::memory_order_acquire) != seen; };
        if (!spin_until(spin_time_, called)) {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, called);
        }
        ++seen;
        {
            const std::lock_guard lock(mutex_);
            if (stop_) return;
        }
        execute(member);
    }
}

void ThreadPool::barrier() {
    if (size_ == 1) return;
    const auto phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
        arrived_.store(0, std::memory_order_relaxed);
        phase_.store(phase + 1, std::memory_order_release);
        return;
    }
    wait_until(spin_time_, [&] { return phase_.load(std::memory_order_acquire) != phase; });
}

void ThreadPool::for_each(std::int64_t count, Task<std::int64_t> task) {
    next_.store(0, std::memory_order_relaxed);
    run([&](int) {
        for (auto i = next_.fetch_add(1, std::memory_order_relaxed); i < count;
             i = next_.fetch_add(1, std::memory_order_relaxed)) {
            task(i);
        }
    });
}

}  // namespace carousel
