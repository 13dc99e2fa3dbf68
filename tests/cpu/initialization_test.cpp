#include "cpu/initialization.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "cpu/inference.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

double row_product(const float* a, const float* b, std::int64_t n) {
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) sum += double{a[k]} * double{b[k]};
    return sum;
}

void check_orthonormal(const float* matrix, std::int64_t n, double length = 1) {
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j <= i; ++j) {
            const double expected = i == j ? length * length : 0;
            REQUIRE(std::abs(row_product(matrix + i * n, matrix + j * n, n) - expected) < 1e-6);
        }
    }
}

/// Standard deviation around zero.
double deviation(const NamedTensor& tensor) {
    const auto count = static_cast<std::int64_t>(tensor.values.size());
    return std::sqrt(row_product(tensor.values.data(), tensor.values.data(), count) /
                     static_cast<double>(count));
}

/// Within five hundredths of it.
bool is_near(double found, double expected) {
    return std::abs(found / expected - 1) < 0.05;
}

}  // namespace

TEST_SUITE("cpu/initialization") {
    TEST_CASE(
        "each gate's recurrent matrix has orthogonal rows, of length 1 or, in U of mlstm, 1/4") {
        ThreadPool pool(2);
        for (const auto& config : odd_configs()) {
            const auto h = config.hidden_size;
            CAPTURE(h);
            CAPTURE(cell_word(config));
            for (const auto& tensor : initial_weights(config, 1, pool)) {
                if (!tensor.name.ends_with("weight_hh") && !tensor.name.ends_with("weight_vh"))
                    continue;
                // v of a product of two sums begins small.
                const bool small =
                    config.cell == CellKind::mlstm && tensor.name.ends_with("weight_hh");
                for (std::int64_t gate = 0; gate < tensor.shape[0] / h; ++gate)
                    check_orthonormal(tensor.values.data() + gate * h * h, h, small ? 0.25 : 1);
            }
        }
    }

    TEST_CASE("nearly parallel rows become orthonormal, a vanishing row a unit vector") {
        std::vector<float> parallel{1, 1, 1, 1, 1, 1.001F, 1, 1.001F, 1};
        orthonormalize_rows(parallel.data(), 3);
        check_orthonormal(parallel.data(), 3);
        std::vector<float> zero(4);
        orthonormalize_rows(zero.data(), 2);
        CHECK(zero == std::vector<float>{1, 0, 0, 1});
    }

    TEST_CASE(
        "deviations are 1, 1 / sqrt(inputs) and a quarter of it; biases are 0, of forget gates 1") {
        ThreadPool pool(1);
        const LanguageModelConfig config{.vocabulary_size = 90,
                                         .layers = 2,
                                         .hidden_size = 64,
                                         .embedding_size = 50,
                                         .forget_bias = 1.5F};
        const auto weights = initial_weights(config, 1, pool);
        CHECK(is_near(deviation(weights[0]), 1));
        CHECK(is_near(deviation(weights[1]), 1 / std::sqrt(50.0)));
        CHECK(is_near(deviation(weights[4]), 1.0 / 8));
        CHECK(is_near(deviation(weights[7]), 0.25 / 8));
        for (std::size_t u = 0; u < 256; ++u) {
            CHECK(weights[3].values[u] == (u >= 64 && u < 128 ? 1.5F : 0.0F));
        }
        CHECK(deviation(weights[8]) == 0);
    }

    TEST_CASE("fresh rounds scale by about 1") {
        ThreadPool pool(1);
        const LanguageModelConfig config{.cell = CellKind::mogrifier,
                                         .vocabulary_size = 9,
                                         .layers = 1,
                                         .hidden_size = 256,
                                         .embedding_size = 100};
        const auto weights = initial_weights(config, 1, pool);
        REQUIRE(weights[6].name == "layers.0.round2.up");
        CHECK(is_near(deviation(weights[3]), 1.0 / 16));
        CHECK(is_near(deviation(weights[4]), 0.25 / std::sqrt(32.0)));
        CHECK(is_near(deviation(weights[5]), 0.1));
        CHECK(is_near(deviation(weights[6]), 0.25 / std::sqrt(32.0)));
    }

    TEST_CASE("fresh attention asks as loudly as outputs are, and speaks softly") {
        ThreadPool pool(1);
        const LanguageModelConfig config{.cell = CellKind::attention_lstm,
                                         .vocabulary_size = 9,
                                         .layers = 1,
                                         .hidden_size = 64,
                                         .embedding_size = 50};
        const auto weights = initial_weights(config, 1, pool);
        REQUIRE(weights[4].name == "layers.0.attention.query");
        CHECK(is_near(deviation(weights[4]), 1.0 / 8));
        CHECK(is_near(deviation(weights[5]), 0.25 / 8));
        CHECK(deviation(weights[6]) == 0);
    }

    TEST_CASE("weights are a function of the seed alone, whatever the number of threads") {
        const auto config = odd_configs()[3];
        ThreadPool one(1);
        const auto first = initial_weights(config, 7, one);
        for (const int threads : {2, 3, 8}) {
            ThreadPool pool(threads);
            CHECK(initial_weights(config, 7, pool) == first);
        }
        const auto other = initial_weights(config, 8, one);
        for (std::size_t i = 0; i < first.size(); ++i) {
            const bool is_bias = first[i].shape.size() == 1;
            CHECK((first[i] == other[i]) == is_bias);
        }
        CHECK(first[4].values != first[5].values);  // layers draw from streams of their own
    }

    TEST_CASE("a fresh model is about as surprised as one that knows nothing: ln V") {
        ThreadPool pool(2);
        for (const std::int64_t v : {2, 65, 300}) {
            const LanguageModelConfig config{
                .vocabulary_size = v, .layers = 2, .hidden_size = 64, .embedding_size = 64};
            const LanguageModel model(config, initial_weights(config, 1, pool));
            Inference inference(model, pool, 4);
            auto state = RecurrentState::zeros(config, 4);
            Tensor<2> surprisals;
            inference.surprisals(random_ids(100, 4, v, 1), random_ids(100, 4, v, 2), state,
                                 surprisals);
            double sum = 0;
            for (const float x : surprisals) sum += double{x};
            CHECK(sum / 400 == doctest::Approx(std::log(static_cast<double>(v))).epsilon(0.02));
        }
    }
}
