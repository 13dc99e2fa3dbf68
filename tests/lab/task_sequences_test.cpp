#include "lab/task_sequences.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <string>

#include "lab/reber_grammar.hpp"

using namespace carousel;

namespace {

constexpr int k_draws = 400;

// Calls check(sequence) for some sequences of a task.
template <typename Check>
void for_sequences(const Experiment& e, Check check) {
    Sequence sequence;
    for (std::uint64_t i = 0; i < k_draws; ++i) {
        RandomStream random({3, RandomPurpose::sampling, 0}, i);
        draw_sequence(e, random, sequence);
        check(sequence);
    }
}

double input(const Sequence& sequence, int t, int place = 0) {
    return sequence.inputs_at(t)[static_cast<std::size_t>(place)].value;
}
int symbol(const Sequence& sequence, int t) {
    return sequence.inputs_at(t)[0].unit;
}

std::string letters(const Sequence& sequence) {
    std::string text;
    for (const auto& step : sequence.inputs)
        text += k_reber_symbols[static_cast<std::size_t>(step.unit)];
    return text + k_reber_symbols[static_cast<std::size_t>(sequence.next.back())];
}

// Whether it is a string of the Reber grammar: followed by hand, letter by letter.
bool is_reber(std::string_view text) {
    static const std::map<int, std::map<char, int>> k_ways{{0, {{'B', 1}}},
                                                           {1, {{'T', 2}, {'P', 3}}},
                                                           {2, {{'S', 2}, {'X', 4}}},
                                                           {3, {{'T', 3}, {'V', 5}}},
                                                           {4, {{'X', 3}, {'S', 6}}},
                                                           {5, {{'P', 4}, {'V', 6}}},
                                                           {6, {{'E', 7}}}};
    int state = 0;
    for (const char letter : text) {
        const auto ways = k_ways.find(state);
        if (ways == k_ways.end() || !ways->second.contains(letter)) return false;
        state = ways->second.at(letter);
    }
    return state == 7;
}

}  // namespace

TEST_SUITE("lab/task_sequences") {
    TEST_CASE("1: strings are those of the embedded grammar, and what may come is what comes") {
        std::size_t shortest = 100;
        for_sequences(standard_experiment(LabTask::reber), [&](const Sequence& sequence) {
            const auto text = letters(sequence);
            CHECK(text.front() == 'B');
            CHECK(text.back() == 'E');
            CHECK(text[1] == text[text.size() - 2]);
            CHECK(is_reber(text.substr(2, text.size() - 4)));
            shortest = std::min(shortest, text.size());
            for (std::size_t t = 0; t < sequence.next.size(); ++t)
                CHECK((sequence.legal[t] >> sequence.next[t] & 1U) == 1);
            CHECK(sequence.legal.size() == sequence.next.size());
            CHECK(sequence.legal[0] == 0b110);                      // T or P
            CHECK(std::popcount(sequence.legal.rbegin()[1]) == 1);  // the one that came before
        });
        CHECK(shortest == 9);
    }

    TEST_CASE("2a: the last symbol is the first, those between are always the same") {
        int first_kind = 0;
        const auto e = standard_experiment(LabTask::lags);
        for_sequences(e, [&](const Sequence& sequence) {
            CHECK(sequence.steps() == e.symbols);
            CHECK(symbol(sequence, 0) == sequence.next.back());
            CHECK(symbol(sequence, 0) >= e.symbols - 1);
            for (int t = 1; t < sequence.steps(); ++t) CHECK(symbol(sequence, t) == t - 1);
            if (symbol(sequence, 0) == e.symbols) ++first_kind;
        });
        CHECK(first_kind > k_draws / 3);
        CHECK(first_kind < k_draws * 2 / 3);
    }

    TEST_CASE("2c: between two symbols and the question lie q or ten more distractors") {
        double length = 0;
        const auto e = standard_experiment(LabTask::long_lags);
        for_sequences(e, [&](const Sequence& sequence) {
            CHECK(symbol(sequence, 0) == e.symbols + 1);
            CHECK(sequence.target[static_cast<std::size_t>(symbol(sequence, 1) - e.symbols - 2)] ==
                  1.0);
            CHECK(symbol(sequence, sequence.steps() - 1) == e.symbols);
            for (int t = 2; t + 1 < sequence.steps(); ++t) CHECK(symbol(sequence, t) < e.symbols);
            CHECK(sequence.steps() >= e.lag + 3);
            length += sequence.steps();
        });
        CHECK(length / k_draws == doctest::Approx(e.lag + 12).epsilon(0.03));
    }

    TEST_CASE("3: the first elements tell the class; noise has variance 0.2, on targets 0.1") {
        double square = 0, count = 0;
        for_sequences(standard_experiment(LabTask::latch), [&](const Sequence& sequence) {
            CHECK(sequence.steps() >= 100);
            CHECK(sequence.steps() <= 110);
            for (int t = 0; t < 3; ++t) CHECK(input(sequence, t) == 2 * sequence.target[0] - 1);
            for (int t = 3; t < sequence.steps(); ++t, ++count)
                square += input(sequence, t) * input(sequence, t);
        });
        CHECK(square / count == doctest::Approx(0.2).epsilon(0.03));
        double target_square = 0;
        for_sequences(standard_experiment(LabTask::noisy_targets), [&](const Sequence& sequence) {
            const double wanted = sequence.wanted[0], noise = sequence.target[0] - wanted;
            CHECK((wanted == 0.2 || wanted == 0.8));
            target_square += noise * noise;
            CHECK(std::abs(input(sequence, 0)) != 1.0);
        });
        CHECK(target_square / k_draws == doctest::Approx(0.1).epsilon(0.2));
    }

    TEST_CASE("4, 5: the target is what is marked; the first and the last pair never are") {
        int lost = 0;
        for (const auto task : {LabTask::adding, LabTask::multiplication}) {
            const bool adds = task == LabTask::adding;
            for_sequences(standard_experiment(task), [&](const Sequence& sequence) {
                double sum = 0, product = 1;
                int marked = 0;
                for (int t = 0; t < sequence.steps(); ++t) {
                    if (input(sequence, t, 1) != 1.0) continue;
                    sum += input(sequence, t);
                    product *= input(sequence, t);
                    ++marked;
                    CHECK(t < 50);
                }
                if (marked == 1) ++lost;
                CHECK(marked >= 1);
                CHECK(marked <= 2);
                CHECK(input(sequence, 0, 1) == -1.0);
                CHECK(input(sequence, sequence.steps() - 1, 1) == -1.0);
                CHECK(sequence.target[0] == doctest::Approx(adds ? 0.5 + sum / 4 : product));
            });
        }
        CHECK(lost > 0);
    }

    TEST_CASE("6: the class is the order of the symbols, read where they stand") {
        for (const auto task :
             {LabTask::order_of_two, LabTask::order_of_three, LabTask::delayed_xor}) {
            for_sequences(standard_experiment(task), [&](const Sequence& sequence) {
                std::size_t number = 0;
                std::string places;
                for (int t = 0; t < sequence.steps(); ++t) {
                    const int unit = symbol(sequence, t);
                    if (unit != 4 && unit != 5) continue;
                    number = 2 * number + static_cast<std::size_t>(unit - 4);
                    places += std::to_string(t) + ' ';
                }
                CAPTURE(places);
                CHECK(symbol(sequence, 0) == 6);
                CHECK(symbol(sequence, sequence.steps() - 1) == 7);
                if (task == LabTask::delayed_xor) {
                    CHECK(sequence.target[0] == (number == 1 || number == 2 ? 1.0 : 0.0));
                } else {
                    CHECK(sequence.target.size() == (task == LabTask::order_of_two ? 4 : 8));
                    CHECK(std::count(sequence.target.begin(), sequence.target.end(), 1.0) == 1);
                    CHECK(sequence.target[number] == 1.0);
                }
            });
        }
    }

    TEST_CASE("counting: one step more or less decides") {
        for_sequences(standard_experiment(LabTask::counting), [&](const Sequence& sequence) {
            CHECK(sequence.target[0] == (sequence.steps() == 101 ? 1.0 : 0.0));
            CHECK((sequence.steps() == 100 || sequence.steps() == 101));
        });
    }
}
