#include "cpu/thread_pool.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace carousel {
namespace {

constexpr int k_wanted = 64, k_allowed = 5;

/// In a process that may have no more than a few threads: the size of the team of a pool that was
/// to have many, and whether each member works.
[[noreturn]] void make_pool_under_a_limit() {
    ::alarm(30);
    constexpr uid_t k_nobody = 65534;  // no limit holds for root
    if (::geteuid() == 0 && ::setuid(k_nobody) != 0) ::_exit(0);
    const rlimit limit{k_allowed, k_allowed};
    ::setrlimit(RLIMIT_NPROC, &limit);
    ThreadPool pool(k_wanted);
    std::vector<int> calls(static_cast<std::size_t>(pool.size()));
    for (int round = 0; round < 3; ++round) {
        pool.run([&](int member) {
            ++calls[static_cast<std::size_t>(member)];
            pool.barrier(0, pool.size());
        });
    }
    const bool all_work = std::all_of(calls.begin(), calls.end(), [](int n) { return n == 3; });
    ::_exit(all_work ? pool.size() : k_wanted + 1);
}

}  // namespace

TEST_SUITE("cpu/thread_pool") {
    TEST_CASE("every member runs the work once, in each of many calls") {
        for (const int threads : {1, 2, 3, 7}) {
            CAPTURE(threads);
            ThreadPool pool(threads);
            CHECK(pool.size() == threads);
            std::vector<int> calls(static_cast<std::size_t>(threads));
            for (int i = 0; i < 500; ++i) {
                pool.run([&](int member) { ++calls[static_cast<std::size_t>(member)]; });
            }
            for (const int count : calls) CHECK(count == 500);
        }
    }

    TEST_CASE("no member passes a barrier before all have arrived") {
        constexpr int threads = 4, rounds = 200;
        ThreadPool pool(threads);
        std::atomic<int> arrived = 0, early = 0;
        pool.run([&](int) {
            for (int round = 1; round <= rounds; ++round) {
                ++arrived;
                pool.barrier(0, threads);
                if (arrived < round * threads) ++early;
                pool.barrier(0, threads);
            }
        });
        CHECK(early == 0);
        CHECK(arrived == rounds * threads);
    }

    TEST_CASE("groups of a team meet without waiting for each other") {
        ThreadPool pool(5);
        std::atomic<int> pairs_done = 0;
        bool third_waited_for_nobody = false;
        pool.run([&](int member) {
            if (member == 4) {  // who has no group comes last
                while (pairs_done < 4) std::this_thread::yield();
                third_waited_for_nobody = true;
                return;
            }
            for (int round = 0; round < 100; ++round) pool.barrier(member / 2, 2);
            ++pairs_done;
        });
        CHECK(third_waited_for_nobody);
    }

    TEST_CASE("a team is called also while some of it fall asleep") {
        ThreadPool pool(4);
        std::atomic<int> calls = 0;
        for (int round = 0; round < 60; ++round) {
            pool.run([&](int) { ++calls; });
            // About as long as a member stays awake, a little less and a little more.
            std::this_thread::sleep_for(std::chrono::microseconds(120 + 5 * round));
        }
        CHECK(calls == 240);
    }

    TEST_CASE("what members wrote before a barrier is seen by all behind it") {
        constexpr int threads = 3;
        ThreadPool pool(threads);
        std::vector<int> values(threads), sums(threads);
        for (int round = 0; round < 200; ++round) {
            pool.run([&](int member) {
                values[static_cast<std::size_t>(member)] = round + member;
                pool.barrier(0, threads);
                sums[static_cast<std::size_t>(member)] =
                    std::accumulate(values.begin(), values.end(), 0);
            });
            for (const int sum : sums) REQUIRE(sum == 3 * round + 3);
        }
    }

    TEST_CASE("each index is handed out once") {
        ThreadPool pool(3);
        for (const std::int64_t count : {0, 1, 2, 1000}) {
            std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
            pool.for_each(count, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
            for (const auto& number : calls) CHECK(number == 1);
        }
    }

    TEST_CASE("an exception of any member reaches the caller, and the pool goes on") {
        ThreadPool pool(3);
        for (int thrower = 0; thrower < 3; ++thrower) {
            CAPTURE(thrower);
            CHECK_THROWS_AS(pool.run([&](int member) {
                if (member == thrower) throw std::runtime_error("thrown");
            }),
                            std::runtime_error);
            std::atomic<int> calls = 0;
            pool.run([&](int) { ++calls; });
            CHECK(calls == 3);
        }
    }

    TEST_CASE("a team of one is run by many threads at once, and each has its own exception") {
        ThreadPool pool(1);
        std::vector<std::int64_t> sums(8), caught(8);
        std::vector<std::thread> callers;
        for (std::size_t caller = 0; caller < sums.size(); ++caller) {
            callers.emplace_back([&, caller] {
                for (int round = 0; round < 300; ++round) {
                    pool.for_each(5, [&](std::int64_t i) { sums[caller] += i; });
                    try {
                        pool.run([&](int) { throw caller; });
                    } catch (const std::size_t& thrown) {
                        caught[caller] += thrown == caller ? 1 : 0;
                    }
                }
            });
        }
        for (auto& caller : callers) caller.join();
        CHECK(sums == std::vector<std::int64_t>(8, 3000));
        CHECK(caught == std::vector<std::int64_t>(8, 300));
    }

    TEST_CASE("where the system makes no more threads, the team has those there are") {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) make_pool_under_a_limit();
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFEXITED(status));  // neither aborted nor waiting for ever
        CHECK(WEXITSTATUS(status) <= k_allowed);
    }

    TEST_CASE("an even split covers the range in order, with sizes that differ by one at most") {
        for (const std::int64_t count : {0, 1, 7, 8, 100}) {
            for (const int parts : {1, 2, 3, 8}) {
                std::int64_t end = 0;
                for (int i = 0; i < parts; ++i) {
                    const Range range = split_evenly(count, parts, i);
                    CHECK(range.begin == end);
                    CHECK(range.size() >= count / parts);
                    CHECK(range.size() <= count / parts + 1);
                    end = range.end;
                }
                CHECK(end == count);
            }
        }
    }
}

}  // namespace carousel
