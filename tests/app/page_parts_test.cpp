#include "app/page_parts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <thread>

#include "support/tiny_model.hpp"

using namespace carousel;

namespace {

std::ptrdiff_t threads_of_process() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

/// The most threads that the process has while `work` runs, beyond those that it has before.
template <typename Work>
std::ptrdiff_t threads_while(Work work) {
    const auto before = threads_of_process() + 1;  // the watcher
    std::atomic<bool> over = false;
    std::ptrdiff_t most = 0;
    std::thread watcher([&] {
        while (!over) {
            most = std::max(most, threads_of_process());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    work();
    over = true;
    watcher.join();
    return most - before;
}

}  // namespace

TEST_SUITE("app/page_parts") {
    TEST_CASE("the samples of a page are written by as many threads as were asked for") {
        const auto tokenizer = tokenizer_of("abcdefgh");
        const auto model = untrained_model(tokenizer.vocabulary().size(), 1);
        const auto weights = model->weights();
        const auto extra = [&](std::optional<int> threads) {
            return threads_while([&] {
                write_samples(model->config(), weights, tokenizer,
                              {.length = 10'000'000, .seconds = 0.15, .threads = threads});
            });
        };
        CHECK(extra(1) == 0);
        CHECK(extra(3) == 2);
        CHECK(extra({}) == 0);  // by the size of the model
    }
}
