#include "cpu/weight_matrix.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

// U of a GRU's layer feeds three of its four gates: groups of three panels among four.
constexpr LanguageModelConfig k_config{.cell = CellKind::gru,
                                       .vocabulary_size = 5,
                                       .layers = 1,
                                       .hidden_size = 37,
                                       .embedding_size = 4};
constexpr std::int64_t k_blocks = 3, k_rows = 3, k_row = 48, k_out_row = 4 * 48;

/// Rows of numbers between -1 and 1.
std::vector<float> some_rows(std::int64_t row, std::uint32_t stream) {
    std::vector<float> rows(static_cast<std::size_t>(k_rows * row));
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = 2 * random_uniform({5, RandomPurpose::benchmark, stream}, i) - 1;
    return rows;
}

/// W(n, k) by its panels, as a sum of products would read it.
double product_at(const LanguageModel& model, const StoredParameter& weight, const float* vector,
                  std::int64_t panel, std::int64_t lane) {
    const auto depth = weight.shape[1];
    double sum = 0;
    for (std::int64_t k = 0; k < depth; ++k)
        sum +=
            double{vector[k]} * double{model.values(weight)[(panel * depth + k) * k_panel + lane]};
    return sum;
}

/// The largest distance between what `use` computes into three of four gates and what it should
/// be; -1 if it touched the fourth.
double largest_error(const LanguageModel& model, ModelUse use, const MatrixRows& kind) {
    const auto& weight = *model.parameters().layer(0).recurrent_weight;
    WeightMatrix matrix(model, weight, use);
    const auto in = some_rows(k_row, 1), before = some_rows(k_out_row, 2);
    const auto start = some_rows(k_out_row, 3);
    auto out = before;
    auto rows = kind;
    rows.in = in.data();
    rows.out = out.data();
    if (kind.start != nullptr) rows.start = start.data();
    matrix.multiply(rows, matrix.all_panels());
    double largest = 0;
    for (std::int64_t r = 0; r < k_rows; ++r) {
        for (std::int64_t column = 0; column < k_out_row; ++column) {
            const auto at = static_cast<std::size_t>(r * k_out_row + column);
            const auto block = column / 64, gate = column / 16 % 4;
            if (gate == 3) {
                if (out[at] != before[at]) return -1;
                continue;
            }
            double expected =
                product_at(model, weight, in.data() + r * k_row, block * 3 + gate, column % 16);
            if (rows.start != nullptr) expected += double{start[static_cast<std::size_t>(column)]};
            if (rows.accumulate) expected += double{before[at]};
            largest = std::max(largest, std::fabs(double{out[at]} - expected));
        }
    }
    return largest;
}

constexpr MatrixRows k_rows_of_gates{.in = nullptr,
                                     .in_row = k_row,
                                     .out = nullptr,
                                     .out_row = k_out_row,
                                     .rows = k_rows,
                                     .group = 3,
                                     .group_step = 64};

}  // namespace

TEST_SUITE("cpu/weight_matrix") {
    TEST_CASE("a product reaches the gates of its groups and no other, in every precision") {
        const auto model = lively_model(k_config);
        const float any = 0;
        auto from_zero = k_rows_of_gates, from_start = k_rows_of_gates, added = k_rows_of_gates;
        from_start.start = &any;
        added.accumulate = true;
        for (const auto& rows : {from_zero, from_start, added}) {
            const double exact = largest_error(model, {}, rows);
            CHECK(exact >= 0);
            CHECK(exact < 1e-5);
            for (const auto precision : {Precision::int8, Precision::bf16}) {
                const double rounded = largest_error(model, {.precision = precision}, rows);
                CHECK(rounded > exact);
                CHECK(rounded < (precision == Precision::int8 ? 0.05 : 0.02));
            }
        }
    }

    TEST_CASE("the transposed product returns what came through the matrix, in both precisions") {
        const auto model = lively_model(k_config);
        const auto& weight = *model.parameters().layer(0).recurrent_weight;
        ThreadPool pool(2);
        for (const auto precision : {Precision::float32, Precision::bf16}) {
            WeightMatrix matrix(model, weight, {.trains = true, .precision = precision});
            matrix.prepare(pool);
            const auto in = some_rows(k_out_row, 1);
            std::vector<float> out(static_cast<std::size_t>(k_rows * k_row));
            auto rows = k_rows_of_gates;
            rows.in = in.data();
            rows.in_row = k_out_row;
            rows.out = out.data();
            rows.out_row = k_row;
            matrix.multiply_transposed(pool, rows);
            for (std::int64_t k = 0; k < 37; ++k) {
                double expected = 0;
                for (std::int64_t p = 0; p < 3 * k_blocks; ++p) {
                    for (std::int64_t lane = 0; lane < k_panel; ++lane) {
                        expected +=
                            double{in[static_cast<std::size_t>(p / 3 * 64 + p % 3 * 16 + lane)]} *
                            double{model.values(weight)[(p * 37 + k) * k_panel + lane]};
                    }
                }
                CHECK(std::abs(double{out[static_cast<std::size_t>(k)]} - expected) <
                      (precision == Precision::float32 ? 1e-5 : 0.02));
            }
        }
    }

    TEST_CASE("both products have the same bits for every number of threads, by rows and panels") {
        const auto model = lively_model(k_config);
        const auto& weight = *model.parameters().layer(0).recurrent_weight;
        for (const auto precision : {Precision::float32, Precision::bf16}) {
            for (const std::int64_t count : {1, 3, 17, 97, 200}) {
                std::vector<float> in(static_cast<std::size_t>(count * k_out_row));
                for (std::size_t i = 0; i < in.size(); ++i)
                    in[i] = random_uniform({5, RandomPurpose::benchmark, 7}, i) - 0.5F;
                const auto products = [&](int threads) {
                    ThreadPool pool(threads);
                    WeightMatrix matrix(model, weight, {.trains = true, .precision = precision});
                    matrix.prepare(pool);
                    std::vector<float> gates(in.size()),
                        back(static_cast<std::size_t>(count * k_row));
                    auto rows = k_rows_of_gates;
                    rows.rows = count;
                    rows.in = in.data();
                    rows.out = gates.data();
                    matrix.multiply(pool, rows);
                    rows.in_row = k_out_row;
                    rows.out = back.data();
                    rows.out_row = k_row;
                    matrix.multiply_transposed(pool, rows);
                    gates.insert(gates.end(), back.begin(), back.end());
                    return gates;
                };
                const auto one = products(1);
                for (const int threads : {2, 3, 8}) {
                    INFO(count, " rows, ", threads, " threads");
                    CHECK(same_bits(products(threads), one));
                }
            }
        }
    }

    TEST_CASE("what training reads in bf16 are the weights of now, as others replace them") {
        const auto model = lively_model(k_config);
        const auto& weight = *model.parameters().layer(0).recurrent_weight;
        ThreadPool pool(1);
        WeightMatrix matrix(model, weight, {.trains = true, .precision = Precision::bf16});
        const std::vector<float> halves(static_cast<std::size_t>(weight.stored), 0.5F);
        matrix.replace(halves.data());
        matrix.prepare(pool);
        const std::vector<float> in(static_cast<std::size_t>(k_rows * k_out_row), 1.0F);
        std::vector<float> out(in.size());
        auto rows = k_rows_of_gates;
        rows.in = in.data();
        rows.out = out.data();
        matrix.multiply(rows, matrix.all_panels());
        CHECK(out[0] == 0.5F * 37);
        rows.in_row = k_out_row;
        rows.out_row = k_row;
        matrix.multiply_transposed(rows, matrix.all_inputs());
        CHECK(out[0] == 0.5F * 3 * 48);
    }
}
