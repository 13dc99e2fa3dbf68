#include "lab/modern_net.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "lab/random_stream.hpp"

using namespace carousel;

namespace {

// Two sequences of numbers, of different lengths, with targets at their ends.
std::vector<Sequence> two_sequences() {
    std::vector<Sequence> sequences(2);
    RandomStream random({4, RandomPurpose::sampling, 0}, 0);
    for (std::size_t b = 0; b < sequences.size(); ++b) {
        auto& sequence = sequences[b];
        sequence.clear(2);
        for (std::size_t t = 0; t < 5 + b; ++t) {
            sequence.inputs.push_back({0, random.between(-1, 1)});
            sequence.inputs.push_back({2, random.between(-1, 1)});
        }
        sequence.target = {random.uniform(), random.uniform()};
        sequence.wanted = sequence.target;
    }
    return sequences;
}

ModernNetShape small(CellKind cell) {
    return {.cell = cell, .inputs = 3, .outputs = 2, .hidden_size = 5, .steps = 6, .batch = 2};
}

// The error that `backpropagate` follows: cross-entropy, the mean over sequences of the sum over
// outputs.
double error_of(ModernNet& net, const std::vector<Sequence>& sequences) {
    net.read(sequences);
    double sum = 0;
    net.for_each_answer(sequences, [&](int b, int, std::span<const double> answer) {
        const auto& target = sequences[static_cast<std::size_t>(b)].target;
        for (std::size_t k = 0; k < answer.size(); ++k)
            sum -= target[k] * std::log(answer[k]) + (1 - target[k]) * std::log(1 - answer[k]);
    });
    return sum / static_cast<double>(sequences.size());
}

void require_gradients(CellKind cell) {
    ModernNet net(small(cell), 3);
    const auto sequences = two_sequences();
    net.read(sequences);
    net.backpropagate(sequences);
    std::vector<double> gradients;
    for (const auto& tensor : net.model().parameters().to_canonical(net.gradients()))
        gradients.insert(gradients.end(), tensor.values.begin(), tensor.values.end());
    const auto numbers = net.store();
    constexpr double k_step = 1.0 / 64;
    int moved = 0;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        auto changed = numbers;
        changed[1 + i] = numbers[1 + i] + k_step;
        net.restore(changed);
        const double above = error_of(net, sequences);
        changed[1 + i] = numbers[1 + i] - k_step;
        net.restore(changed);
        const double slope = (above - error_of(net, sequences)) / (2 * k_step);
        CAPTURE(i);
        CHECK(std::abs(gradients[i] - slope) < 2e-4 + 2e-3 * std::abs(slope));
        if (std::abs(slope) > 1e-3) ++moved;
    }
    CHECK(moved > 20);
}

}  // namespace

TEST_SUITE("lab/modern_net") {
    TEST_CASE("gradients of layer and head are central differences") {
        SUBCASE("rnn") {
            require_gradients(CellKind::rnn);
        }
        SUBCASE("lstm") {
            require_gradients(CellKind::lstm);
        }
        SUBCASE("gru") {
            require_gradients(CellKind::gru);
        }
        SUBCASE("lstm1997") {
            require_gradients(CellKind::lstm1997);
        }
        SUBCASE("peephole") {
            require_gradients(CellKind::peephole);
        }
    }

    TEST_CASE(
        "updates bring answers to their targets, and a stored net goes on with the same bits") {
        ModernNet net(small(CellKind::lstm), 1), other(small(CellKind::lstm), 2);
        const auto sequences = two_sequences();
        const auto learn = [&](ModernNet& one) {
            one.read(sequences);
            one.backpropagate(sequences);
            one.update(0.02F, 1.0F);
        };
        const double before = error_of(net, sequences);
        for (int i = 0; i < 50; ++i) learn(net);
        other.restore(net.store());
        for (int i = 0; i < 50; ++i) {
            learn(net);
            learn(other);
        }
        CHECK(net.store() == other.store());
        CHECK(error_of(net, sequences) < before - 0.02);
        net.for_each_answer(sequences, [&](int b, int, std::span<const double> answer) {
            const auto& target = sequences[static_cast<std::size_t>(b)].target;
            for (std::size_t k = 0; k < answer.size(); ++k)
                CHECK(answer[k] == doctest::Approx(target[k]).epsilon(0.05));
        });
    }

    TEST_CASE("a net with fewer units than inputs is a fault of the program") {
        auto shape = small(CellKind::rnn);
        shape.hidden_size = 2;
        CHECK_THROWS_AS(ModernNet(shape, 1), std::logic_error);
    }
}
