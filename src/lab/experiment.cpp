#include "lab/experiment.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace carousel {

std::string_view describe(LabTask task) {
    switch (task) {
        case LabTask::reber:
            return "embedded Reber grammar: foresee every symbol that may come";
        case LabTask::lags:
            return "the last of p + 1 symbols is the first, those between are always the same";
        case LabTask::random_lags:
            return "the same with symbols between that are drawn at random";
        case LabTask::long_lags:
            return "which of two symbols came before q or more distractors";
        case LabTask::latch:
            return "the class that the first N elements tell, noise behind them";
        case LabTask::noisy_latch:
            return "the same with noise on these elements";
        case LabTask::noisy_targets:
            return "the same with noise on the targets, which are to be met in the mean";
        case LabTask::adding:
            return "the sum of two numbers that are marked among many";
        case LabTask::multiplication:
            return "their product";
        case LabTask::order_of_two:
            return "the order of two symbols far apart, four classes";
        case LabTask::order_of_three:
            return "the order of three symbols far apart, eight classes";
        case LabTask::delayed_xor:
            return "whether two symbols far apart differ";
        case LabTask::counting:
            return "whether there were T steps or T - 1";
    }
    return {};
}

Experiment standard_experiment(LabTask task) {
    switch (task) {
        case LabTask::reber:
            return {.task = task,
                    .blocks = 3,
                    .block_size = 2,
                    .learning_rate = 0.5,
                    .end = EndRule::grammar,
                    .limit = 200'000};
        case LabTask::lags:
        case LabTask::random_lags:
            return {.task = task,
                    .symbols = 100,
                    .blocks = 1,
                    .block_size = 1,
                    .learning_rate = 1.0,
                    .tolerance = 0.25,
                    .end = EndRule::streak,
                    .limit = 5'000'000};
        case LabTask::long_lags:
            return {.task = task,
                    .symbols = 50,
                    .lag = 50,
                    .blocks = 2,
                    .block_size = 1,
                    .learning_rate = 0.01,
                    .tolerance = 0.2,
                    .end = EndRule::streak,
                    .limit = 1'000'000};
        case LabTask::latch:
            return {.task = task,
                    .length = 100,
                    .signal = 3,
                    .blocks = 3,
                    .block_size = 1,
                    .learning_rate = 1.0,
                    .tolerance = 0.2,
                    .mean_error = 0.01,
                    .end = EndRule::test_set,
                    .limit = 2'000'000};
        case LabTask::noisy_latch:
            return {.task = task,
                    .length = 100,
                    .signal = 3,
                    .blocks = 3,
                    .block_size = 1,
                    .learning_rate = 1.0,
                    .tolerance = 0.2,
                    .mean_error = 0.04,
                    .most_wrong = 5,
                    .end = EndRule::test_set,
                    .limit = 2'000'000};
        case LabTask::noisy_targets:
            return {.task = task,
                    .length = 100,
                    .signal = 3,
                    .blocks = 3,
                    .block_size = 1,
                    .learning_rate = 0.1,
                    .tolerance = 0.1,
                    .mean_error = 0.015,
                    .end = EndRule::test_set,
                    .limit = 5'000'000};
        case LabTask::adding:
            return {.task = task,
                    .length = 100,
                    .blocks = 2,
                    .block_size = 2,
                    .learning_rate = 0.5,
                    .tolerance = 0.04,
                    .mean_error = 0.01,
                    .end = EndRule::recent,
                    .limit = 5'000'000};
        case LabTask::multiplication:
            return {.task = task,
                    .length = 100,
                    .blocks = 2,
                    .block_size = 2,
                    .learning_rate = 0.1,
                    .tolerance = 0.04,
                    .mean_error = 1.0,
                    .most_wrong = 139,
                    .end = EndRule::recent,
                    .limit = 10'000'000};
        case LabTask::order_of_two:
            return {.task = task,
                    .length = 100,
                    .blocks = 2,
                    .block_size = 2,
                    .learning_rate = 0.5,
                    .tolerance = 0.3,
                    .mean_error = 0.1,
                    .end = EndRule::recent,
                    .limit = 500'000};
        case LabTask::order_of_three:
            return {.task = task,
                    .length = 100,
                    .blocks = 3,
                    .block_size = 2,
                    .learning_rate = 0.1,
                    .tolerance = 0.3,
                    .mean_error = 0.1,
                    .end = EndRule::recent,
                    .limit = 5'000'000};
        case LabTask::delayed_xor:
        case LabTask::counting:
            return {.task = task,
                    .length = 100,
                    .blocks = 2,
                    .block_size = 2,
                    .learning_rate = 0.5,
                    .tolerance = 0.3,
                    .mean_error = 0.1,
                    .end = EndRule::recent,
                    .limit = 300'000};
    }
    return {};
}

int input_units(const Experiment& e) {
    switch (e.task) {
        case LabTask::reber:
            return 7;
        case LabTask::lags:
        case LabTask::random_lags:
            return e.symbols + 1;
        case LabTask::long_lags:
            return e.symbols + 4;
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            return 1;
        case LabTask::adding:
        case LabTask::multiplication:
        case LabTask::counting:
            return 2;
        case LabTask::order_of_two:
        case LabTask::order_of_three:
        case LabTask::delayed_xor:
            return 8;
    }
    return 0;
}

int output_units(const Experiment& e) {
    switch (e.task) {
        case LabTask::reber:
        case LabTask::lags:
        case LabTask::random_lags:
            return input_units(e);
        case LabTask::long_lags:
            return 2;
        case LabTask::order_of_two:
            return 4;
        case LabTask::order_of_three:
            return 8;
        default:
            return 1;
    }
}

bool learns_at_every_step(LabTask task) {
    return task == LabTask::reber || task == LabTask::lags || task == LabTask::random_lags;
}

void require_possible(const Experiment& e) {
    const auto require = [&](bool possible, std::string_view what) {
        if (!possible) {
            throw UsageError(fmt::format("Task {} needs {}.", format_value(e.task), what));
        }
    };
    switch (e.task) {
        case LabTask::adding:
        case LabTask::multiplication:
            return require(e.length >= 22, "a --length of at least 22, for ten pairs and more");
        case LabTask::order_of_two:
        case LabTask::delayed_xor:
            return require(e.length >= 62, "a --length of at least 62, since symbols stand there");
        case LabTask::order_of_three:
            return require(e.length >= 78, "a --length of at least 78, since symbols stand there");
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            return require(e.signal <= e.length, "a --signal that is no longer than --length");
        case LabTask::lags:
        case LabTask::random_lags:
            return require(e.symbols >= 2, "at least 2 --symbols");
        default:
            return;
    }
}

}  // namespace carousel
