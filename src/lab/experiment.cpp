#include "lab/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/error.hpp"

namespace carousel {

namespace {

struct PublishedRow {
    LabTask task;
    int length, symbols, lag, signal, blocks, block_size;  // 0: whatever it is
    double learning_rate;
    int most_wrong;
    PublishedResult result;
};

// Tables 1 to 3, 4 to 6 (experiments 3a, 3b, 3c), 7, 8 and 9.
constexpr PublishedRow k_published[] = {
    {LabTask::reber, 0, 0, 0, 0, 4, 1, 0.1, 0, {100, 30, 39740}},
    {LabTask::reber, 0, 0, 0, 0, 3, 2, 0.1, 0, {100, 30, 21730}},
    {LabTask::reber, 0, 0, 0, 0, 3, 2, 0.2, 0, {97, 30, 14060}},
    {LabTask::reber, 0, 0, 0, 0, 4, 1, 0.5, 0, {97, 30, 9500}},
    {LabTask::reber, 0, 0, 0, 0, 3, 2, 0.5, 0, {100, 30, 8440, 0, 3800, 24100}},
    {LabTask::lags, 0, 100, 0, 0, 0, 0, 0, 0, {100, 18, 5040}},
    {LabTask::random_lags, 0, 100, 0, 0, 0, 0, 0, 0, {100, 18, 5680}},
    {LabTask::long_lags, 0, 50, 50, 0, 0, 0, 0, 0, {100, 20, 30000}},
    {LabTask::long_lags, 0, 100, 100, 0, 0, 0, 0, 0, {100, 20, 31000}},
    {LabTask::long_lags, 0, 200, 200, 0, 0, 0, 0, 0, {100, 20, 33000}},
    {LabTask::long_lags, 0, 500, 500, 0, 0, 0, 0, 0, {100, 20, 38000}},
    {LabTask::long_lags, 0, 1000, 1000, 0, 0, 0, 0, 0, {100, 20, 49000}},
    {LabTask::long_lags, 0, 500, 1000, 0, 0, 0, 0, 0, {100, 20, 49000}},
    {LabTask::long_lags, 0, 200, 1000, 0, 0, 0, 0, 0, {100, 20, 75000}},
    {LabTask::long_lags, 0, 100, 1000, 0, 0, 0, 0, 0, {100, 20, 135000}},
    {LabTask::long_lags, 0, 50, 1000, 0, 0, 0, 0, 0, {100, 20, 203000}},
    {LabTask::latch, 100, 0, 0, 3, 0, 0, 0, 0, {100, 10, 39850, 27380, 0, 0, 0.000195}},
    {LabTask::latch, 100, 0, 0, 1, 0, 0, 0, 0, {100, 10, 64330, 58370, 0, 0, 0.000117}},
    {LabTask::latch, 1000, 0, 0, 3, 0, 0, 0, 0, {100, 10, 452460, 446850, 0, 0, 0.000078}},
    {LabTask::noisy_latch, 100, 0, 0, 3, 0, 0, 0, 0, {100, 10, 43250, 41740, 0, 0, 0.00828}},
    {LabTask::noisy_latch, 100, 0, 0, 1, 0, 0, 0, 0, {100, 10, 78430, 74950, 0, 0, 0.015}},
    {LabTask::noisy_latch, 1000, 0, 0, 1, 0, 0, 0, 0, {100, 10, 485080, 481060, 0, 0, 0.01207}},
    {LabTask::noisy_targets, 100, 0, 0, 3, 0, 0, 0, 0, {100, 10, 269650, 0, 0, 0, 0.00558}},
    {LabTask::noisy_targets, 100, 0, 0, 1, 0, 0, 0, 0, {100, 10, 565640, 0, 0, 0, 0.00441}},
    {LabTask::adding, 100, 0, 0, 0, 0, 0, 0, 0, {100, 10, 74000, 0, 0, 0, 1.0 / 2560}},
    {LabTask::adding, 500, 0, 0, 0, 0, 0, 0, 0, {100, 10, 209000, 0, 0, 0, 0.0}},
    {LabTask::adding, 1000, 0, 0, 0, 0, 0, 0, 0, {100, 10, 853000, 0, 370000, 2020000, 1.0 / 2560}},
    {LabTask::multiplication, 100, 0, 0, 0, 0, 0, 0, 140, {100, 10, 482000, 0, 0, 0, 139.0 / 2560}},
    {LabTask::multiplication, 100, 0, 0, 0, 0, 0, 0, 13, {100, 10, 1273000, 0, 0, 0, 14.0 / 2560}},
    {LabTask::order_of_two, 100, 0, 0, 0, 0, 0, 0, 0, {100, 20, 31390, 0, 0, 0, 1.0 / 2560}},
    {LabTask::order_of_three, 100, 0, 0, 0, 0, 0, 0, 0, {100, 10, 571100, 0, 0, 0, 2.0 / 2560}},
};

// -step, -2 step, ...
std::vector<double> falling(int blocks, double first, double step) {
    std::vector<double> biases;
    for (int i = 0; i < blocks; ++i) biases.push_back(first + step * i);
    return biases;
}

}  // namespace

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

MemoryNetShape memory_net_shape(const Experiment& e) {
    MemoryNetShape shape{.inputs = input_units(e),
                         .outputs = output_units(e),
                         .blocks = e.blocks,
                         .block_size = e.block_size};
    switch (e.task) {
        case LabTask::reber:
            shape.gate_biases = true;
            break;
        case LabTask::lags:
        case LabTask::random_lags:
            shape.output_gates = shape.recurrent = false;
            shape.direct = shape.plain_squashing = true;
            break;
        case LabTask::long_lags:
            break;
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            shape.gate_biases = shape.cell_biases = true;
            break;
        default:
            shape.gate_biases = shape.cell_biases = shape.output_biases = true;
            // With σ sums and products near the ends of [0, 1] take twenty times the paper's
            // sequences: docs/long_lags.md.
            shape.linear_outputs = e.task == LabTask::adding || e.task == LabTask::multiplication;
            break;
    }
    return shape;
}

MemoryNetStart memory_net_start(const Experiment& e) {
    switch (e.task) {
        case LabTask::reber:
            return {.range = 0.2, .output_gate_biases = falling(e.blocks, -1, -1)};
        case LabTask::lags:
        case LabTask::random_lags:
        case LabTask::long_lags:
            return {.range = 0.2};
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            return {.range = 0.1,
                    .input_gate_biases = falling(e.blocks, -1, -2),
                    .output_gate_biases = falling(e.blocks, -2, -2)};
        case LabTask::adding:
            return {.range = 0.1, .input_gate_biases = falling(e.blocks, -3, -3)};
        case LabTask::multiplication:
            return {.range = 0.1};
        default:
            return {.range = 0.1, .input_gate_biases = falling(e.blocks, -2, -2)};
    }
}

std::optional<PublishedResult> published_result(const Experiment& e) {
    const auto fits = [](auto row, auto own) { return row == 0 || row == own; };
    const auto found =
        std::find_if(std::begin(k_published), std::end(k_published), [&](const PublishedRow& row) {
            return row.task == e.task && row.length == e.length && row.symbols == e.symbols &&
                   row.lag == e.lag && row.signal == e.signal && fits(row.blocks, e.blocks) &&
                   fits(row.block_size, e.block_size) && fits(row.learning_rate, e.learning_rate) &&
                   fits(row.most_wrong, e.most_wrong + 1);
        });
    if (found == std::end(k_published)) return std::nullopt;
    return found->result;
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
