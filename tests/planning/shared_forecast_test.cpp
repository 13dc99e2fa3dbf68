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

    TEST_CASE("without Muon a process sends what a ring takes") {
        const auto bytes = 4 * static_cast<double>(parameter_count(k_net));
        CHECK(exchanged_bytes(k_net, OptimizerKind::adam, 2) == doctest::Approx(bytes));
        CHECK(exchanged_bytes(k_net, OptimizerKind::adam, 16) == doctest::Approx(1.875 * bytes));
        CHECK(exchanged_bytes(k_net, OptimizerKind::muon, 2) > bytes);
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
