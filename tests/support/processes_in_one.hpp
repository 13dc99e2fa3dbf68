#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "model/communicator.hpp"

namespace carousel {

/// Processes that are threads of this one, and what they send to each other.
class ProcessesInOne {
public:
    explicit ProcessesInOne(int count) : count_(count) {}

    /// Calls work(communicator) for each of them side by side; throws what one of them threw.
    template <typename Work>
    void run(Work work) {
        std::exception_ptr failure;
        const auto one = [&](int process) {
            Side side(*this, process);
            try {
                work(side);
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!failure) failure = std::current_exception();
                gone_ = true;
                arrived_.notify_all();
            }
        };
        std::vector<std::thread> threads;
        for (int process = 1; process < count_; ++process) threads.emplace_back(one, process);
        one(0);
        for (auto& thread : threads) thread.join();
        if (failure) std::rethrow_exception(failure);
    }

    /// Bytes that process 0 has sent, and that all have.
    std::size_t bytes_of_first() const { return bytes_of_first_; }
    std::size_t bytes_of_all() {
        const std::lock_guard lock(mutex_);
        return bytes_of_all_;
    }

private:
    using Bytes = std::vector<std::byte>;

    class Side final : public Communicator {
    public:
        Side(ProcessesInOne& all, int process) : all_(all), process_(process) {}
        int processes() const override { return all_.count_; }
        int process() const override { return process_; }
        void abandon() noexcept override {
            const std::lock_guard lock(all_.mutex_);
            all_.gone_ = true;
            all_.arrived_.notify_all();
        }

        void exchange(std::span<const Outgoing> out, std::span<const Incoming> in) override {
            std::unique_lock lock(all_.mutex_);
            for (const auto& [to, bytes] : out) {
                all_.boxes_[{process_, to}].emplace_back(bytes.begin(), bytes.end());
                all_.bytes_of_all_ += bytes.size();
                if (process_ == 0) all_.bytes_of_first_ += bytes.size();
            }
            all_.arrived_.notify_all();
            for (const auto& [from, bytes] : in) {
                auto& box = all_.boxes_[{from, process_}];
                all_.arrived_.wait(lock, [&] { return all_.gone_ || !box.empty(); });
                if (box.empty()) throw std::runtime_error("a process has gone");
                if (box.front().size() != bytes.size())
                    throw std::logic_error("a message has another size than is expected");
                std::copy(box.front().begin(), box.front().end(), bytes.begin());
                box.pop_front();
            }
        }

    private:
        ProcessesInOne& all_;
        int process_;
    };

    int count_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    bool gone_ = false;
    std::size_t bytes_of_first_ = 0, bytes_of_all_ = 0;
    std::map<std::pair<int, int>, std::deque<Bytes>> boxes_;  // from, to
};

}  // namespace carousel
