#include "training/teacher.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/processes_in_one.hpp"
#include "training/follower.hpp"
#include "training/small_training.hpp"

using namespace carousel;

namespace {

/// A model of another shape, of the same symbols.
LanguageModelConfig teacher_config() {
    return {.cell = CellKind::gru, .vocabulary_size = 29, .layers = 1, .hidden_size = 9};
}

std::unique_ptr<Model> teacher_on(const CpuMachine& machine) {
    auto weights = machine.initial_weights(teacher_config(), 5);
    for (auto& x : weights[weights.size() - 2].values) x *= 8;
    return machine.model(teacher_config(), weights);
}

constexpr BatchShape k_shape{.batch_size = 5, .window = 7};

TrainingConfig taught_config(float share, float temperature) {
    auto config = small_training_config();
    config.teacher_share = share;
    config.teacher_temperature = temperature;
    return config;
}

/// A training that learns from the teacher, too.
struct TaughtTraining {
    explicit TaughtTraining(int threads, const TrainingConfig& config = taught_config(0.6F, 1.5F))
        : training(threads, small_config(), config), teacher(teacher_on(training.machine)) {
        training.trainer.learn_from(*teacher);
    }

    SmallTraining training;
    std::unique_ptr<Model> teacher;
};

}  // namespace

TEST_SUITE("training/teacher") {
    TEST_CASE("what it expects are the probabilities of its model, at the temperature") {
        const SmallTraining text(1);
        const auto batches = text.batches();
        const auto model = teacher_on(text.machine);
        Teacher plain(*model, k_shape, 1), warm(*model, k_shape, 2);
        Tensor<3> expected, at_two;
        auto state = RecurrentState::zeros(model->config(), k_shape.batch_size);
        std::vector<TokenId> streams(5 * 8);
        for (std::uint64_t window = 0; window < 3; ++window) {
            plain.read(batches, {1, window}, expected);
            warm.read(batches, {1, window}, at_two);
            batches.read(1, window, streams);
            Batch batch;
            fill_batch(streams, k_shape, batch);
            Tensor<2> nats;
            model->reader(5)->surprisals(batch.inputs, batch.targets, state, nats);
            for (std::size_t t = 0; t < 7; ++t) {
                for (std::size_t b = 0; b < 5; ++b) {
                    const float p = expected(t, b, batch.targets(t, b));
                    CHECK(-std::log(double{p}) ==
                          doctest::Approx(double{nats(t, b)}).epsilon(1e-4));
                    double sum = 0;
                    for (std::size_t v = 0; v < 29; ++v) sum += double{at_two(t, b, v)};
                    CHECK(sum == doctest::Approx(1).epsilon(1e-5));
                    const double ratio = double{expected(t, b, 3)} / double{expected(t, b, 7)};
                    CHECK(double{at_two(t, b, 3)} / double{at_two(t, b, 7)} ==
                          doctest::Approx(std::sqrt(ratio)).epsilon(1e-3));
                }
            }
        }
    }

    TEST_CASE("whoever comes to a place in another way hears the same") {
        const SmallTraining text(1);
        const auto model = teacher_on(text.machine);
        Teacher teacher(*model, k_shape, 1.5F), other(*model, k_shape, 1.5F);
        Tensor<3> expected, elsewhere;
        const auto batches = text.batches();
        const auto windows = batches.windows_per_epoch();
        REQUIRE(windows > Teacher::k_memory + 3);
        for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
            for (std::uint64_t window = 0; window < windows; ++window) {
                teacher.read(batches, {epoch, window}, expected);
                if (window != 0 && window != 5 && window < Teacher::k_memory - 1) continue;
                if (window == 34) continue;  // then it goes on, from 33 to 35
                other.read(batches, {epoch, window}, elsewhere);
                CHECK(elsewhere == expected);
            }
        }
    }

    TEST_CASE("a training with a teacher goes on as if nothing had happened") {
        TaughtTraining whole(1);
        whole.training.run(46);
        for (const std::uint64_t cut : {1, 33, 43}) {
            CAPTURE(cut);
            TaughtTraining first(1), second(1);
            first.training.run(cut);
            second.training.run(2);
            second.training.trainer.set_weights(first.training.trainer.weights());
            second.training.trainer.set_state(first.training.trainer.state());
            second.training.run(46 - cut);
            CHECK(second.training.weights_hash() == whole.training.weights_hash());
        }
    }

    TEST_CASE("the number of threads changes no bit of what is taught") {
        TaughtTraining one(1), two(2);
        one.training.run(3);
        two.training.run(3);
        CHECK(two.training.weights_hash() == one.training.weights_hash());
    }

    TEST_CASE("share and temperature change what is learned, and a share of 0 is no teacher") {
        const auto hash = [](float share, float temperature) {
            TaughtTraining taught(1, taught_config(share, temperature));
            taught.training.run(5);
            return taught.training.weights_hash();
        };
        SmallTraining alone(1);
        alone.run(5);
        CHECK(hash(0, 2) == alone.weights_hash());
        CHECK(hash(0.5F, 1) != alone.weights_hash());
        CHECK(hash(0.5F, 2) != hash(0.5F, 1));
        CHECK(hash(0.9F, 1) != hash(0.5F, 1));
    }

    TEST_CASE("each shard hears what is expected of its own streams") {
        auto config = taught_config(1, 1);
        config.dropout_input = config.dropout_between = config.dropout_output = 0;
        config.dropout_recurrent = 0;
        TaughtTraining whole(1, config);
        config.shards = 5;
        TaughtTraining parts(1, config);
        for (int n = 0; n < 3; ++n) {
            whole.training.run(1);
            parts.training.run(1);
            CHECK(parts.training.last.gradient_norm ==
                  doctest::Approx(whole.training.last.gradient_norm).epsilon(1e-4));
        }
    }

    TEST_CASE("several processes have no teacher, and a window of another shape is a bug") {
        ProcessesInOne(2).run([&](Communicator& communicator) {
            const CpuMachine machine(1);
            if (communicator.process() > 0) return follow(machine, communicator);
            auto config = taught_config(0.5F, 1);
            config.batch_size = 6;
            config.shards = 2;
            const SmallTraining text(1, small_config(), config);
            {
                Trainer trainer(machine, small_config(), machine.initial_weights(small_config(), 1),
                                text.batches(), config, &communicator);
                const auto teacher = teacher_on(machine);
                CHECK_THROWS_AS(trainer.learn_from(*teacher), std::logic_error);
            }
            dismiss(communicator);
        });
        const CpuMachine machine(1);
        const auto learner =
            machine.learner(small_config(), machine.initial_weights(small_config(), 1),
                            {.shape = {.batch_size = 1, .window = 2}});
        auto state = RecurrentState::zeros(small_config(), 1);
        const TokenIds ids(TokenIds::shape_type{2, 1}, 3);
        Batch batch{ids, ids, Tensor<3>(Tensor<3>::shape_type{2, 1, 28}, 0.0F)};
        CHECK_THROWS_AS(learner->window(batch, state, {}), std::logic_error);
    }
}
