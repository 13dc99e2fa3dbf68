#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "cpu/buffer.hpp"
#include "training/small_training.hpp"

namespace {

std::atomic<long> allocations{0};

}  // namespace

// These count for the whole program; everything else is as the library does it. They are never
// inlined: GCC would see memory of `new` given to `free`. `Buffer` takes its memory from
// `aligned_alloc`, for which the linker puts the first of them (meson.build).
extern "C" void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
extern "C" void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
    ++allocations;
    return __real_aligned_alloc(alignment, size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    void* memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size > 0 ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace carousel;

TEST_SUITE("training/trainer") {
    TEST_CASE("after the first step no step allocates, not even at the edge of an epoch") {
        for (int i = 0; i < 2 * k_net_count; ++i) {
            const auto cell = static_cast<CellKind>(i / 2);
            CAPTURE(k_cell_words[i / 2]);
            auto config = small_training_config();
            config.optimizer = i % 2 == 0 ? OptimizerKind::adam : OptimizerKind::muon;
            SmallTraining training(2, small_config(cell), config);
            training.run(1);
            const long before = allocations;
            training.run(static_cast<std::uint64_t>(steps_of(cell)));
            CHECK(allocations == before);
            if (cell == CellKind::lstm) CHECK(training.trainer.counters().epoch == 1);
        }
    }

    TEST_CASE("a buffer counts as an allocation") {
        const long before = allocations;
        const Buffer buffer(100);
        CHECK(allocations == before + 1);
    }
}
