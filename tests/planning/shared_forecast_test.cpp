#include "planning/shared_forecast.hpp"

#include <doctest/doctest.h>

#include "model/parameter.hpp"
#include "planning/reference_forecast.hpp"

using namespace carousel;

namespace {

const LanguageModelConfig k_net{
    .vocabulary_size = 80, .layers = 2, .hidden_size = 512, .embedding_size = 512};
constexpr BatchShape k_shape{.batch_size = 64, .window = 64};

double efficiency(int processes, const Link& link) {
    const ReferenceForecast one;
    const auto seconds = [&](int n) {
        return SharedForecast(one, n, link).seconds_of_update(k_net, k_shape, OptimizerKind::adam);
    };
    return seconds(1) / (processes * seconds(processes));
}

}  // namespace

TEST_SUITE("planning/shared_forecast") {
    TEST_CASE("one process foresees what it does alone, whatever the link") {
        const ReferenceForecast one;
        CHECK(
            SharedForecast(one, 1, {1, 1}).seconds_of_update(k_net, k_shape, OptimizerKind::muon) ==
            one.seconds_of_update(k_net, k_shape, OptimizerKind::muon));
    }

    TEST_CASE("a process sends what a ring takes, with Muon too where there are enough matrices") {
        const auto bytes = 4 * static_cast<double>(parameter_count(k_net));
        const auto sent = [](OptimizerKind optimizer, int n) {
            const auto all = exchanged_bytes(k_net, optimizer, n);
            return all.gradients + all.directions;
        };
        CHECK(sent(OptimizerKind::adam, 2) == doctest::Approx(bytes));
        CHECK(sent(OptimizerKind::adam, 16) == doctest::Approx(1.875 * bytes));
        for (const int n : {2, 4})  // two layers have four matrices
            CHECK(sent(OptimizerKind::muon, n) == doctest::Approx(sent(OptimizerKind::adam, n)));
        CHECK(sent(OptimizerKind::muon, 16) > 1.5 * sent(OptimizerKind::adam, 16));
    }

    TEST_CASE("what is sent while lower layers go backward takes no time of its own") {
        const ReferenceForecast one;
        auto deep = k_net;
        deep.layers = 8;
        const auto seconds = [&](double bytes_per_second) {
            return SharedForecast(one, 2, {bytes_per_second, 0})
                .seconds_of_update(deep, k_shape, OptimizerKind::adam);
        };
        const double computing = seconds(1e15),
                     bytes = exchanged_bytes(deep, OptimizerKind::adam, 2).gradients;
        // A link that needs a tenth of the time for all of it: what is left is the lowest layer's.
        CHECK(seconds(bytes / (0.1 * computing)) ==
              doctest::Approx(computing * (1 + 0.1 / 8)).epsilon(0.001));
        // And one that needs ten times as long: all but the top layer's time is hidden.
        CHECK(seconds(bytes / (10 * computing)) > 10 * computing);
        CHECK(seconds(bytes / (10 * computing)) < 10.5 * computing);
    }

    TEST_CASE("the matrices of Muon are shared out, as many as there are") {
        const ReferenceForecast one;
        const Link endless{1e15, 0};
        const auto muon = [&](int n) {
            const SharedForecast all(one, n, endless);
            return all.seconds_of_update(k_net, k_shape, OptimizerKind::muon) -
                   all.seconds_of_update(k_net, k_shape, OptimizerKind::adam);
        };
        CHECK(muon(2) == doctest::Approx(muon(1) / 2));
        CHECK(muon(16) == doctest::Approx(muon(1) / 4));
    }

    TEST_CASE("a slower link and more processes are less efficient, never more than whole") {
        const Link fast{1.25e9, 5e-5}, slow{1.25e8, 5e-4};
        CHECK(efficiency(2, fast) < 1);
        CHECK(efficiency(2, slow) < efficiency(2, fast));
        CHECK(efficiency(16, fast) < efficiency(2, fast));
    }
}
