#include "cpu/matmul.hpp"

#include <doctest/doctest.h>

#include <array>
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
    std::ptrdiff_t row = padded(first_size) + 16, grad_row = panels * 16 + 16;
    Floats first = random_floats(rows * row, 1), second = random_floats(rows * second_size, 2);
    Floats grad = random_floats(rows * grad_row, 3);
    Floats first_gradient = random_floats(panels * first_size * 16, 4);
    Floats second_gradient = random_floats(panels * second_size * 16, 5);
    Floats bias = random_floats(panels * 16, 6);

    void run(ThreadPool& pool, bool accumulate) {
        const std::array targets{
            GradientTarget{first.data(), row, first_size, first_gradient.data()},
            GradientTarget{second.data(), second_size, second_size, second_gradient.data()}};
        weight_gradient(pool, {.grad_outputs = grad.data(),
                               .grad_row = grad_row,
                               .rows = rows,
                               .panels = panels,
                               .targets = targets,
                               .bias = bias.data(),
                               .accumulate = accumulate});
    }

    /// One element in double: the sum over rows of inputs(r, i) grad(r, n).
    double element(const Floats& inputs, std::ptrdiff_t inputs_row, std::int64_t i,
                   std::int64_t n) const {
        double sum = 0;
        for (std::int64_t r = 0; r < rows; ++r) {
            sum += double{inputs[static_cast<std::size_t>(r * inputs_row + i)]} *
                   double{grad[static_cast<std::size_t>(r * grad_row + n)]};
        }
        return sum;
    }
};

}  // namespace

TEST_SUITE("cpu/matmul") {
    TEST_CASE("a product has the same bits for every number of threads, by rows and by panels") {
        for (const std::int64_t rows : {1, 3, 7, 17, 64, 97, 200}) {
            for (const std::int64_t panels : {1, 2, 7}) {
                const std::int64_t depth = 33;
                const auto a = random_floats(rows * depth, 1),
                           w = random_floats(panels * depth * 16, 2);
                const auto start = random_floats(panels * 16, 3);
                Floats expected(static_cast<std::size_t>(rows * panels * 16));
                for (std::int64_t m = 0; m < rows; ++m) {
                    for (std::int64_t n = 0; n < panels * 16; ++n) {
                        float sum = start[static_cast<std::size_t>(n)];
                        for (std::int64_t k = 0; k < depth; ++k) {
                            sum = std::fma(
                                a[static_cast<std::size_t>(m * depth + k)],
                                w[static_cast<std::size_t>((n / 16 * depth + k) * 16 + n % 16)],
                                sum);
                        }
                        expected[static_cast<std::size_t>(m * panels * 16 + n)] = sum;
                    }
                }
                for (const int threads : k_teams) {
                    INFO(rows, " rows, ", panels, " panels, ", threads, " threads");
                    ThreadPool pool(threads);
                    Floats c(expected.size());
                    multiply(pool, {.a = a.data(),
                                    .a_row = depth,
                                    .a_depth = 1,
                                    .w = w.data(),
                                    .w_panel = depth * 16,
                                    .c = c.data(),
                                    .c_row = panels * 16,
                                    .c_panel = 16,
                                    .rows = rows,
                                    .panels = panels,
                                    .depth = depth,
                                    .start = start.data()});
                    CHECK(c == expected);
                }
            }
        }
    }

    TEST_CASE(
        "weight and bias gradients are sums over all rows, also beyond a piece of the depth") {
        ThreadPool pool(2);
        for (const std::int64_t rows : {1, 5, 511, 1300}) {
            for (const std::int64_t panels : {1, 2, 5}) {
                for (const bool accumulate : {false, true}) {
                    INFO(rows, " rows, ", panels, " panels, accumulate ", accumulate);
                    Gradient g{rows, panels, 17, 3};
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
                                  g.element(g.second, 3, i, n));
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
            ThreadPool one(1);
            Gradient expected{700, panels, 40, 9};
            expected.run(one, true);
            for (const int threads : k_teams) {
                ThreadPool pool(threads);
                Gradient g{700, panels, 40, 9};
                g.run(pool, true);
                INFO(panels, " panels, ", threads, " threads");
                CHECK(g.first_gradient == expected.first_gradient);
                CHECK(g.second_gradient == expected.second_gradient);
                CHECK(g.bias == expected.bias);
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
