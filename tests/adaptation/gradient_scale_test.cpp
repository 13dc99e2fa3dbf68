#include "adaptation/gradient_scale.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "cpu/cpu_adapter.hpp"
#include "cpu/small_model.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "support/test_model.hpp"

using namespace carousel;

namespace {

LanguageModel scaled_model() {
    return lively_model(
        {.vocabulary_size = 20, .layers = 2, .hidden_size = 33, .embedding_size = 17});
}

Stretch random_stretch(std::size_t count, std::uint32_t stream) {
    const auto ids = random_ids(count, 1, 20, stream);
    return {ids.begin(), ids.end()};
}

/// Stored gradients of `windows` windows of three symbols, the memory carried.
std::vector<std::vector<float>> gradients_of(const LanguageModel& model, const Stretch& stretch,
                                             std::size_t windows) {
    ThreadPool pool(1);
    TruncatedBackpropagation backpropagation(model, pool, 3, 1, {});
    auto state = RecurrentState::zeros(model.config(), 1);
    std::vector<std::vector<float>> all;
    for (std::size_t n = 0; n < windows; ++n) {
        TokenIds inputs(TokenIds::shape_type{3, 1}), targets(inputs.shape());
        std::copy_n(stretch.begin() + static_cast<std::ptrdiff_t>(3 * n), 3, inputs.begin());
        std::copy_n(stretch.begin() + static_cast<std::ptrdiff_t>(3 * n + 1), 3, targets.begin());
        auto& gradients = all.emplace_back(static_cast<std::size_t>(model.parameters().stored()));
        backpropagation.run(inputs, targets, state, {}, gradients.data());
    }
    return all;
}

/// What an adapter on so many threads gathers.
struct Gathered {
    Gathered(const LanguageModel& model, int threads, std::int64_t window,
             std::span<const Stretch> stretches)
        : machine(threads),
          adapter(machine, machine.team(), model.config(), model.weights(), window),
          mean(gather_gradient_scale(adapter, window, stretches)) {}
    std::span<const float> rms() const {
        return {adapter.rms().data(), static_cast<std::size_t>(adapter.rms().size())};
    }
    CpuMachine machine;
    CpuAdapter adapter;
    double mean;
};

}  // namespace

TEST_SUITE("adaptation/gradient_scale") {
    TEST_CASE("it is the root mean square over all full windows, worked out in double") {
        const auto model = scaled_model();
        // Two full windows, and one with a window and a rest that is left out.
        const std::array stretches{random_stretch(7, 1), random_stretch(6, 2)};
        const Gathered scale(model, 1, 3, stretches);
        auto gradients = gradients_of(model, stretches[0], 2);
        gradients.push_back(gradients_of(model, stretches[1], 1).front());
        double sum = 0;
        for (std::size_t i = 0; i < scale.rms().size(); ++i) {
            double squares = 0;
            for (const auto& g : gradients) squares += double{g[i]} * double{g[i]};
            const double expected = std::sqrt(squares / 3);
            sum += expected;
            REQUIRE(double{scale.rms()[i]} == doctest::Approx(expected).epsilon(1e-5));
        }
        CHECK(scale.mean ==
              doctest::Approx(sum / static_cast<double>(model.parameters().count())).epsilon(1e-5));
    }

    TEST_CASE("it has the same bits on every number of threads") {
        const auto model = scaled_model();
        const std::array stretches{random_stretch(40, 1), random_stretch(40, 2)};
        const Gathered alone(model, 1, 5, stretches), team(model, 3, 5, stretches);
        CHECK(same_bits(alone.rms(), team.rms()));
        CHECK(alone.mean == team.mean);
        const TestModel one(model.config(), model.weights());
        CHECK(written_stretches(one, 2) == written_stretches(one.on(3), 2));
    }

    TEST_CASE("without a full window there is no scale") {
        const std::array stretches{random_stretch(5, 1)};
        CHECK_THROWS_AS(Gathered(scaled_model(), 1, 5, stretches), std::logic_error);
    }

    TEST_CASE("what a model writes has its probabilities, and each stretch is another") {
        // Without an output matrix every symbol has the probability that its bias says: 1/8, 5/8,
        // 2/8.
        const LanguageModelConfig config{
            .vocabulary_size = 3, .layers = 1, .hidden_size = 4, .embedding_size = 2};
        auto weights = CpuMachine(1).initial_weights(config, 1);
        for (auto& x : weights[weights.size() - 2].values) x = 0;
        weights.back().values = {std::log(1.0F), std::log(5.0F), std::log(2.0F)};
        const auto stretches = written_stretches(TestModel(config, weights), 20);
        REQUIRE(stretches.size() == 20);
        std::array<double, 3> counts{};
        for (const auto& stretch : stretches) {
            REQUIRE(stretch.size() == 25 * 20 + 1);
            CHECK(stretch.front() == 0);
            for (const auto id : stretch) counts.at(id) += 1;
            CHECK(std::count(stretches.begin(), stretches.end(), stretch) == 1);
        }
        // 10,000 draws: five standard deviations are 0.025.
        CHECK(counts[0] / 10020 == doctest::Approx(0.125).epsilon(0.2));
        CHECK(counts[1] / 10020 == doctest::Approx(0.625).epsilon(0.04));
        CHECK(counts[2] / 10020 == doctest::Approx(0.250).epsilon(0.1));
    }
}
