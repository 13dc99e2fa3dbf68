#include "planning/shared_forecast.hpp"

#include <doctest/doctest.h>

#include <span>
#include <vector>

#include "cpu/gradient_exchange.hpp"
#include "cpu/matrix_shares.hpp"
#include "cpu/muon.hpp"
#include "cpu/parameter.hpp"
#include "model/parameter.hpp"
#include "planning/reference_forecast.hpp"
#include "support/processes_in_one.hpp"

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
        // Who has one of the four sends it out once more.
        CHECK(sent(OptimizerKind::muon, 16) > 1.1 * sent(OptimizerKind::adam, 16));
        CHECK(sent(OptimizerKind::muon, 16) < 1.13 * sent(OptimizerKind::adam, 16));
    }

    TEST_CASE("what an exchange with Muon sends is what was foretold") {
        const LanguageModelConfig net{
            .vocabulary_size = 32, .layers = 2, .hidden_size = 192, .embedding_size = 192};
        const ParameterList parameters(net);
        const auto floats = static_cast<std::size_t>(parameters.stored());
        for (const int n : {2, 4, 12}) {
            CAPTURE(n);
            ProcessesInOne processes(n);
            std::size_t of_gradients = 0;
            processes.run([&](Communicator& communicator) {
                MatrixShares shares(&communicator);
                for (const auto& p : parameters.all())
                    if (Muon::moves(p)) shares.add(p.offset, p.stored, p.stored);
                std::vector<float> all(floats);
                const std::span<float> sum(all);
                GradientExchange exchange(communicator, n, std::span(&sum, 1),
                                          shares.kept_gradients());
                exchange.send({0, parameters.stored()});
                exchange.finish();
                if (communicator.process() == 0) of_gradients = processes.bytes_of_first();
                shares.exchange_directions(all.data());
            });
            const auto foretold = exchanged_bytes(net, OptimizerKind::muon, n);
            // But for the ends of matrices that are no whole piece of the norm.
            CHECK(static_cast<double>(of_gradients) ==
                  doctest::Approx(foretold.gradients).epsilon(0.06));
            CHECK(static_cast<double>(processes.bytes_of_first() - of_gradients) ==
                  doctest::Approx(foretold.directions).epsilon(0.001));
        }
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
