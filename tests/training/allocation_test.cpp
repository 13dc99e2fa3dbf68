#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "training/small_training.hpp"

namespace {

std::atomic<long> allocations{0};

}  // namespace

// Counts for the whole program; everything else is as the library does it.
void* operator new(std::size_t size) {
    ++allocations;
    void* memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace carousel;

TEST_SUITE("training/trainer") {
    TEST_CASE("after the first step no step allocates, not even at the edge of an epoch") {
        SmallTraining training(2);
        training.run(1);
        const long before = allocations;
        training.run(60);
        CHECK(allocations == before);
        CHECK(training.trainer.counters().epoch == 1);
    }
}
