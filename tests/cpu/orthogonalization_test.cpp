#include "cpu/orthogonalization.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "kernels/kernels.hpp"

using namespace carousel;

namespace {

using Rows = std::vector<std::vector<double>>;

/// A matrix of `rows` by `columns` with normal elements; every fourth row is much smaller.
Rows random_matrix(std::int64_t rows, std::int64_t columns) {
    Rows x(static_cast<std::size_t>(rows), std::vector<double>(static_cast<std::size_t>(columns)));
    std::uint64_t draw = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        for (auto& value : x[n])
            value = double{random_normal({1, RandomPurpose::benchmark, 3}, draw++)} *
                    (n % 4 == 0 ? 0.2 : 1);
    }
    return x;
}

double norm_of(const Rows& x) {
    double sum = 0;
    for (const auto& row : x) {
        for (const double value : row) sum += value * value;
    }
    return std::sqrt(sum);
}

/// The iterations in the notation of the paper.
Rows reference(Rows x) {
    const double norm = norm_of(x);
    const auto columns = x.front().size();
    for (auto& row : x) {
        for (auto& value : row) value /= norm;
    }
    for (int iteration = 0; iteration < 5; ++iteration) {
        Rows a(columns, std::vector<double>(columns)), b = a, next = x;
        for (std::size_t i = 0; i < columns; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                for (const auto& row : x) a[i][j] += row[i] * row[j];
            }
        }
        for (std::size_t i = 0; i < columns; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                for (std::size_t k = 0; k < columns; ++k) b[i][j] += 2.0315 * a[i][k] * a[k][j];
                b[i][j] += -4.7750 * a[i][j] + (i == j ? 3.4445 : 0);
            }
        }
        for (std::size_t n = 0; n < x.size(); ++n) {
            for (std::size_t j = 0; j < columns; ++j) {
                next[n][j] = 0;
                for (std::size_t k = 0; k < columns; ++k) next[n][j] += x[n][k] * b[k][j];
            }
        }
        x = next;
    }
    return x;
}

/// The same matrix as panels of sixteen rows.
std::vector<float> to_panels(const Rows& x) {
    const auto columns = static_cast<std::int64_t>(x.front().size());
    std::vector<float> values(
        static_cast<std::size_t>(padded(static_cast<std::int64_t>(x.size())) * columns));
    for (std::size_t n = 0; n < x.size(); ++n) {
        for (std::size_t k = 0; k < x[n].size(); ++k) {
            values[(n / 16 * x[n].size() + k) * 16 + n % 16] = static_cast<float>(x[n][k]);
        }
    }
    return values;
}

std::vector<float> orthogonalized(const Rows& x, int threads) {
    const auto panels = panels_for(static_cast<std::int64_t>(x.size()));
    const auto columns = static_cast<std::int64_t>(x.front().size());
    auto values = to_panels(x);
    ThreadPool pool(threads);
    Orthogonalization orthogonalization(panels + 1, columns + 5);  // room for a larger one
    orthogonalization.run(pool, values.data(), panels, columns, norm_of(x));
    return values;
}

struct Shape {
    std::int64_t rows, columns;
};
constexpr Shape k_shapes[] = {{48, 16},  {40, 33}, {100, 33}, {17, 40},
                              {16, 130}, {7, 64},  {5, 3},    {64, 64}};

}  // namespace

TEST_SUITE("cpu/orthogonalization") {
    TEST_CASE("it is the iteration of the paper, at sizes that are no multiple of anything") {
        for (const auto& [rows, columns] : k_shapes) {
            CAPTURE(rows);
            CAPTURE(columns);
            const auto x = random_matrix(rows, columns);
            const auto expected = to_panels(reference(x));
            const auto found = orthogonalized(x, 2);
            for (std::size_t i = 0; i < found.size(); ++i) {
                REQUIRE(std::abs(double{found[i]} - double{expected[i]}) < 2e-5);
            }
        }
    }

    TEST_CASE("every direction comes out about as long as it went in") {
        const auto x = random_matrix(96, 24);
        const auto values = orthogonalized(x, 1);
        for (std::uint64_t trial = 0; trial < 20; ++trial) {
            std::vector<double> direction(24);
            double length = 0;
            for (std::size_t k = 0; k < direction.size(); ++k) {
                direction[k] = random_normal({2, RandomPurpose::benchmark, 4}, trial * 24 + k);
                length += direction[k] * direction[k];
            }
            double image = 0;
            for (std::size_t n = 0; n < 96; ++n) {
                double sum = 0;
                for (std::size_t k = 0; k < 24; ++k)
                    sum += double{values[(n / 16 * 24 + k) * 16 + n % 16]} * direction[k];
                image += sum * sum;
            }
            CHECK(std::sqrt(image / length) > 0.65);
            CHECK(std::sqrt(image / length) < 1.25);
        }
    }

    TEST_CASE("a matrix of zeros stays one") {
        const Rows zeros(20, std::vector<double>(7));
        for (const float value : orthogonalized(zeros, 1)) CHECK(value == 0.0F);
    }

    TEST_CASE("the bits do not depend on the number of threads") {
        for (const auto& [rows, columns] : k_shapes) {
            const auto x = random_matrix(rows, columns);
            const auto one = orthogonalized(x, 1);
            for (const int threads : {2, 3, 8}) CHECK(orthogonalized(x, threads) == one);
        }
    }
}
