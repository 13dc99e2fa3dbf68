#include "cpu/buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

using namespace carousel;

TEST_SUITE("cpu/buffer") {
    TEST_CASE("a buffer is zeroed and starts at a line of the cache, whatever its size") {
        for (const std::int64_t count : {0, 1, 15, 16, 1000, 600000}) {
            CAPTURE(count);
            const Buffer buffer(count);
            CHECK(buffer.size() == count);
            CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
            CHECK(
                std::all_of(buffer.data(), buffer.data() + count, [](float x) { return x == 0; }));
        }
    }

    TEST_CASE("a buffer without a size holds nothing") {
        const Buffer buffer;
        CHECK(buffer.data() == nullptr);
        CHECK(buffer.size() == 0);
    }
}
