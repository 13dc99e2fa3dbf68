#include "cpu/orthogonalization.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "cpu/small_model.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "kernels/kernels.hpp"

using namespace carousel;

namespace {

using DoubleMatrix = std::vector<std::vector<double>>;

/// A matrix of `rows` by `columns` with normal elements; every fourth row is much smaller.
DoubleMatrix random_matrix(std::int64_t rows, std::int64_t columns) {
    DoubleMatrix x(static_cast<std::size_t>(rows),
                   std::vector<double>(static_cast<std::size_t>(columns)));
    std::uint64_t draw = 0;
    for (std::size_t n = 0; n < x.size(); ++n) {
        for (auto& value : x[n])
            value = double{random_normal({1, RandomPurpose::benchmark, 3}, draw++)} *
                    (n % 4 == 0 ? 0.2 : 1);
    }
    return x;
}

double norm_of(const DoubleMatrix& x) {
    double sum = 0;
    for (const auto& row : x) {
        for (const double value : row) sum += value * value;
    }
    return std::sqrt(sum);
}

/// What the polynomials make of a singular value.
double polynomial(std::size_t i, double x) {
    const auto [a, b, c] = Orthogonalization::k_polynomials[i];
    return x * (a + x * x * (b + x * x * c));
}

DoubleMatrix transposed(const DoubleMatrix& x) {
    DoubleMatrix y(x.front().size(), std::vector<double>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = 0; j < y.size(); ++j) y[j][i] = x[i][j];
    }
    return y;
}

DoubleMatrix product(const DoubleMatrix& a, const DoubleMatrix& b) {
    DoubleMatrix c(a.size(), std::vector<double>(b.front().size()));
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t k = 0; k < b.size(); ++k) {
            for (std::size_t j = 0; j < c[i].size(); ++j) c[i][j] += a[i][k] * b[k][j];
        }
    }
    return c;
}

/// The iterations on X itself.
DoubleMatrix reference(DoubleMatrix x) {
    const double norm = std::sqrt(norm_of(product(transposed(x), x)));
    for (auto& row : x) {
        for (auto& value : row) value /= norm;
    }
    for (const auto& [a, b, c] : Orthogonalization::k_polynomials) {
        const auto gram = product(transposed(x), x);
        auto factor = product(gram, gram);
        for (std::size_t i = 0; i < gram.size(); ++i) {
            for (std::size_t j = 0; j < gram.size(); ++j)
                factor[i][j] = c * factor[i][j] + b * gram[i][j] + (i == j ? a : 0);
        }
        x = product(x, factor);
    }
    return x;
}

/// The same matrix as panels of sixteen rows.
std::vector<float> to_panels(const DoubleMatrix& x) {
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

PanelShape panel_shape(const DoubleMatrix& x) {
    return {panels_for(static_cast<std::int64_t>(x.size())),
            static_cast<std::int64_t>(x.front().size())};
}

std::vector<float> result_of(const Orthogonalization& one, const DoubleMatrix& x) {
    const auto shape = panel_shape(x);
    return {one.result(), one.result() + shape.panels * shape.columns * k_panel};
}

void put(Orthogonalization& one, const DoubleMatrix& x) {
    one.place(panel_shape(x));
    const auto values = to_panels(x);
    std::copy(values.begin(), values.end(), one.matrix());
}

std::vector<float> orthogonalized(const DoubleMatrix& x, int threads) {
    const auto shape = panel_shape(x);
    // With room for larger ones, and what such a one left behind.
    const std::array shapes{shape, PanelShape{shape.panels + 1, shape.columns + 5}};
    std::array one{Orthogonalization(shapes)};
    ThreadPool pool(threads);
    put(one.front(), random_matrix(static_cast<std::int64_t>(x.size()) + 16, shape.columns + 5));
    Orthogonalization::run(Crew(pool), one);
    put(one.front(), x);
    Orthogonalization::run(Crew(pool), one);
    return result_of(one.front(), x);
}

/// The largest difference from the iteration on X itself in double precision.
double error_of(const DoubleMatrix& x) {
    const auto expected = to_panels(reference(x));
    const auto found = orthogonalized(x, 2);
    double most = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        most = std::max(most, std::abs(double{found[i]} - double{expected[i]}));
    return most;
}

struct Shape {
    std::int64_t rows, columns;
};
constexpr Shape k_shapes[] = {{48, 16},  {40, 33}, {100, 33}, {17, 40},
                              {16, 130}, {7, 64},  {5, 3},    {64, 64}};

}  // namespace

TEST_SUITE("cpu/orthogonalization") {
    TEST_CASE("it is the iteration on X itself, at sizes that are no multiple of anything") {
        for (const auto& [rows, columns] : k_shapes) {
            CAPTURE(rows);
            CAPTURE(columns);
            CHECK(error_of(random_matrix(rows, columns)) < 2e-5);
        }
    }

    TEST_CASE("so it is where singular values lie five decades apart, or most are zero") {
        for (const double decades : {2.0, 5.0}) {
            CAPTURE(decades);
            auto steep = random_matrix(40, 40);
            for (std::size_t n = 0; n < steep.size(); ++n) {
                for (auto& value : steep[n])
                    value *= std::pow(10, -decades * static_cast<double>(n) / 39);
            }
            CHECK(error_of(product(random_matrix(90, 40), steep)) < 1e-4);
            CHECK(error_of(product(steep, random_matrix(40, 90))) < 1e-4);
        }
        for (const std::int64_t rank : {1, 3}) {
            CAPTURE(rank);
            CHECK(error_of(product(random_matrix(64, rank), random_matrix(rank, 32))) < 1e-4);
            CHECK(error_of(product(random_matrix(20, rank), random_matrix(rank, 48))) < 1e-4);
        }
    }

    TEST_CASE("so it is for the gradients of a model") {
        const LanguageModelConfig config{
            .vocabulary_size = 11, .layers = 2, .hidden_size = 40, .embedding_size = 24};
        const auto model = lively_model(config);
        ThreadPool pool(1);
        TruncatedBackpropagation backpropagation(model, pool, 16, 4, {});
        std::vector<float> gradients(static_cast<std::size_t>(model.parameters().stored()));
        auto state = RecurrentState::zeros(config, 4);
        backpropagation.run(random_ids(16, 4, 11, 0), random_ids(16, 4, 11, 1), state, {1, 0},
                            gradients.data());
        for (const auto& [name, shape, values] :
             model.parameters().to_canonical(gradients.data())) {
            if (!name.starts_with("layers.") || shape.size() != 2) continue;
            CAPTURE(name);
            DoubleMatrix x(static_cast<std::size_t>(shape[0]));
            for (std::size_t n = 0; n < x.size(); ++n) {
                const auto at = values.begin() + static_cast<std::ptrdiff_t>(n) * shape[1];
                x[n].assign(at, at + shape[1]);
            }
            CHECK(error_of(x) < 1e-4);
        }
    }

    TEST_CASE("no polynomial of its degree comes nearer to 1 on what those before leave") {
        // Chebyshev: where the error reaches its bound four times with alternating signs, three
        // coefficients cannot be better.
        double low = 0.01, high = 1;
        for (std::size_t i = 0; i < Orthogonalization::k_polynomials.size(); ++i) {
            CAPTURE(i);
            constexpr int k_points = 20000;
            std::vector<double> peaks{1 - polynomial(i, low)};
            double bound = 0;
            for (int k = 0; k <= k_points; ++k) {
                const double error = 1 - polynomial(i, low + (high - low) * k / k_points);
                bound = std::max(bound, std::abs(error));
                auto& peak = peaks.back();
                if (error * peak <= 0) {
                    peaks.push_back(error);
                } else if (std::abs(error) > std::abs(peak)) {
                    peak = error;
                }
            }
            CHECK(peaks.size() == 4);
            for (const double peak : peaks)
                CHECK(std::abs(peak) == doctest::Approx(bound).epsilon(0.002));
            low = 1 - bound;
            high = 1 + bound;
        }
        CHECK(high < 1.28);
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
            CHECK(std::sqrt(image / length) > 0.7);
            CHECK(std::sqrt(image / length) < 1.3);
        }
    }

    TEST_CASE("a matrix of zeros stays one") {
        const DoubleMatrix zeros(20, std::vector<double>(7));
        for (const float value : orthogonalized(zeros, 1)) CHECK(value == 0.0F);
    }

    TEST_CASE("the bits depend neither on the number of threads nor on who is beside") {
        std::vector<PanelShape> shapes;
        for (const auto& [rows, columns] : k_shapes) {
            const auto x = random_matrix(rows, columns);
            shapes.push_back(panel_shape(x));
            const auto one = orthogonalized(x, 1);
            for (const int threads : {2, 3, 8}) CHECK(orthogonalized(x, threads) == one);
        }
        std::vector<Orthogonalization> all;
        for (const auto& [rows, columns] : k_shapes) {
            put(all.emplace_back(shapes), random_matrix(rows, columns));
        }
        ThreadPool pool(3);
        Orthogonalization::run(Crew(pool), all);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto x = random_matrix(k_shapes[i].rows, k_shapes[i].columns);
            CHECK(result_of(all[i], x) == orthogonalized(x, 1));
        }
    }
}
