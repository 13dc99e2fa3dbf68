#include "cpu/matmul.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "cpu/blas.hpp"

using namespace carousel;

namespace {

using Floats = std::vector<float>;

Floats random_floats(std::int64_t count, std::uint32_t stream) {
    Floats values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = 2 * random_uniform({8, RandomPurpose::benchmark, stream}, i) - 1;
    }
    return values;
}

constexpr int k_teams[] = {1, 2, 3, 8};

/// Sizes and operands of a weight gradient: two inputs share the gradients of the outputs.
struct Gradient {
    std::int64_t rows, panels, first_size, second_size;
    Precision precision = Precision::float32;
    std::ptrdiff_t row = padded(first_size) + 16, second_row = padded(second_size),
                   grad_row = panels * 16 + 16;
    Floats first = random_floats(rows * row, 1), second = random_floats(rows * second_row, 2);
    Floats grad = random_floats(rows * grad_row, 3);
    Floats first_gradient = random_floats(panels * first_size * 16, 4);
    Floats second_gradient = random_floats(panels * second_size * 16, 5);
    Floats bias = random_floats(panels * 16, 6);

    void run(ThreadPool& pool, bool accumulate) {
        const std::array targets{
            GradientTarget{first.data(), row, first_size, first_gradient.data(), precision},
            GradientTarget{second.data(), second_row, second_size, second_gradient.data(),
                           precision}};
        weight_gradient(pool, {.grad_outputs = grad.data(),
                               .grad_row = grad_row,
                               .rows = rows,
                               .panels = panels,
                               .targets = targets,
                               .bias = bias.data(),
                               .accumulate = accumulate});
    }

    /// What a product takes of a number.
    double factor(float x) const {
        if (precision == Precision::float32) return double{x};
        const auto bits = std::bit_cast<std::uint32_t>(x);
        return double{std::bit_cast<float>((bits + 0x7FFFU + (bits >> 16) % 2) & 0xFFFF0000U)};
    }

    /// One element in double: the sum over rows of inputs(r, i) grad(r, n).
    double element(const Floats& inputs, std::ptrdiff_t inputs_row, std::int64_t i,
                   std::int64_t n) const {
        double sum = 0;
        for (std::int64_t r = 0; r < rows; ++r) {
            sum += factor(inputs[static_cast<std::size_t>(r * inputs_row + i)]) *
                   factor(grad[static_cast<std::size_t>(r * grad_row + n)]);
        }
        return sum;
    }
};

}  // namespace

TEST_SUITE("cpu/matmul") {
    TEST_CASE(
        "weight and bias gradients are sums over all rows, also beyond a piece of the depth") {
        ThreadPool pool(2);
        for (const std::int64_t rows : {1, 5, 511, 1300, 2300}) {
            for (const std::int64_t panels : {1, 2, 5}) {
                for (const auto precision : {Precision::float32, Precision::bf16}) {
                    const bool accumulate = (rows + panels) % 2 == 0;
                    INFO(rows, " rows, ", panels, " panels, accumulate ", accumulate);
                    Gradient g{rows, panels, 17, 3, precision};
                    const Gradient before = g;
                    g.run(pool, accumulate);
                    const double tolerance = 1e-6 * std::sqrt(static_cast<double>(rows)) +
                                             1e-7 * static_cast<double>(rows);
                    for (std::int64_t n = 0; n < panels * 16; ++n) {
                        const auto check = [&](const Floats& after, const Floats& old,
                                               std::size_t at, double sum) {
                            const double expected = sum + (accumulate ? double{old[at]} : 0.0);
                            REQUIRE(std::abs(double{after[at]} - expected) < tolerance);
                        };
                        for (std::int64_t i = 0; i < 17; ++i) {
                            check(g.first_gradient, before.first_gradient,
                                  static_cast<std::size_t>((n / 16 * 17 + i) * 16 + n % 16),
                                  g.element(g.first, g.row, i, n));
                        }
                        for (std::int64_t i = 0; i < 3; ++i) {
                            check(g.second_gradient, before.second_gradient,
                                  static_cast<std::size_t>((n / 16 * 3 + i) * 16 + n % 16),
                                  g.element(g.second, g.second_row, i, n));
                        }
                        double column = 0;
                        for (std::int64_t r = 0; r < rows; ++r) {
                            column += double{g.grad[static_cast<std::size_t>(r * g.grad_row + n)]};
                        }
                        check(g.bias, before.bias, static_cast<std::size_t>(n), column);
                    }
                }
            }
        }
    }

    TEST_CASE("weight gradients have the same bits for every number of threads") {
        for (const std::int64_t panels : {1, 3, 16}) {
            for (const auto precision : {Precision::float32, Precision::bf16}) {
                ThreadPool one(1);
                Gradient expected{701, panels, 40, 9, precision};
                expected.run(one, true);
                for (const int threads : k_teams) {
                    ThreadPool pool(threads);
                    Gradient g{701, panels, 40, 9, precision};
                    g.run(pool, true);
                    INFO(panels, " panels, ", threads, " threads");
                    CHECK(g.first_gradient == expected.first_gradient);
                    CHECK(g.second_gradient == expected.second_gradient);
                    CHECK(g.bias == expected.bias);
                }
            }
        }
    }

    TEST_CASE("the yardstick multiplies: (1 2; 3 4) (5 6 7; 8 9 10)") {
        const Floats a{1, 2, 3, 4}, b{5, 6, 7, 8, 9, 10};
        Floats c(6);
        blas_multiply(2, 3, 2, a.data(), b.data(), c.data());
        CHECK(c == Floats{21, 24, 27, 47, 54, 61});
    }
}
