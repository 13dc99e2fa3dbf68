#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

enum class SumsBegin { zero, start, accumulate };

constexpr std::int64_t k_most_rows = 33, k_most_panels = 17, k_groups = 9;
constexpr std::int64_t k_activations_row = 4 * k_groups + 12,
                       k_result_row = k_most_panels / 2 * 48 + 64;

/// Whether the panels of C lie side by side, or two by two with a gap for a third.
enum class Layout { dense, grouped };

/// QuantizedOperands of the largest product; smaller ones use some of them.
struct QuantizedOperands {
    std::vector<std::uint8_t> activations;
    std::vector<std::int8_t> w;
    Floats activation_scales = random_floats(k_most_rows, 1, 4), scales, c, start;
    std::vector<std::int32_t> offsets;
    std::int64_t groups;
    Layout layout;

    // Extremes on purpose: two products of 127 must not saturate.
    QuantizedOperands(std::int64_t depth_groups, Layout how)
        : activations(static_cast<std::size_t>(k_most_rows * k_activations_row)),
          w(static_cast<std::size_t>(k_most_panels * depth_groups * 64)),
          scales(random_floats(k_most_panels * 16, 2)),
          c(random_floats(k_most_rows * k_result_row, 3)),
          start(random_floats(k_result_row, 4)),
          groups(depth_groups),
          layout(how) {
        const RandomKey key{6, RandomPurpose::benchmark, 0};
        for (std::size_t i = 0; i < activations.size(); ++i) {
            activations[i] =
                i % 3 == 0 ? 127 : static_cast<std::uint8_t>(random_word(key, i) % 128);
        }
        for (std::size_t i = 0; i < w.size(); ++i) {
            const auto word = static_cast<int>(random_word(key, 100000 + i) % 255) - 127;
            w[i] = static_cast<std::int8_t>(i % 5 < 2 ? 127 : word);
        }
        for (std::int32_t n = 0; n < k_most_panels * 16; ++n) offsets.push_back(1000 * (n % 7 - 3));
    }

    QuantizedProduct product(float* out, std::int64_t rows, std::int64_t panels,
                             SumsBegin begin) const {
        return {.activations = activations.data(),
                .activations_row = k_activations_row,
                .activation_scales = activation_scales.data(),
                .w = w.data(),
                .scales = scales.data(),
                .offsets = offsets.data(),
                .c = out,
                .c_row = k_result_row,
                .c_panel = k_panel,
                .rows = rows,
                .panels = panels,
                .groups = groups,
                .start = begin == SumsBegin::start ? start.data() : nullptr,
                .accumulate = begin == SumsBegin::accumulate,
                .c_group = layout == Layout::grouped ? 2 : 0,
                .c_group_step = 48};
    }

    std::int64_t place(std::int64_t n) const {
        return layout == Layout::grouped ? n / 32 * 48 + n % 32 : n;
    }

    std::int32_t sum(std::int64_t m, std::int64_t n) const {
        std::int32_t sum = 0;
        for (std::int64_t k = 0; k < 4 * groups; ++k) {
            sum +=
                activations[static_cast<std::size_t>(m * k_activations_row + k)] *
                w[static_cast<std::size_t>(((n / 16 * groups + k / 4) * 16 + n % 16) * 4 + k % 4)];
        }
        return sum;
    }

    /// What C becomes.
    Floats expected(std::int64_t rows, std::int64_t panels, SumsBegin begin) const {
        auto out = c;
        for (std::int64_t m = 0; m < rows; ++m) {
            for (std::int64_t n = 0; n < 16 * panels; ++n) {
                const auto column = static_cast<std::size_t>(n);
                auto& x = out[static_cast<std::size_t>(m * k_result_row + place(n))];
                if (begin == SumsBegin::zero) x = 0;
                if (begin == SumsBegin::start) x = start[static_cast<std::size_t>(place(n))];
                x = std::fma(static_cast<float>(sum(m, n) - offsets[column]),
                             scales[column] * activation_scales[static_cast<std::size_t>(m)], x);
            }
        }
        return out;
    }
};

}  // namespace

TEST_SUITE("kernels/quantized") {
    TEST_CASE(
        "every instruction set gives exact sums, scaled and added once, and touches nothing "
        "beside them") {
        for (const std::int64_t groups : {1, 2, 9}) {
            for (const auto layout : {Layout::dense, Layout::grouped}) {
                const QuantizedOperands operands(groups, layout);
                for (const std::int64_t panels : {1, 2, 9, 17}) {
                    for (std::int64_t rows = 1; rows <= k_most_rows; rows += rows < 16 ? 1 : 17) {
                        for (const auto begin :
                             {SumsBegin::zero, SumsBegin::start, SumsBegin::accumulate}) {
                            const auto expected = operands.expected(rows, panels, begin);
                            for (const auto* set : instruction_sets()) {
                                INFO(set->name, " rows ", rows, " panels ", panels, " groups ",
                                     groups);
                                auto c = operands.c;
                                set->quantized_product(
                                    operands.product(c.data(), rows, panels, begin));
                                REQUIRE(bits(c) == bits(expected));
                            }
                        }
                    }
                }
            }
        }
    }

    TEST_CASE("the deepest sum of the largest products fits") {
        constexpr std::int64_t k_deepest = k_most_groups;
        const std::vector<std::uint8_t> activations(static_cast<std::size_t>(4 * k_deepest), 127);
        const float one = 1;
        const Floats ones(16, 1.0F);
        const std::vector<std::int32_t> none(16);
        for (const int level : {127, -127}) {
            const std::vector<std::int8_t> w(static_cast<std::size_t>(64 * k_deepest),
                                             static_cast<std::int8_t>(level));
            for (const auto* set : instruction_sets()) {
                CAPTURE(set->name);
                Floats c(16);
                set->quantized_product({.activations = activations.data(),
                                        .activations_row = 4 * k_deepest,
                                        .activation_scales = &one,
                                        .w = w.data(),
                                        .scales = ones.data(),
                                        .offsets = none.data(),
                                        .c = c.data(),
                                        .c_row = 16,
                                        .c_panel = 16,
                                        .rows = 1,
                                        .panels = 1,
                                        .groups = k_deepest});
                CHECK(c[9] == static_cast<float>(4 * k_deepest * 127 * level));
            }
        }
    }

    TEST_CASE("activations in [-1, 1] become 64 + 63 x, rounded to the nearest whole number") {
        auto values = random_floats(48, 9);
        values[0] = -1;
        values[1] = 1;
        values[2] = 0;
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            std::vector<std::uint8_t> out(48);
            CHECK(set->quantize_activations(values.data(), 33, out.data()) == 1.0F);
            CHECK(int{out[0]} == 1);
            CHECK(int{out[1]} == 127);
            CHECK(int{out[2]} == 64);
            for (std::size_t i = 0; i < 33; ++i) {
                REQUIRE(int{out[i]} == static_cast<int>(std::lround(63 * values[i]) + 64));
            }
        }
    }

    TEST_CASE("activations beyond 1 are divided by the power of two that bounds them") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            auto values = random_floats(48, 9);
            values[32] = -5;
            values[33] = 100;  // after the last of those that count
            std::vector<std::uint8_t> out(48);
            CHECK(set->quantize_activations(values.data(), 33, out.data()) == 8.0F);
            CHECK(int{out[32]} == 25);  // 64 - 63 * 5 / 8 = 24.6
            for (std::size_t i = 0; i < 32; ++i)
                REQUIRE(int{out[i]} == static_cast<int>(std::lround(63 * values[i] / 8) + 64));
        }
    }

    TEST_CASE("every instruction set rounds to the same bytes, halves to even") {
        const auto sets = instruction_sets();
        for (const std::int64_t count : {1, 15, 16, 17, 100, 512}) {
            auto values = random_floats(padded(count), 10);
            for (std::size_t i = 0; i < values.size(); i += 3)
                values[i] = (static_cast<float>(i % 126) - 62.5F) / 63;
            std::vector<std::uint8_t> first(values.size());
            const float scale =
                sets.front()->quantize_activations(values.data(), count, first.data());
            for (const auto* set : sets) {
                INFO(set->name, " count ", count);
                std::vector<std::uint8_t> out(values.size());
                CHECK(set->quantize_activations(values.data(), count, out.data()) == scale);
                REQUIRE(out == first);
            }
        }
    }
}
