#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_most_blocks = 9, k_row = 16 * k_most_blocks + 16;

/// Rows that lie backwards in memory, as attention reads them, and what is computed from them.
struct Rows {
    std::int64_t count, blocks;
    Floats rows = random_floats(count * k_row, 1), vector = random_floats(blocks * 16, 2);
    Floats start = random_floats(count, 3), coefficients = random_floats(3 * count, 4);
    Floats products = random_floats(count + 1, 5), sum = random_floats(blocks * 16 + 16, 6);

    const float* newest() const { return rows.data() + (count - 1) * k_row; }
    void run(const KernelTable& set, bool more) {
        set.row_products({.vector = vector.data(),
                          .rows = newest(),
                          .row_step = -k_row,
                          .start = more ? start.data() : nullptr,
                          .out = products.data(),
                          .scale = 0.75F,
                          .count = count,
                          .blocks = blocks});
        set.row_sum({.coefficients = coefficients.data(),
                     .coefficient_step = 3,
                     .scale = 0.75F,
                     .rows = newest(),
                     .row_step = -k_row,
                     .out = sum.data(),
                     .accumulate = more,
                     .count = count,
                     .blocks = blocks});
    }
};

template <typename Check>
void for_each_case(Check check) {
    for (const std::int64_t count : {1, 3, 4, 9, 64}) {
        for (std::int64_t blocks = 1; blocks <= k_most_blocks; ++blocks) {
            for (const bool more : {false, true}) check(Rows{count, blocks}, more);
        }
    }
}

double at(const Floats& values, std::int64_t index) {
    return double{values[static_cast<std::size_t>(index)]};
}

}  // namespace

TEST_SUITE("kernels/attention") {
    TEST_CASE("products with rows and sums of rows are those of the formulas") {
        for (const auto* set : instruction_sets()) {
            for_each_case([&](Rows rows, bool more) {
                INFO(set->name, " rows ", rows.count, " blocks ", rows.blocks, " more ", more);
                const auto before = rows;
                rows.run(*set, more);
                for (std::int64_t u = 0; u < 16 * rows.blocks; ++u) {
                    double sum = more ? at(before.sum, u) : 0;
                    for (std::int64_t j = 0; j < rows.count; ++j)
                        sum += 0.75 * at(rows.coefficients, 3 * j) *
                               at(rows.rows, (rows.count - 1 - j) * k_row + u);
                    CHECK(std::abs(at(rows.sum, u) - sum) < 1e-5);
                }
                for (std::int64_t j = 0; j < rows.count; ++j) {
                    double product = 0;
                    for (std::int64_t u = 0; u < 16 * rows.blocks; ++u)
                        product +=
                            at(rows.vector, u) * at(rows.rows, (rows.count - 1 - j) * k_row + u);
                    const double start = more ? at(rows.start, j) : 0;
                    CHECK(std::abs(at(rows.products, j) - (start + 0.75 * product)) < 1e-5);
                }
                // What lies behind stays.
                CHECK(rows.products.back() == before.products.back());
                CHECK(std::equal(rows.sum.end() - 16, rows.sum.end(), before.sum.end() - 16));
            });
        }
    }

    TEST_CASE("the gradient of a softmax is that of its formula") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            auto p = random_floats(64, 1, 4.0F);
            set->softmax(p.data(), 64, 1.0F);
            const auto given = random_floats(64, 2);
            auto gradient = given;
            set->softmax_backward(p.data(), gradient.data(), 64);
            double mean = 0;
            for (std::int64_t j = 0; j < 64; ++j) mean += at(p, j) * at(given, j);
            for (std::int64_t j = 0; j < 64; ++j)
                CHECK(std::abs(at(gradient, j) - at(p, j) * (at(given, j) - mean)) < 1e-6);
        }
    }

    TEST_CASE("every instruction set gives the same bits, however many rows and blocks there are") {
        const auto sets = instruction_sets();
        for_each_case([&](const Rows& rows, bool more) {
            auto first = rows;
            first.run(*sets.front(), more);
            for (const auto* set : sets) {
                INFO(set->name, " rows ", rows.count, " blocks ", rows.blocks, " more ", more);
                auto other = rows;
                other.run(*set, more);
                CHECK(bits(other.products) == bits(first.products));
                CHECK(bits(other.sum) == bits(first.sum));
            }
            // A row more or less changes no other product.
            if (rows.count == 1) return;
            auto fewer = rows;
            --fewer.count;
            fewer.rows.erase(fewer.rows.begin(), fewer.rows.begin() + k_row);
            fewer.run(*sets.front(), more);
            CHECK(std::equal(fewer.products.begin(), fewer.products.begin() + fewer.count,
                             first.products.begin()));
        });
        auto p = random_floats(64, 1, 4.0F), gradient = random_floats(64, 2);
        sets.front()->softmax(p.data(), 64, 1.0F);
        auto first = gradient;
        sets.front()->softmax_backward(p.data(), first.data(), 64);
        for (const auto* set : sets) {
            auto other = gradient;
            set->softmax_backward(p.data(), other.data(), 64);
            CHECK(bits(other) == bits(first));
        }
    }
}
