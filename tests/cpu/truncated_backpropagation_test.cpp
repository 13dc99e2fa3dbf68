#include "cpu/truncated_backpropagation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "cpu/inference.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

constexpr DropoutRates k_all{.input = 0.2F, .between = 0.3F, .output = 0.4F};

/// Stored gradients and losses of `windows` windows in a row, and the state after them.
struct Outcome {
    std::vector<float> gradients;
    std::vector<double> losses;
    RecurrentState state;
};

Outcome run(const LanguageModel& model, int threads, std::int64_t window, std::int64_t batch_size,
            std::uint64_t windows, const DropoutRates& rates, std::uint64_t seed = 1) {
    ThreadPool pool(threads);
    TruncatedBackpropagation backpropagation(model, pool, window, batch_size, rates);
    Outcome outcome{std::vector<float>(static_cast<std::size_t>(model.parameters().stored())),
                    {},
                    RecurrentState::zeros(model.config(), batch_size)};
    for (std::uint64_t n = 0; n < windows; ++n) {
        const auto steps = static_cast<std::size_t>(window),
                   streams = static_cast<std::size_t>(batch_size);
        const auto at = static_cast<std::uint32_t>(2 * n);
        const auto v = model.config().vocabulary_size;
        outcome.losses.push_back(backpropagation.run(
            random_ids(steps, streams, v, at), random_ids(steps, streams, v, at + 1), outcome.state,
            {seed, n}, outcome.gradients.data()));
    }
    return outcome;
}

}  // namespace

TEST_SUITE("cpu/truncated_backpropagation") {
    TEST_CASE("the number of threads changes no bit of loss, gradients and state") {
        for (const auto& config : odd_configs()) {
            const auto model = lively_model(config);
            for (const std::int64_t batch_size : {1, 19, 70}) {
                INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size,
                     " B ", batch_size);
                const auto one = run(model, 1, 4, batch_size, 2, k_all);
                for (const int threads : {2, 3, 8}) {
                    const auto team = run(model, threads, 4, batch_size, 2, k_all);
                    CHECK(team.losses == one.losses);
                    CHECK(same_bits(team.gradients, one.gradients));
                    CHECK(same_bits(team.state.hidden, one.state.hidden));
                    CHECK(same_bits(team.state.states, one.state.states));
                }
            }
        }
    }

    TEST_CASE("without dropout training and inference agree on every bit of loss and state") {
        ThreadPool pool(2);
        for (const auto& config : odd_configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            const auto training = run(model, 2, 6, 3, 2, {});
            Inference inference(model, pool, 3);
            auto state = RecurrentState::zeros(config, 3);
            for (std::uint32_t n = 0; n < 2; ++n) {
                Tensor<2> surprisals;
                inference.surprisals(random_ids(6, 3, config.vocabulary_size, 2 * n),
                                     random_ids(6, 3, config.vocabulary_size, 2 * n + 1), state,
                                     surprisals);
                double sum = 0;
                for (const float x : surprisals) sum += double{x};
                CHECK(training.losses[n] == sum / 18);
            }
            CHECK(same_bits(training.state.hidden, state.hidden));
            CHECK(same_bits(training.state.states, state.states));
        }
    }

    TEST_CASE("gradients do not depend on what the buffers held before") {
        for (const auto& config : odd_configs()) {
            const auto model = lively_model(config);
            ThreadPool pool(2);
            TruncatedBackpropagation used(model, pool, 5, 3, k_all),
                fresh(model, pool, 5, 3, k_all);
            const auto v = config.vocabulary_size;
            std::vector<float> first(static_cast<std::size_t>(model.parameters().stored()), 3.0F);
            std::vector<float> second(first.size());
            auto state = RecurrentState::zeros(config, 3), other = state;
            used.run(random_ids(5, 3, v, 1), random_ids(5, 3, v, 2), state, {1, 0}, first.data());
            state = other;
            const auto inputs = random_ids(5, 3, v, 3), targets = random_ids(5, 3, v, 4);
            used.run(inputs, targets, state, {1, 1}, first.data());
            fresh.run(inputs, targets, other, {1, 1}, second.data());
            CHECK(same_bits(first, second));
            CHECK(same_bits(state.hidden, other.hidden));
        }
    }

    TEST_CASE("each dropout changes the loss, and by its seed and window") {
        const auto config = odd_configs()[3];
        const auto model = lively_model(config);
        const auto losses = [&](const DropoutRates& rates, std::uint64_t seed) {
            return run(model, 1, 4, 6, 2, rates, seed).losses;
        };
        const auto none = losses({}, 1);
        CHECK(losses({}, 2) == none);
        for (const auto& rates : {DropoutRates{.input = 0.3F}, DropoutRates{.between = 0.3F},
                                  DropoutRates{.output = 0.3F}}) {
            CHECK(losses(rates, 1)[0] != none[0]);
            CHECK(losses(rates, 1) == losses(rates, 1));
            CHECK(losses(rates, 1)[0] != losses(rates, 2)[0]);
        }
    }

    TEST_CASE("padding receives no gradient") {
        for (const auto& config : odd_configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const auto model = lively_model(config);
            const auto& list = model.parameters();
            const auto outcome = run(model, 2, 4, 5, 2, k_all);
            std::vector<float> without_padding(outcome.gradients.size());
            list.from_canonical(list.to_canonical(outcome.gradients.data()),
                                without_padding.data());
            // By value: a product of a zero and a negative number is -0.
            CHECK(outcome.gradients == without_padding);
        }
    }

    TEST_CASE("ids outside the vocabulary and other shapes are refused") {
        const auto config = odd_configs()[3];
        const auto model = lively_model(config);
        ThreadPool pool(1);
        TruncatedBackpropagation backpropagation(model, pool, 3, 2, {});
        std::vector<float> gradients(static_cast<std::size_t>(model.parameters().stored()));
        auto state = RecurrentState::zeros(config, 2);
        const auto good = random_ids(3, 2, config.vocabulary_size, 1);
        auto bad = good;
        bad(0, 1) = static_cast<TokenId>(config.vocabulary_size);
        const auto refused = [&](const TokenIds& inputs, const TokenIds& targets,
                                 RecurrentState& before) {
            CHECK_THROWS_AS(backpropagation.run(inputs, targets, before, {1, 0}, gradients.data()),
                            std::logic_error);
        };
        CHECK_NOTHROW(backpropagation.run(good, good, state, {1, 0}, gradients.data()));
        refused(bad, good, state);
        refused(good, bad, state);
        refused(random_ids(2, 3, config.vocabulary_size, 1), good, state);
        refused(good, random_ids(3, 1, config.vocabulary_size, 1), state);
        auto other = RecurrentState::zeros(config, 3);
        refused(good, good, other);
    }
}
