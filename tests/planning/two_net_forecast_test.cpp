#include "planning/two_net_forecast.hpp"

#include <doctest/doctest.h>

#include "planning/plan.hpp"
#include "planning/reference_forecast.hpp"

using namespace carousel;

TEST_SUITE("planning/two_net_forecast") {
    TEST_CASE("two nets take twice the time and the memory of one, and nothing else changes") {
        const ReferenceForecast of_net;
        const TwoNetForecast forecast(of_net);
        LanguageModelConfig net{.vocabulary_size = 65};
        const BatchShape shape{32, 64};
        const auto seconds = of_net.seconds_of_update(net, shape, OptimizerKind::muon);
        const auto bytes = of_net.training_bytes(net, shape);
        CHECK(forecast.seconds_of_update(net, shape, OptimizerKind::muon) == seconds);
        CHECK(forecast.training_bytes(net, shape) == bytes);
        net.direction = ReadingDirection::both;
        CHECK(forecast.seconds_of_update(net, shape, OptimizerKind::muon) == 2 * seconds);
        CHECK(forecast.training_bytes(net, shape) == 2 * bytes);
    }

    TEST_CASE("a plan for two nets is that for one in half the time") {
        const ReferenceForecast of_net;
        const TwoNetForecast forecast(of_net);
        PlanRequest request;
        request.corpus.characters = 1'000'000;
        request.corpus.tokens = 1'000'001;
        request.model.vocabulary_size = 65;
        const auto one = choose_plan(request, forecast, 300);
        request.model.direction = ReadingDirection::both;
        const auto two = choose_plan(request, forecast, 600);
        CHECK(two.model.hidden_size == one.model.hidden_size);
        CHECK(two.model.layers == one.model.layers);
        CHECK(two.training == one.training);
        CHECK(two.updates == doctest::Approx(one.updates));
        CHECK(two.loss == doctest::Approx(one.loss));
        CHECK(two.seconds == doctest::Approx(2 * one.seconds));
    }
}
