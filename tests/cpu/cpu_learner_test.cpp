#include "cpu/cpu_learner.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "cpu/cpu_machine.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_streams = 6, k_window = 5;

LanguageModelConfig config_of(CellKind cell) {
    return {.cell = cell,
            .vocabulary_size = 23,
            .layers = 2,
            .hidden_size = 19,
            .embedding_size = 7,
            .output_input = OutputInput::sum};
}

LearnerConfig learning(DropoutMask mask) {
    return {.shape = {k_streams, k_window},
            .dropout = {
                .input = 0.2F, .between = 0.3F, .output = 0.4F, .recurrent = 0.2F, .mask = mask}};
}

/// Streams [first, first + count) of ids (T, B).
TokenIds part(const TokenIds& ids, std::size_t first, std::size_t count) {
    TokenIds some(TokenIds::shape_type{ids.shape(0), count});
    for (std::size_t t = 0; t < ids.shape(0); ++t)
        for (std::size_t b = 0; b < count; ++b) some(t, b) = ids(t, first + b);
    return some;
}

/// Two processes one after the other: the second hears what the first has said.
struct Relay final : Communicator {
    void sum(std::span<float> values) override {
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] += i < heard.size() ? heard[i] : 0.0F;
        heard.assign(values.begin(), values.end());
    }
    double sum(double value) override { return value; }
    std::vector<float> heard;
};

}  // namespace

TEST_SUITE("cpu/cpu_learner") {
    TEST_CASE("two learners with parts of the streams draw the masks that one with all draws") {
        for (const auto mask : {DropoutMask::window, DropoutMask::step}) {
            for (const auto cell : {CellKind::lstm, CellKind::mogrifier, CellKind::grid}) {
                CAPTURE(k_cell_words[static_cast<int>(cell)]);
                CAPTURE(static_cast<int>(mask));
                const auto config = config_of(cell);
                const CpuMachine machine(2);
                const auto weights = lively_model(config).weights();
                const auto inputs = random_ids(k_window, k_streams, 23, 1),
                           targets = random_ids(k_window, k_streams, 23, 2);
                const WindowKey key{.seed = 3, .number = 4};

                auto state = RecurrentState::zeros(config, k_streams);
                const auto whole = machine.learner(config, weights, learning(mask));
                const double loss = whole->window({inputs, targets}, state, key);

                double sum = 0;
                Relay relay;
                std::unique_ptr<Learner> learner;
                for (const auto& [first, count] :
                     {std::pair<std::int64_t, std::int64_t>{0, 2}, {2, 4}}) {
                    auto share = learning(mask);
                    share.shape.batch_size = count;
                    share.streams = {.first = first, .total = k_streams};
                    learner = machine.learner(config, weights, share);
                    auto own = RecurrentState::zeros(config, count);
                    const auto at = static_cast<std::size_t>(first),
                               streams = static_cast<std::size_t>(count);
                    sum += learner->window({part(inputs, at, streams), part(targets, at, streams)},
                                           own, key);
                    learner->exchange(relay);
                    // States follow from masks: any other draw would change those of layer 1.
                    for (std::size_t l = 0; l < 2; ++l)
                        for (std::size_t b = 0; b < streams; ++b)
                            for (std::size_t u = 0; u < own.hidden.shape(2); ++u)
                                REQUIRE(own.hidden(l, b, u) == state.hidden(l, at + b, u));
                }
                CHECK(sum == doctest::Approx(loss).epsilon(1e-6));
                CHECK(learner->gradient_norm() ==
                      doctest::Approx(whole->gradient_norm()).epsilon(1e-5));
            }
        }
    }

    TEST_CASE("to forget makes moments and averages those of a new learner") {
        const auto config = config_of(CellKind::lstm);
        const CpuMachine machine(1);
        const auto weights = lively_model(config).weights();
        const auto ids = random_ids(k_window, k_streams, 23, 1);
        LearnerConfig learning{.shape = {k_streams, k_window}};
        learning.optimizer.average = 0.9F;
        const auto learner = machine.learner(config, weights, learning),
                   fresh = machine.learner(config, weights, learning);
        auto state = RecurrentState::zeros(config, k_streams);
        learner->window({ids, ids}, state, {});
        learner->update({.learning_rate = 0.1F});
        CHECK(learner->tensors(Kept::second_moments) != fresh->tensors(Kept::second_moments));
        learner->forget();
        for (const auto kept : {Kept::averages, Kept::first_moments, Kept::second_moments})
            CHECK(learner->tensors(kept) == fresh->tensors(kept));
        CHECK(learner->tensors(Kept::weights) != weights);
        CHECK(learner->model().weights() == learner->tensors(Kept::weights));
    }
}
