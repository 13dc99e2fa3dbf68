#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

enum class Order { row_major, depth_major };
enum class Begin { zero, start, accumulate };

constexpr std::int64_t k_rows = 40, k_panels = 9, k_depth = 130;
constexpr std::int64_t k_row = k_panels * k_panel + 16;  // of C, with a margin

/// Operands of the largest product; smaller ones use their upper left part.
struct Operands {
    Floats a, w = random_floats(k_panels * k_depth * k_panel, 2);
    Floats c = random_floats(k_rows * k_row, 3), start = random_floats(k_panels * k_panel, 4);
    std::ptrdiff_t a_row, a_depth;

    explicit Operands(Order order)
        : a(random_floats((k_rows + 3) * (k_depth + 3), 1)),
          a_row(order == Order::row_major ? k_depth + 3 : 1),
          a_depth(order == Order::row_major ? 1 : k_rows + 3) {}

    PanelProduct product(float* out, std::int64_t rows, std::int64_t panels, std::int64_t depth,
                         Begin begin) const {
        return {.a = a.data(),
                .a_row = a_row,
                .a_depth = a_depth,
                .w = w.data(),
                .w_panel = k_depth * k_panel,
                .c = out,
                .c_row = k_row,
                .c_panel = k_panel,
                .rows = rows,
                .panels = panels,
                .depth = depth,
                .start = begin == Begin::start ? start.data() : nullptr,
                .accumulate = begin == Begin::accumulate};
    }

    /// C(m, n) as one chain of fused multiply-adds.
    float chain(std::int64_t m, std::int64_t n, std::int64_t depth, Begin begin) const {
        const auto at = [](const Floats& values, std::int64_t i) {
            return values[static_cast<std::size_t>(i)];
        };
        float sum = 0;
        if (begin == Begin::start) sum = at(start, n);
        if (begin == Begin::accumulate) sum = at(c, m * k_row + n);
        for (std::int64_t k = 0; k < depth; ++k) {
            sum = std::fma(at(a, m * a_row + k * a_depth),
                           at(w, (n / k_panel * k_depth + k) * k_panel + n % k_panel), sum);
        }
        return sum;
    }
};

}  // namespace

TEST_SUITE("kernels/product") {
    TEST_CASE("a product of two by one is what paper and pencil give") {
        // (1 2) W + 10 with W = (3, 4, ...; 5, 6, ...): 10 + 3 + 10 = 23, 10 + 4 + 12 = 26.
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            const Floats a{1, 2};
            Floats w(32), c(16), start(16, 10.0F);
            for (int j = 0; j < 16; ++j) {
                w[static_cast<std::size_t>(j)] = static_cast<float>(3 + j);
                w[static_cast<std::size_t>(16 + j)] = static_cast<float>(5 + j);
            }
            set->product({.a = a.data(),
                          .a_row = 2,
                          .a_depth = 1,
                          .w = w.data(),
                          .w_panel = 32,
                          .c = c.data(),
                          .c_row = 16,
                          .c_panel = 16,
                          .rows = 1,
                          .panels = 1,
                          .depth = 2,
                          .start = start.data()});
            CHECK(c[0] == 23);
            CHECK(c[1] == 26);
            CHECK(c[15] == 10 + 18 + 2 * 20);
        }
    }

    TEST_CASE(
        "every element is one chain of fused multiply-adds at every size, and nothing else is "
        "written") {
        for (const Order order : {Order::row_major, Order::depth_major}) {
            const Operands x(order);
            for (const Begin begin : {Begin::zero, Begin::start, Begin::accumulate}) {
                for (const std::int64_t depth : {0, 1, 2, 17, 130}) {
                    Floats chains(x.c.size());
                    for (std::int64_t m = 0; m < k_rows; ++m) {
                        for (std::int64_t n = 0; n < k_panels * k_panel; ++n) {
                            chains[static_cast<std::size_t>(m * k_row + n)] =
                                x.chain(m, n, depth, begin);
                        }
                    }
                    for (std::int64_t rows = 1; rows <= k_rows; ++rows) {
                        for (const std::int64_t panels : {1, 2, 3, 4, 5, 8, 9}) {
                            auto expected = x.c;
                            for (std::int64_t m = 0; m < rows; ++m) {
                                std::copy_n(chains.begin() + m * k_row, panels * k_panel,
                                            expected.begin() + m * k_row);
                            }
                            const auto wanted = bits(expected);
                            for (const auto* set : instruction_sets()) {
                                auto c = x.c;
                                set->product(x.product(c.data(), rows, panels, depth, begin));
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

    TEST_CASE("cutting the depth in two and accumulating changes no bit") {
        const Operands x(Order::row_major);
        for (const auto* set : instruction_sets()) {
            auto whole = x.c, cut = x.c;
            set->product(x.product(whole.data(), 13, 3, 130, Begin::start));
            auto part = x.product(cut.data(), 13, 3, 57, Begin::start);
            set->product(part);
            part.a += 57 * x.a_depth;
            part.w += 57 * k_panel;
            part.depth = 130 - 57;
            part.start = nullptr;
            part.accumulate = true;
            set->product(part);
            CHECK(bits(cut) == bits(whole));
        }
    }

    TEST_CASE("groups of panels and of depth with gaps between them change nothing but places") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            constexpr std::int64_t panels = 6, depth = 96;
            const Operands x(Order::row_major);
            for (std::int64_t rows = 1; rows <= 16; ++rows) {
                for (const std::int64_t group : {1, 2, 3}) {
                    // Each group has one place more than panels, or than pieces of the depth.
                    const auto step = (group + 1) * k_panel;
                    const auto spread = [&](std::int64_t k) {
                        return k / (group * k_panel) * step + k % (group * k_panel);
                    };
                    Floats together(static_cast<std::size_t>(rows * panels * k_panel), 0.5F);
                    auto plain = x.product(together.data(), rows, panels, depth, Begin::accumulate);
                    plain.c_row = panels * k_panel;
                    set->product(plain);

                    const auto a_row = spread(depth), c_row = spread(panels * k_panel);
                    Floats a(static_cast<std::size_t>(rows * a_row), 7.0F);
                    for (std::int64_t m = 0; m < rows; ++m) {
                        for (std::int64_t k = 0; k < depth; ++k)
                            a[static_cast<std::size_t>(m * a_row + spread(k))] =
                                x.a[static_cast<std::size_t>(m * x.a_row + k)];
                    }
                    Floats apart(static_cast<std::size_t>(rows * c_row), 0.5F);
                    auto grouped = plain;
                    grouped.a = a.data();
                    grouped.a_row = a_row;
                    grouped.a_group = group * k_panel;
                    grouped.c = apart.data();
                    grouped.c_row = c_row;
                    grouped.c_group = group;
                    grouped.a_group_step = grouped.c_group_step = step;
                    set->product(grouped);
                    for (std::int64_t m = 0; m < rows; ++m) {
                        for (std::int64_t n = 0; n < panels * k_panel; ++n) {
                            auto& found = apart[static_cast<std::size_t>(m * c_row + spread(n))];
                            REQUIRE(found ==
                                    together[static_cast<std::size_t>(m * plain.c_row + n)]);
                            found = 0.5F;
                        }
                    }
                    REQUIRE(std::all_of(apart.begin(), apart.end(),
                                        [](float gap) { return gap == 0.5F; }));
                }
            }
        }
    }
}
