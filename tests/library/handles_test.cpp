#include "library/handles.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "library/border.hpp"
#include "library/lent.hpp"

using namespace carousel;

namespace {

struct Thing final : Held {
    static constexpr std::string_view k_kind = "a thing";
    std::string_view kind() const override { return k_kind; }
    int uses = 0;
};

struct Other final : Held {
    static constexpr std::string_view k_kind = "another thing";
    std::string_view kind() const override { return k_kind; }
};

constexpr int k_threads = 10, k_rounds = 200;

void on_threads(const std::function<void(int)>& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < k_threads; ++i) threads.emplace_back([&work, i] { work(i); });
    for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_SUITE("library/handles") {
    TEST_CASE("a handle that was given back is never one again") {
        std::vector<void*> before;
        for (int i = 0; i < 100; ++i) {
            void* handle = hand_out(std::make_shared<Thing>());
            for (const void* old : before) CHECK(old != handle);
            before.push_back(handle);
            take_back(handle, Thing::k_kind);
            CHECK_THROWS_AS(find<Thing>(handle), BorderError);
            CHECK_THROWS_AS(take_back(handle, Thing::k_kind), BorderError);
        }
    }

    TEST_CASE("a handle of another kind is not given back") {
        void* handle = hand_out(std::make_shared<Thing>());
        CHECK_THROWS_AS(take_back(handle, Other::k_kind), BorderError);
        CHECK_NOTHROW(find<Thing>(handle));
        take_back(handle, Thing::k_kind);
    }

    TEST_CASE("threads that make, use and give back handles at once meet only their own") {
        std::atomic<int> wrong = 0;
        on_threads([&](int) {
            for (int round = 0; round < k_rounds; ++round) {
                void* handle = hand_out(std::make_shared<Thing>());
                for (int use = 0; use < 3; ++use) ++Turn<Thing>(handle)->uses;
                wrong += find<Thing>(handle)->uses != 3;
                take_back(handle, Thing::k_kind);
            }
        });
        CHECK(wrong == 0);
    }

    TEST_CASE(
        "one handle for many threads: one has it at a time, the others are told, none is lost") {
        void* handle = hand_out(std::make_shared<Thing>());
        std::atomic<int> used = 0;
        on_threads([&](int) {
            for (int round = 0; round < k_rounds; ++round) {
                try {
                    const Turn<Thing> mine(handle);
                    ++mine->uses;
                    ++used;
                } catch (const BorderError& error) {
                    if (error.status() != CAROUSEL_BUSY) throw;
                }
            }
        });
        CHECK(used > 0);
        CHECK(find<Thing>(handle)->uses == used);
        take_back(handle, Thing::k_kind);
    }

    TEST_CASE("a handle in use is not given back") {
        void* handle = hand_out(std::make_shared<Thing>());
        {
            const Turn<Thing> mine(handle);
            CHECK_THROWS_AS(take_back(handle, Thing::k_kind), BorderError);
        }
        take_back(handle, Thing::k_kind);
    }

    TEST_CASE("what is lent serves one caller at a time, and no more are made than are needed") {
        std::atomic<int> made = 0, wrong = 0;
        Lent<int> lent([&] {
            ++made;
            return std::make_unique<int>(0);
        });
        on_threads([&](int) {
            for (int round = 0; round < k_rounds; ++round) {
                lent.use([&](int& number) {
                    const int before = number++;
                    wrong += number != before + 1;
                });
            }
        });
        CHECK(wrong == 0);
        CHECK(made >= 1);
        CHECK(made <= k_threads);
    }

    TEST_CASE("what has thrown is not lent again") {
        int made = 0;
        Lent<int> lent([&] {
            ++made;
            return std::make_unique<int>(0);
        });
        CHECK_THROWS_AS(lent.use([](int&) { throw 1; }), int);
        lent.use([](const int&) {});
        CHECK(made == 2);
    }
}
