#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/floating_point_mode.hpp"
#include "kernels/instruction_sets.hpp"

// Products in bf16, held against a chain of the C library's fma, whose results this file turns to
// zero where the law says so.

using namespace carousel;

namespace {

constexpr float k_smallest_normal = std::numeric_limits<float>::min();

std::uint16_t upper_half(float x) {
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
}
float as_float(std::uint16_t half) {
    return std::bit_cast<float>(std::uint32_t{half} << 16);
}

/// Zero, with its sign, for what is below 2^-126.
float flushed(float x) {
    return std::abs(x) < k_smallest_normal ? std::copysign(0.0F, x) : x;
}

/// a b + c rounded once, as if there were no smallest exponent; then flushed.
float flushing_fma(float a, float b, float c) {
    a = flushed(a);
    b = flushed(b);
    c = flushed(c);
    const float sum = std::fma(a, b, c);
    if (!(std::abs(sum) <= k_smallest_normal) || sum == 0) return sum;
    // Far from the smallest numbers the same sum is rounded at its own last place.
    if (std::abs(a) < std::abs(b)) std::swap(a, b);
    const float large = std::fma(a, b * 0x1p100F, c * 0x1p100F);
    if (std::abs(large) < k_smallest_normal * 0x1p100F) return std::copysign(0.0F, sum);
    return large * 0x1p-100F;
}

float add_pair(Bf16Pair a, Bf16Pair w, float sum) {
    sum = flushing_fma(as_float(a.odd), as_float(w.odd), sum);
    return flushing_fma(as_float(a.even), as_float(w.even), sum);
}

/// One number for what is none: which NaN comes out is not promised.
std::uint32_t number_bits(float x) {
    return std::isnan(x) ? 0x7FC00000U : std::bit_cast<std::uint32_t>(x);
}

using Pairs = std::vector<Bf16Pair>;

Pairs pairs_of(const Floats& values) {
    Pairs pairs(values.size() / 2);
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {upper_half(values[2 * i]), upper_half(values[2 * i + 1])};
    return pairs;
}

/// Sixteen sums of one pair by sixteen, as a set computes them.
struct OnePair {
    Bf16Pair a;
    Pairs w = Pairs(16);
    Floats sums = Floats(16);

    Floats computed(const KernelTable& set) const {
        Floats c = sums;
        set.pair_product({.a = &a,
                          .a_row = 1,
                          .a_depth = 1,
                          .w = w.data(),
                          .w_panel = 16,
                          .c = c.data(),
                          .c_row = 16,
                          .c_panel = 16,
                          .rows = 1,
                          .panels = 1,
                          .depth = 1,
                          .accumulate = true});
        return c;
    }
    Floats expected() const {
        Floats c = sums;
        for (std::size_t j = 0; j < c.size(); ++j) c[j] = add_pair(a, w[j], c[j]);
        return c;
    }
};

/// How many sums of all sets are not those expected.
int wrong_sums(const OnePair& x) {
    const auto expected = x.expected();
    int wrong = 0;
    for (const auto* set : instruction_sets()) {
        const FlushDenormals mode;
        const auto found = x.computed(*set);
        for (std::size_t j = 0; j < found.size(); ++j)
            wrong += number_bits(found[j]) != number_bits(expected[j]);
    }
    return wrong;
}

std::uint32_t drawn_word(std::uint64_t number) {
    return random_word({7, RandomPurpose::benchmark, 2}, number);
}
Bf16Pair drawn_pair(std::uint64_t number) {
    return std::bit_cast<Bf16Pair>(drawn_word(number));
}

/// Pairs and sums of any bits.
int wrong_random_sums(int rounds) {
    int wrong = 0;
    std::uint64_t drawn = 0;
    for (int i = 0; i < rounds; ++i) {
        OnePair x{.a = drawn_pair(drawn++)};
        for (auto& pair : x.w) pair = drawn_pair(drawn++);
        for (auto& sum : x.sums) sum = std::bit_cast<float>(drawn_word(drawn++));
        wrong += wrong_sums(x);
    }
    return wrong;
}

/// The number in bf16 nearest to x, of two the one with an even last bit; by distances.
std::uint16_t nearest(float x) {
    if (std::abs(x) < k_smallest_normal || std::isinf(x)) return upper_half(flushed(x));
    const auto below = upper_half(x), above = static_cast<std::uint16_t>(below + 1);
    // Beyond the largest would come 2^128.
    const auto size = [](std::uint16_t half) {
        return (half & 0x7FFF) == 0x7F80 ? 0x1p128 : std::abs(double{as_float(half)});
    };
    const double here = std::abs(double{x}) - size(below), there = size(above) - std::abs(x);
    if (here != there) return here < there ? below : above;
    return below % 2 == 0 ? below : above;
}

enum class Start { zero, given, accumulate };

constexpr std::int64_t k_pair_rows = 40, k_pair_panels = 9, k_depth_pairs = 65;
constexpr std::int64_t k_sums_row = k_pair_panels * k_panel + 16;  // with a margin

/// Operands of the largest product; smaller ones use their upper left part.
struct PairOperands {
    Pairs a = pairs_of(random_floats(2 * (k_pair_rows + 3) * (k_depth_pairs + 3), 1));
    Pairs w = pairs_of(random_floats(2 * k_pair_panels * k_depth_pairs * k_panel, 2));
    Floats c = random_floats(k_pair_rows * k_sums_row, 3),
           start = random_floats(k_pair_panels * k_panel, 4);
    std::ptrdiff_t a_row, a_depth;

    explicit PairOperands(bool row_major)
        : a_row(row_major ? k_depth_pairs + 3 : 1), a_depth(row_major ? 1 : k_pair_rows + 3) {}

    PairProduct product(float* out, std::int64_t rows, std::int64_t panels, std::int64_t depth,
                        Start from) const {
        return {.a = a.data(),
                .a_row = a_row,
                .a_depth = a_depth,
                .w = w.data(),
                .w_panel = k_depth_pairs * k_panel,
                .c = out,
                .c_row = k_sums_row,
                .c_panel = k_panel,
                .rows = rows,
                .panels = panels,
                .depth = depth,
                .start = from == Start::given ? start.data() : nullptr,
                .accumulate = from == Start::accumulate};
    }

    float chain(std::int64_t m, std::int64_t n, std::int64_t depth, Start from) const {
        const auto at = [](const auto& values, std::int64_t i) {
            return values[static_cast<std::size_t>(i)];
        };
        float sum = 0;
        if (from == Start::given) sum = at(start, n);
        if (from == Start::accumulate) sum = at(c, m * k_sums_row + n);
        for (std::int64_t k = 0; k < depth; ++k) {
            sum = add_pair(at(a, m * a_row + k * a_depth),
                           at(w, (n / k_panel * k_depth_pairs + k) * k_panel + n % k_panel), sum);
        }
        return sum;
    }
};

}  // namespace

TEST_SUITE("kernels/bf16") {
    TEST_CASE("a product of a pair by a pair is what paper and pencil give") {
        // 2 · 3 + 5 · 7 + 100
        OnePair x{.a = {upper_half(2), upper_half(5)}};
        x.w[3] = {upper_half(3), upper_half(7)};
        x.sums[3] = 100;
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            CHECK(x.computed(*set)[3] == 141);
        }
    }

    TEST_CASE("the odd one of a pair is added first, and each sum is rounded") {
        // 1 + 2^-24 is rounded to 1, which comes first; then 1 - 1 is nothing.
        OnePair x{.a = {upper_half(-1), upper_half(1)}};
        x.w[0] = {upper_half(1), upper_half(0x1p-24F)};
        x.sums[0] = 1;
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            CHECK(x.computed(*set)[0] == 0);
        }
    }

    TEST_CASE("pairs and sums of any bits give the same sums everywhere") {
        CHECK(wrong_random_sums(20'000) == 0);
    }

    TEST_CASE("so do three million" * doctest::skip()) {  // --no-skip
        CHECK(wrong_random_sums(200'000) == 0);
    }

    TEST_CASE("so do zeros, subnormals, bounds, infinities and NaN with each other") {
        using Limits = std::numeric_limits<float>;
        std::vector<float> special{0,         1,           1.0078125F,         0x1p-126F,
                                   0x1p-63F,  0x1.02p-63F, 0x1.fep-64F,        0x1p-127F,
                                   0x1p-133F, 0x1p64F,     0x1.fep127F,        Limits::infinity(),
                                   3,         0x1p-100F,   Limits::quiet_NaN()};
        const std::size_t halves = special.size();
        for (std::size_t i = 0; i < halves; ++i) special.push_back(-special[i]);
        std::vector<float> sums = special;
        for (const float x :
             {Limits::denorm_min(), std::nextafter(k_smallest_normal, 0.0F),
              std::nextafter(k_smallest_normal, 1.0F), Limits::max(), 0x1.fffffep-125F}) {
            sums.push_back(x);
            sums.push_back(-x);
        }
        while (sums.size() % 16 != 0) sums.push_back(1);
        int wrong = 0;
        for (const float odd : special) {
            for (const float even : special) {
                for (const float weight : special) {
                    for (std::size_t first = 0; first < sums.size(); first += 16) {
                        OnePair x{.a = {upper_half(even), upper_half(odd)}};
                        for (std::size_t j = 0; j < 16; ++j) {
                            x.w[j] = {upper_half(special[(first + j) % special.size()]),
                                      upper_half(weight)};
                            x.sums[j] = sums[first + j];
                        }
                        wrong += wrong_sums(x);
                    }
                }
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("sums next to the smallest number are rounded before they become zero") {
        // 2^-126 - u: up to it from u = 2^-151 on, which only NEON does not do.
        int wrong = 0;
        for (const float odd : {-0x1p-63F, -0x1p-64F, 0x1p-63F}) {
            for (int exponent = 84; exponent <= 92; ++exponent) {
                OnePair x{.a = {0, upper_half(odd)}};
                for (std::size_t j = 0; j < 16; ++j) {
                    const float factor = 1 + static_cast<float>(j) / 16;
                    x.w[j] = {0, upper_half(std::ldexp(factor, -exponent))};
                    x.sums[j] = j % 2 == 0 ? k_smallest_normal : -k_smallest_normal;
                }
                const auto expected = x.expected();
                for (const auto* set : instruction_sets()) {
                    if (std::string(set->name) == "neon") continue;
                    const FlushDenormals mode;
                    const auto found = x.computed(*set);
                    for (std::size_t j = 0; j < 16; ++j)
                        wrong += number_bits(found[j]) != number_bits(expected[j]);
                }
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("every sum is one chain of pairs at every size, and nothing else is written") {
        for (const bool row_major : {true, false}) {
            const PairOperands x(row_major);
            for (const Start from : {Start::zero, Start::given, Start::accumulate}) {
                for (const std::int64_t depth : {0, 1, 2, 65}) {
                    Floats chains(x.c.size());
                    for (std::int64_t m = 0; m < k_pair_rows; ++m) {
                        for (std::int64_t n = 0; n < k_pair_panels * k_panel; ++n) {
                            chains[static_cast<std::size_t>(m * k_sums_row + n)] =
                                x.chain(m, n, depth, from);
                        }
                    }
                    for (std::int64_t rows = 1; rows <= k_pair_rows; rows += rows < 16 ? 1 : 12) {
                        for (const std::int64_t panels : {1, 2, 4, 5, 9}) {
                            auto expected = x.c;
                            for (std::int64_t m = 0; m < rows; ++m) {
                                std::copy_n(chains.begin() + m * k_sums_row, panels * k_panel,
                                            expected.begin() + m * k_sums_row);
                            }
                            const auto wanted = bits(expected);
                            for (const auto* set : instruction_sets()) {
                                auto c = x.c;
                                const FlushDenormals mode;
                                set->pair_product(x.product(c.data(), rows, panels, depth, from));
                                INFO(set->name, " rows ", rows, " panels ", panels, " depth ",
                                     depth);
                                REQUIRE(bits(c) == wanted);
                            }
                        }
                    }
                }
            }
        }
    }

    TEST_CASE("groups of panels with gaps between them change nothing but places") {
        const PairOperands x(true);
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            const FlushDenormals mode;
            auto dense = x.c, grouped = x.c;
            set->pair_product(x.product(dense.data(), 13, 6, 65, Start::zero));
            auto product = x.product(grouped.data(), 13, 6, 65, Start::zero);
            product.c_group = 2;
            product.c_group_step = 3 * k_panel;
            set->pair_product(product);
            for (std::int64_t m = 0; m < 13; ++m) {
                for (std::int64_t p = 0; p < 6; ++p) {
                    for (std::int64_t j = 0; j < k_panel; ++j) {
                        const auto place = p / 2 * 3 * k_panel + p % 2 * k_panel + j;
                        REQUIRE(grouped[static_cast<std::size_t>(m * k_sums_row + place)] ==
                                dense[static_cast<std::size_t>(m * k_sums_row + p * k_panel + j)]);
                    }
                }
            }
        }
    }

    TEST_CASE("every number is rounded to the nearest in bf16, and what is none stays none") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            int wrong = 0;
            for (const std::uint32_t low : {0x0U, 0x1U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU}) {
                for (std::uint32_t high = 0; high < 0x10000; high += 32) {
                    Floats values(32);
                    for (std::uint32_t i = 0; i < 32; ++i)
                        values[i] = std::bit_cast<float>(((high + i) << 16) | low);
                    Pairs out(16);
                    set->pair_row(values.data(), 32, out.data());
                    for (std::size_t i = 0; i < 32; ++i) {
                        const auto half = i % 2 == 0 ? out[i / 2].even : out[i / 2].odd;
                        if (std::isnan(values[i])) {
                            wrong += !std::isnan(as_float(half));
                        } else {
                            wrong += half != nearest(values[i]);
                        }
                    }
                }
            }
            CHECK(wrong == 0);
        }
    }

    TEST_CASE("a row of any length becomes pairs, and zeros behind them") {
        const auto values = random_floats(96, 5);
        for (const std::int64_t count : {1, 2, 15, 16, 17, 31, 32, 33, 49, 64, 96}) {
            for (const auto* set : instruction_sets()) {
                INFO(set->name, " count ", count);
                const auto written = static_cast<std::size_t>((count + 31) / 32 * 16);
                const Bf16Pair untouched{7, 9};
                Pairs out(written + 1, untouched);
                set->pair_row(values.data(), count, out.data());
                for (std::size_t i = 0; i < 2 * written; ++i) {
                    const auto half = i % 2 == 0 ? out[i / 2].even : out[i / 2].odd;
                    REQUIRE(half == (i < static_cast<std::size_t>(count) ? nearest(values[i]) : 0));
                }
                CHECK(out.back().even == 7);
                CHECK(out.back().odd == 9);
            }
        }
    }

    TEST_CASE("rows become pairs of neighbours, the last of an odd number with zeros") {
        constexpr std::int64_t row = 50, width = 48, out_row = 49;
        const auto values = random_floats(6 * row, 6);
        for (const std::int64_t rows : {1, 2, 5, 6}) {
            for (const auto* set : instruction_sets()) {
                INFO(set->name, " rows ", rows);
                const Bf16Pair untouched{7, 9};
                Pairs out(static_cast<std::size_t>(3 * out_row), untouched);
                set->pair_rows({values.data(), row, rows, width, out.data(), out_row});
                const auto value = [&](std::int64_t r, std::int64_t j) {
                    return r < rows ? nearest(values[static_cast<std::size_t>(r * row + j)]) : 0;
                };
                for (std::int64_t r = 0; r < 6; r += 2) {
                    for (std::int64_t j = 0; j < out_row; ++j) {
                        const auto pair = out[static_cast<std::size_t>(r / 2 * out_row + j)];
                        const bool written = r < rows && j < width;
                        REQUIRE(pair.even == (written ? value(r, j) : 7));
                        REQUIRE(pair.odd == (written ? value(r + 1, j) : 9));
                    }
                }
            }
        }
    }
}
