#include "lab/task_sequences.hpp"

#include <array>
#include <cmath>

#include "lab/reber_grammar.hpp"

// One function for each kind of sequence. Symbols have an input unit each.

namespace carousel {

namespace {

// From `least` steps to a tenth more.
int draw_length(int least, RandomStream& random) {
    return random.from_to(least, least + least / 10);
}

// 2a, 2b: y or x, p - 1 symbols, the first one again. Units: p - 1 symbols, then y and x.
void draw_lags(const Experiment& e, RandomStream& random, Sequence& sequence) {
    sequence.clear(1);
    const int between = e.symbols - 1;
    const int first = between + random.below(2);
    sequence.symbol(first);
    for (int i = 0; i < between; ++i) {
        const int symbol = e.task == LabTask::lags ? i : random.below(between);
        sequence.next.push_back(symbol);
        sequence.symbol(symbol);
    }
    sequence.next.push_back(first);
}

// 2c: b, then x or y, q distractors and as many more as a coin of 9/10 allows, e; asked is which of
// x and y it was. Units: p distractors, then e, b, x, y.
void draw_long_lags(const Experiment& e, RandomStream& random, Sequence& sequence) {
    sequence.clear(1);
    const int end = e.symbols, begin = end + 1, x = end + 2;
    const int which = random.below(2);
    sequence.symbol(begin);
    sequence.symbol(x + which);
    for (int i = 0; i < e.lag; ++i) sequence.symbol(random.below(e.symbols));
    while (random.below(10) != 0) sequence.symbol(random.below(e.symbols));
    sequence.symbol(end);
    sequence.target = {which == 0 ? 1.0 : 0.0, which == 1 ? 1.0 : 0.0};
    sequence.wanted = sequence.target;
}

// 3a, 3b, 3c: the first N elements tell the class, the others are noise.
void draw_latch(const Experiment& e, RandomStream& random, Sequence& sequence) {
    const double deviation = std::sqrt(0.2), target_deviation = std::sqrt(0.1);
    sequence.clear(1);
    const bool first_class = random.below(2) == 0;
    const int length = draw_length(e.length, random);
    for (int t = 0; t < length; ++t) {
        double value = t < e.signal ? (first_class ? 1.0 : -1.0) : 0.0;
        if (t >= e.signal || e.task != LabTask::latch) value += deviation * random.normal();
        sequence.inputs.push_back({0, value});
    }
    if (e.task == LabTask::noisy_targets) {
        sequence.wanted = {first_class ? 0.2 : 0.8};
        sequence.target = {sequence.wanted[0] + target_deviation * random.normal()};
    } else {
        sequence.wanted = {first_class ? 1.0 : 0.0};
        sequence.target = sequence.wanted;
    }
}

// 4, 5: pairs of a number and a marker; two are marked, one of the first ten and one of the first
// T/2 - 1 others. Markers of the first and the last pair are -1; a mark on the first pair is lost,
// and its number counts as 0 in a sum and as 1 in a product.
void draw_marked_pairs(const Experiment& e, RandomStream& random, Sequence& sequence) {
    sequence.clear(2);
    const bool adds = e.task == LabTask::adding;
    const int length = draw_length(e.length, random);
    for (int t = 0; t < length; ++t) {
        sequence.inputs.push_back({0, adds ? random.between(-1.0, 1.0) : random.uniform()});
        sequence.inputs.push_back({1, 0.0});
    }
    const auto number = [&](int t) {
        return sequence.inputs[static_cast<std::size_t>(2 * t)].value;
    };
    const auto marker = [&](int t) -> double& {
        return sequence.inputs[static_cast<std::size_t>(2 * t + 1)].value;
    };
    const int first = random.below(10);
    int second = random.below(e.length / 2 - 1);  // among those that are not marked yet
    if (second >= first) ++second;
    marker(first) = marker(second) = 1.0;
    const double lost = adds ? 0.0 : 1.0;
    const double x1 = first == 0 ? lost : number(first), x2 = second == 0 ? lost : number(second);
    marker(0) = marker(length - 1) = -1.0;
    sequence.target = {adds ? 0.5 + (x1 + x2) / 4.0 : x1 * x2};
    sequence.wanted = sequence.target;
}

// 6a, 6b, and the exclusive or of 6a: E, noise of a to d with an X or Y at two or three places, B.
// Units: a b c d X Y E B.
void draw_temporal_order(const Experiment& e, RandomStream& random, Sequence& sequence) {
    enum OrderSymbol : std::uint8_t { x = 4, y, begin, end };
    struct Place {
        int from, to;
    };
    static constexpr std::array<Place, 2> k_two{{{10, 20}, {50, 60}}};
    static constexpr std::array<Place, 3> k_three{{{10, 20}, {33, 43}, {66, 76}}};
    const auto places = e.task == LabTask::order_of_three ? std::span<const Place>(k_three)
                                                          : std::span<const Place>(k_two);
    sequence.clear(1);
    const int length = draw_length(e.length, random);
    sequence.symbol(begin);
    for (int t = 1; t + 1 < length; ++t) sequence.symbol(random.below(4));
    sequence.symbol(end);
    int number = 0, ones = 0;  // the symbols read as binary digits
    for (const auto place : places) {
        const int t = random.from_to(place.from, place.to), digit = random.below(2);
        sequence.inputs[static_cast<std::size_t>(t)].unit = digit == 0 ? x : y;
        number = 2 * number + digit;
        ones += digit;
    }
    if (e.task == LabTask::delayed_xor) {
        sequence.target = {ones == 1 ? 1.0 : 0.0};
    } else {
        sequence.target.assign(std::size_t{1} << places.size(), 0.0);
        sequence.target[static_cast<std::size_t>(number)] = 1.0;
    }
    sequence.wanted = sequence.target;
}

// Whether T or T - 1 equal symbols came before the one that ends the sequence.
void draw_counted(const Experiment& e, RandomStream& random, Sequence& sequence) {
    sequence.clear(1);
    const int missing = random.below(2);
    for (int t = 0; t < e.length - missing; ++t) sequence.symbol(0);
    sequence.symbol(1);
    sequence.target = {missing == 0 ? 1.0 : 0.0};
    sequence.wanted = sequence.target;
}

}  // namespace

void draw_sequence(const Experiment& e, RandomStream& random, Sequence& sequence) {
    switch (e.task) {
        case LabTask::reber:
            return draw_reber_string(random, sequence);
        case LabTask::lags:
        case LabTask::random_lags:
            return draw_lags(e, random, sequence);
        case LabTask::long_lags:
            return draw_long_lags(e, random, sequence);
        case LabTask::latch:
        case LabTask::noisy_latch:
        case LabTask::noisy_targets:
            return draw_latch(e, random, sequence);
        case LabTask::adding:
        case LabTask::multiplication:
            return draw_marked_pairs(e, random, sequence);
        case LabTask::order_of_two:
        case LabTask::order_of_three:
        case LabTask::delayed_xor:
            return draw_temporal_order(e, random, sequence);
        case LabTask::counting:
            return draw_counted(e, random, sequence);
    }
}

}  // namespace carousel
