#include "lab/guessed_net.hpp"

#include <doctest/doctest.h>

#include <set>

#include "lab/make_trial.hpp"

using namespace carousel;

TEST_SUITE("lab/guessed_net") {
    TEST_CASE("a net hears its inputs, keeps them in its units, and forgets them at a reset") {
        GuessedNet net(1, 1, 2);
        const std::vector<InputValue> up{{0, 1.0}}, down{{0, -1.0}}, none{{0, 0.0}};
        std::set<double> answers;
        bool keeps = false;
        for (std::uint64_t i = 0; i < 50; ++i) {
            RandomStream random({1, RandomPurpose::initialization, 0}, i);
            net.guess(random);
            const auto answer_after = [&](const std::vector<InputValue>& first) {
                net.reset();
                net.step(first);
                for (int t = 0; t < 20; ++t) net.step(none);
                return net.answer()[0];
            };
            keeps = keeps || answer_after(up) != answer_after(down);
            answers.insert(answer_after(up));
            CHECK(answer_after(up) == answer_after(up));
        }
        CHECK(keeps);
        CHECK(answers.size() > 10);
    }

    TEST_CASE("the latch of task 3a is found by guessing") {
        TrialConfig config{.experiment = standard_experiment(LabTask::latch),
                           .rules = LabRules::guess};
        config.experiment.length = 20;
        const auto trial = make_trial(config, 0);
        while (trial->advance(100'000)) {
        }
        const auto result = trial->result();
        CHECK(result.solved);
        CHECK(result.sequences > 1);
        CHECK(result.test.value().wrong < 100);
    }
}
