#include "planning/taught_forecast.hpp"

#include <doctest/doctest.h>

#include "planning/reference_forecast.hpp"

using namespace carousel;

TEST_SUITE("planning/taught_forecast") {
    TEST_CASE("each teacher takes a third of its own training, and a training without is itself") {
        const LanguageModelConfig net{
            .vocabulary_size = 80, .layers = 2, .hidden_size = 128, .embedding_size = 128};
        constexpr BatchShape k_shape{.batch_size = 32, .window = 64};
        const ReferenceForecast alone;
        const auto seconds = [&](std::vector<LanguageModelConfig> teachers) {
            return TaughtForecast(alone, std::move(teachers))
                .seconds_of_update(net, k_shape, OptimizerKind::adam);
        };
        CHECK(seconds({}) == alone.seconds_of_update(net, k_shape, OptimizerKind::adam));
        CHECK(seconds({net, net, net}) == doctest::Approx(2 * seconds({})));
        CHECK(TaughtForecast(alone, {net}).training_bytes(net, k_shape) >
              alone.training_bytes(net, k_shape));
    }
}
