#include "model/quantization.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "cpu/inference.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

/// The error, in parts of the logits' size. Where sums are normalized, what rounding changes in
/// them is divided by their deviation too, which is below 1 in a fresh model: measured 0.063,
/// against 0.03 in most.
double allowed_error(CellKind cell) {
    return is_normalized(cell_shape(cell)) ? 0.1 : 0.05;
}

}  // namespace

TEST_SUITE("model/quantization") {
    TEST_CASE("the largest weight of a row becomes 127 and each is kept to half a step") {
        const NamedTensor tensor{"w", {2, 5}, {0.5F, -2.0F, 0.0F, 1.0F, 1.26F, 0, 0, 0, 0, 0}};
        const auto quantized = quantize_tensor(tensor);
        CHECK(quantized.name == "w");
        CHECK(quantized.shape == tensor.shape);
        CHECK(quantized.scales[0] == doctest::Approx(2.0 / 127));
        CHECK(quantized.scales[1] == 0.0F);  // a row of zeros stays one
        CHECK(quantized.levels == std::vector<std::int8_t>{32, -127, 0, 64, 80, 0, 0, 0, 0, 0});
        const auto back = dequantize_tensor(quantized);
        CHECK(back.name == "w");
        CHECK(back.shape == tensor.shape);
        for (std::size_t i = 0; i < 10; ++i) {
            CHECK(std::abs(back.values[i] - tensor.values[i]) <= 0.5001F * quantized.scales[0]);
        }
    }

    TEST_CASE(
        "what was quantized once quantizes to the same levels, and the model's weights to near "
        "them") {
        for (const auto& config : odd_configs()) {
            for (const auto& tensor : lively_model(config).weights()) {
                if (tensor.shape.size() != 2) continue;
                const auto once = quantize_tensor(tensor);
                const auto back = dequantize_tensor(once);
                const auto twice = quantize_tensor(back);
                CHECK(twice.levels == once.levels);
                const auto columns = static_cast<std::size_t>(tensor.shape[1]);
                for (std::size_t i = 0; i < tensor.values.size(); ++i) {
                    REQUIRE(std::abs(back.values[i] - tensor.values[i]) <=
                            0.5001F * once.scales[i / columns]);
                }
            }
        }
    }

    TEST_CASE("levels and scales that do not fit the shape are refused") {
        const auto good = quantize_tensor({"w", {2, 3}, {1, 2, 3, 4, 5, 6}});
        const auto refused = [&](auto change) {
            auto tensor = good;
            change(tensor);
            CHECK_THROWS_AS(dequantize_tensor(tensor), std::invalid_argument);
        };
        CHECK_NOTHROW(dequantize_tensor(good));
        refused([](auto& tensor) { tensor.scales.pop_back(); });
        refused([](auto& tensor) { tensor.levels.pop_back(); });
        refused([](auto& tensor) { tensor.shape.pop_back(); });
        refused([](auto& tensor) { tensor.shape = {3, 2}; });
        refused([](auto& tensor) { tensor.shape = {-2, -3}; });
        refused([](auto& tensor) { tensor.shape = {std::int64_t{1} << 62, 4}; });
    }

    TEST_CASE(
        "logits in 8 bits and in bf16 are near those in single precision, and follow the text") {
        ThreadPool pool(1);
        for (const auto& config : odd_configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            for (const auto precision : {Precision::int8, Precision::bf16}) {
                Inference exact(model, pool, 3), small(model, pool, 3, precision);
                auto state = RecurrentState::zeros(config, 3), small_state = state;
                Tensor<2> logits, small_logits;
                for (std::uint32_t n = 0; n < 5; ++n) {
                    const auto ids = random_ids(4, 3, config.vocabulary_size, n);
                    exact.advance(ids, state, logits);
                    small.advance(ids, small_state, small_logits);
                    REQUIRE(small_logits.shape() == logits.shape());
                    double apart = 0, size = 0;
                    for (std::size_t i = 0; i < logits.size(); ++i) {
                        apart +=
                            std::pow(double{logits.data()[i]} - double{small_logits.data()[i]}, 2);
                        size += std::pow(double{logits.data()[i]}, 2);
                    }
                    // Logits of one unit may be next to nothing: their errors are not.
                    const auto count = static_cast<double>(logits.size());
                    CHECK(std::sqrt(apart / count) <
                          allowed_error(config.cell) * std::max(1.0, std::sqrt(size / count)));
                    CHECK((apart > 0 || config.hidden_size < 16));
                }
            }
        }
    }
}
