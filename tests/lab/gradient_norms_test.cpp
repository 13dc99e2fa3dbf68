#include "lab/gradient_norms.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace carousel;

namespace {

GradientConfig config_of(int updates) {
    return {.experiment = standard_experiment(LabTask::order_of_two), .updates = updates};
}

}  // namespace

TEST_SUITE("lab/gradient_norms") {
    TEST_CASE("the carousel carries an error back unchanged") {
        const auto norms = carousel_norms(config_of(0)).states;
        REQUIRE(norms.size() > 90);
        CHECK(norms[0] > 0);
        for (const double norm : norms) CHECK(norm == doctest::Approx(norms[0]).epsilon(1e-5));
    }

    TEST_CASE("the gradient of a fresh plain net vanishes, that of a fresh LSTM hardly does") {
        const auto goes_on = [] { return true; };
        const auto rnn = gradient_curves(config_of(0), CellKind::rnn, goes_on).fresh.hidden;
        const auto lstm = gradient_curves(config_of(0), CellKind::lstm, goes_on).fresh.states;
        CHECK(rnn.size() == 100);
        CHECK(rnn[60] < 1e-3 * rnn[0]);
        CHECK(lstm[60] > 1e-2 * lstm[0]);
    }

    TEST_CASE("gates are as open as their biases make them in a fresh net") {
        const auto goes_on = [] { return true; };
        CHECK(gradient_curves(config_of(0), CellKind::rnn, goes_on).gates.empty());
        CHECK_FALSE(gradient_curves(config_of(0), CellKind::gru, goes_on).gates[0].carrying);
        const auto gates = gradient_curves(config_of(0), CellKind::lstm, goes_on).gates;
        REQUIRE(gates.size() == 3);
        CHECK(gates[0].name == "i");
        CHECK(gates[0].all.distracted == doctest::Approx(0.5).epsilon(0.1));
        CHECK(gates[1].name == "f");
        CHECK(gates[1].all.distracted == doctest::Approx(111.0 / 112.0).epsilon(0.002));
        CHECK(gates[1].all.counting == doctest::Approx(111.0 / 112.0).epsilon(0.002));
        REQUIRE(gates[1].carrying);
        CHECK(gates[1].carrying->distracted == doctest::Approx(111.0 / 112.0).epsilon(0.01));
        CHECK(gates[2].name == "o");
        CHECK(gates[2].all.counting == doctest::Approx(0.5).epsilon(0.1));
    }

    TEST_CASE("training changes the curve, unless it is stopped at once") {
        const auto stopped = gradient_curves(config_of(3), CellKind::rnn, [] { return false; });
        CHECK(stopped.fresh.hidden == stopped.trained.hidden);
        const auto trained = gradient_curves(config_of(3), CellKind::rnn, [] { return true; });
        CHECK(trained.fresh.hidden == stopped.fresh.hidden);
        CHECK(trained.trained.hidden != trained.fresh.hidden);
    }
}
