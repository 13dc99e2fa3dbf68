#include "compression/range_coder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"

using namespace carousel;

namespace {

std::string encoded(const std::vector<CodeInterval>& intervals) {
    RangeEncoder encoder;
    for (const auto& interval : intervals) encoder.encode(interval);
    return encoder.finish();
}

/// Intervals of every size and place among totals of every size.
std::vector<CodeInterval> drawn_intervals(std::size_t count, std::uint64_t seed) {
    std::vector<CodeInterval> intervals;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto draw = [&](std::uint64_t j, std::uint64_t below) {
            const double u = random_uniform({.seed = seed}, 4 * i + j);
            return std::min(below - 1, static_cast<std::uint64_t>(u * static_cast<double>(below)));
        };
        const std::uint64_t total = (std::uint64_t{1} << (1 + draw(0, 32))) - draw(1, 2);
        const std::uint64_t first = draw(2, total);
        intervals.push_back({first, 1 + draw(3, total - first), total});
    }
    return intervals;
}

}  // namespace

TEST_SUITE("compression/range_coder") {
    TEST_CASE("what was encoded comes out, for intervals of every size and place") {
        for (const std::size_t count : {0U, 1U, 2U, 7U, 5000U}) {
            const auto intervals = drawn_intervals(count, count + 3);
            const auto bytes = encoded(intervals);
            RangeDecoder decoder(bytes);
            for (const auto& interval : intervals) {
                const auto place = decoder.place(interval.total);
                REQUIRE(place >= interval.first);
                REQUIRE(place < interval.first + interval.size);
                decoder.take(interval);
            }
            CHECK_NOTHROW(decoder.finish());
        }
    }

    TEST_CASE("carries run through bytes that are all ones") {
        // The upper end of the interval, again and again, then the last place of it and the first.
        for (const std::uint64_t last : {0U, 1U, 2U}) {
            std::vector<CodeInterval> intervals(300, {.first = 254, .size = 2, .total = 256});
            for (int i = 0; i < 40; ++i)
                intervals.push_back({.first = 255, .size = 1, .total = 256});
            intervals.push_back({.first = last, .size = 1, .total = 3});
            const auto bytes = encoded(intervals);
            RangeDecoder decoder(bytes);
            for (const auto& interval : intervals) {
                const auto place = decoder.place(interval.total);
                REQUIRE(place >= interval.first);
                REQUIRE(place < interval.first + interval.size);
                decoder.take(interval);
            }
            CHECK_NOTHROW(decoder.finish());
        }
    }

    TEST_CASE("the last byte may carry, too") {
        // The last of 256 places, again and again: what is left begins with a byte of ones.
        for (int times = 1; times <= 20; ++times) {
            const std::vector<CodeInterval> intervals(static_cast<std::size_t>(times),
                                                      {.first = 255, .size = 1, .total = 256});
            const auto bytes = encoded(intervals);
            RangeDecoder decoder(bytes);
            for (const auto& interval : intervals) {
                REQUIRE(decoder.place(256) == 255);
                decoder.take(interval);
            }
            CHECK_NOTHROW(decoder.finish());
        }
    }

    TEST_CASE("the bytes are as many as the intervals are unlikely, and one more") {
        const auto intervals = drawn_intervals(20'000, 9);
        double bits = 0;
        for (const auto& [first, size, total] : intervals)
            bits -= std::log2(static_cast<double>(size) / static_cast<double>(total));
        const auto bytes = static_cast<double>(encoded(intervals).size());
        CHECK(bytes >= bits / 8);
        CHECK(bytes < bits / 8 * 1.000001 + 2);
    }

    TEST_CASE("bytes that end before what is decoded are refused, and so are bytes behind it") {
        const auto intervals = drawn_intervals(200, 4);
        const auto bytes = encoded(intervals);
        const auto decode = [&](const std::string& some) {
            RangeDecoder decoder(some);
            for (const auto& interval : intervals) {
                decoder.place(interval.total);
                decoder.take(interval);
            }
            decoder.finish();
        };
        CHECK_NOTHROW(decode(bytes));
        CHECK_THROWS_AS(decode(bytes + '\0'), InputError);
        CHECK_THROWS_AS(decode(bytes.substr(0, bytes.size() - 1)), InputError);
        CHECK_THROWS_AS(decode(""), InputError);
    }
}
