#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/random.hpp"
#include "kernels/instruction_sets.hpp"

// Every instruction set rounds a product and a sum once. Where the processor cannot, vector.hpp
// computes it in doubles; here each set is held against the C library's fma.

using namespace carousel;

namespace {

constexpr std::size_t k_width = 16;
using Sixteen = std::array<float, k_width>;

struct Operands {
    float a;
    Sixteen b, c;
};

/// a b + c by a product of one row, one panel and depth 1.
Sixteen fused(const KernelTable& set, const Operands& x) {
    Sixteen result = x.c;
    set.product({.a = &x.a,
                 .a_row = 1,
                 .a_depth = 1,
                 .w = x.b.data(),
                 .w_panel = k_width,
                 .c = result.data(),
                 .c_row = k_width,
                 .c_panel = k_width,
                 .rows = 1,
                 .panels = 1,
                 .depth = 1,
                 .accumulate = true});
    return result;
}

/// One number for what is none: which NaN comes out is not promised.
std::uint32_t bits_of(float x) {
    return std::isnan(x) ? 0x7FC00000U : std::bit_cast<std::uint32_t>(x);
}

/// How many results of all sets differ from std::fma.
int differences(const Operands& x) {
    int count = 0;
    for (const auto* set : instruction_sets()) {
        const Sixteen found = fused(*set, x);
        for (std::size_t j = 0; j < k_width; ++j)
            count += bits_of(found[j]) != bits_of(std::fma(x.a, x.b[j], x.c[j]));
    }
    return count;
}

std::uint32_t word(std::uint64_t number) {
    return random_word({7, RandomPurpose::benchmark, 1}, number);
}

}  // namespace

TEST_SUITE("kernels/fma") {
    TEST_CASE("every product and sum of numbers of any bits is rounded once") {
        int wrong = 0;
        std::uint64_t drawn = 0;
        for (int i = 0; i < 20'000; ++i) {
            Operands x;
            x.a = std::bit_cast<float>(word(drawn++));
            for (auto* list : {&x.b, &x.c})
                for (float& value : *list) value = std::bit_cast<float>(word(drawn++));
            wrong += differences(x);
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("so are all of zeros, subnormals, bounds, infinities and NaN with each other") {
        using Limits = std::numeric_limits<float>;
        std::vector<float> special{0,
                                   1,
                                   1 + Limits::epsilon(),
                                   1 - Limits::epsilon() / 2,
                                   1.5F,
                                   3,
                                   0x1p24F,
                                   0x1.fffffep23F,
                                   Limits::max(),
                                   Limits::max() / 2,
                                   Limits::min(),
                                   Limits::min() * 2,
                                   std::nextafter(Limits::min(), 0.0F),
                                   Limits::denorm_min(),
                                   3 * Limits::denorm_min(),
                                   0x1p-75F,
                                   0x1.000002p-75F,
                                   0x1p-63F,
                                   0x1.fffffep-64F,
                                   0x1p64F,
                                   Limits::infinity(),
                                   Limits::quiet_NaN()};
        const std::size_t count = special.size();
        for (std::size_t i = 0; i < count; ++i) special.push_back(-special[i]);
        int wrong = 0;
        for (const float a : special) {
            for (const float b : special) {
                for (std::size_t first = 0; first < special.size(); first += k_width) {
                    Operands x{.a = a, .b = {}, .c = {}};
                    x.b.fill(b);
                    for (std::size_t j = 0; j < k_width; ++j)
                        x.c[j] = special[(first + j) % special.size()];
                    wrong += differences(x);
                }
            }
        }
        CHECK(wrong == 0);
    }

    TEST_CASE("sums that lie next to the middle between two floats are rounded to the right one") {
        // c = m U with a whole m, a b = ± (1 + k u) (1 - k u) U / 2 = ± (1 - k² u²) U / 2, u =
        // 2^-23: the sum lies beside the middle by less than a double can tell, down to subnormals.
        int wrong = 0, ties = 0;
        std::uint64_t drawn = 0;
        const auto below = [&](std::uint32_t bound) {
            return static_cast<int>(word(drawn++) % bound);
        };
        for (int i = 0; i < 20'000; ++i) {
            Operands x;
            const int last_place = below(3) == 0 ? -149 : below(200) - 149;
            const float k = static_cast<float>(1 + below(below(2) == 0 ? 4 : 300));
            const int part = last_place / 2;
            x.a = std::ldexp(1 + k * 0x1p-23F, part);
            for (std::size_t j = 0; j < k_width; ++j) {
                x.b[j] = std::ldexp(1 - k * 0x1p-23F, last_place - 1 - part);
                if (below(2) == 0) x.b[j] = -x.b[j];
                x.c[j] =
                    std::ldexp(static_cast<float>(word(drawn++) >> (8 + below(24))), last_place);
                if (below(2) == 0) x.c[j] = -x.c[j];
                const double sum = double{x.a} * double{x.b[j]} + double{x.c[j]};
                ties += bits_of(static_cast<float>(sum)) != bits_of(std::fma(x.a, x.b[j], x.c[j]));
            }
            wrong += differences(x);
        }
        CHECK(wrong == 0);
        CHECK(ties > 1000);  // that a sum in double, rounded again, gets wrong
    }
}
