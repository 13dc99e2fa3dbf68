#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

/// Rows of `width` numbers for each of `units` units, among more gates and gains, with margins.
struct NormalizedRows {
    std::int64_t rows, units, width;
    std::int64_t blocks = panels_for(units);
    std::int64_t gates_block = (width + 1) * 16, gain_block = (2 * width + 1) * 16;
    std::ptrdiff_t values_row = blocks * width * 16 + 16, gates_row = blocks * gates_block + 16;
    std::ptrdiff_t grad_gain_row = blocks * gain_block;
    double bound = 1e-5;  ///< of errors of N
    Floats values = random_floats(rows * values_row, 1, 3.0F);
    Floats scales = random_floats(rows + 1, 2);
    Floats gain = random_floats(blocks * gain_block, 3);
    Floats start = random_floats(gates_row, 4);
    Floats gates = random_floats(rows * gates_row, 5);
    Floats grad_gain = random_floats(rows * grad_gain_row, 6);

    NormalizedRows(std::int64_t r, std::int64_t u, std::int64_t w) : rows(r), units(u), width(w) {
        for (std::int64_t row = 0; row < rows; ++row) {
            for (std::int64_t unit = units; unit < blocks * 16; ++unit) {
                for (std::int64_t k = 0; k < width; ++k) {
                    values[value(row, unit, k)] = 0;
                    gates[gate(row, unit, k)] = 0;
                }
            }
        }
    }

    static std::size_t at(std::int64_t from, std::int64_t unit, std::int64_t block,
                          std::int64_t k) {
        return static_cast<std::size_t>(from + unit / 16 * block + k * 16 + unit % 16);
    }
    std::size_t value(std::int64_t r, std::int64_t unit, std::int64_t k) const {
        return at(r * values_row, unit, width * 16, k);
    }
    std::size_t gate(std::int64_t r, std::int64_t unit, std::int64_t k) const {
        return at(r * gates_row, unit, gates_block, k + 1);
    }
    std::size_t gain_of(std::int64_t r, std::int64_t unit, std::int64_t k) const {
        return at(r * grad_gain_row, unit, gain_block, k + 1);
    }

    void forward(const KernelTable& set, bool starts) {
        set.normalize({.values = values.data(),
                       .values_row = values_row,
                       .scales = scales.data(),
                       .gain = gain.data() + 16,
                       .gain_block = gain_block,
                       .start = starts ? start.data() + 16 : nullptr,
                       .gates = gates.data() + 16,
                       .gates_row = gates_row,
                       .gates_block = gates_block,
                       .rows = rows,
                       .units = units,
                       .width = width});
    }
    void backward(const KernelTable& set) {
        set.normalize_backward({.values = values.data(),
                                .values_row = values_row,
                                .scales = scales.data(),
                                .gain = gain.data() + 16,
                                .gain_block = gain_block,
                                .grad_gates = gates.data() + 16,
                                .gates_row = gates_row,
                                .gates_block = gates_block,
                                .grad_gain = grad_gain.data() + 16,
                                .grad_gain_row = grad_gain_row,
                                .rows = rows,
                                .units = units,
                                .width = width});
    }

    template <typename Visit>
    void for_numbers(Visit visit) const {
        for (std::int64_t unit = 0; unit < units; ++unit) {
            for (std::int64_t k = 0; k < width; ++k) visit(unit, k);
        }
    }
    double count() const { return static_cast<double>(units * width); }
};

/// Mean and 1 / deviation of a row, as the definition has them.
struct Moments {
    double mean = 0, scale = 0;
    Moments(const NormalizedRows& x, std::int64_t r) {
        x.for_numbers([&](auto u, auto k) { mean += double{x.values[x.value(r, u, k)]}; });
        mean /= x.count();
        double squares = 0;
        x.for_numbers(
            [&](auto u, auto k) { squares += std::pow(x.values[x.value(r, u, k)] - mean, 2); });
        scale = 1 / std::sqrt(squares / x.count() + 1e-5);
    }
};

std::vector<NormalizedRows> examples() {
    std::vector<NormalizedRows> all;
    for (const std::int64_t units : {1, 3, 15, 16, 17, 33, 130}) {
        for (const std::int64_t width : {1, 4}) {
            all.emplace_back(3, units, width);
            // Numbers that are nearly alike: half a unit of the last place of their mean, 2.4e-7,
            // is 1.4e-5 of their deviation.
            all.emplace_back(1, units, width);
            auto& alike = all.back();
            alike.bound = 1e-4;
            alike.for_numbers([&](auto u, auto k) {
                auto& x = alike.values[alike.value(0, u, k)];
                x = 5 + 0.01F * x;
            });
        }
    }
    return all;
}

}  // namespace

TEST_SUITE("kernels/normalization") {
    TEST_CASE("four numbers by hand: 1, 3, 5, 7 have the mean 4 and the variance 5") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            NormalizedRows x(1, 1, 4);
            for (int k = 0; k < 4; ++k) x.values[x.value(0, 0, k)] = static_cast<float>(1 + 2 * k);
            const auto gates = x.gates, gain = x.gain;
            x.forward(*set, false);
            const double root = std::sqrt(5 + 1e-5);
            CHECK(x.scales[0] == doctest::Approx(1 / root).epsilon(1e-6));
            for (int k = 0; k < 4; ++k) {
                const double n = (2 * k - 3) / root;
                CHECK(x.values[x.value(0, 0, k)] == doctest::Approx(n).epsilon(1e-6));
                CHECK(x.gates[x.gate(0, 0, k)] ==
                      doctest::Approx(gates[x.gate(0, 0, k)] + gain[x.gain_of(0, 0, k)] * n)
                          .epsilon(1e-5));
            }
        }
    }

    TEST_CASE("a number alone, and numbers that are all the same, become zero") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            for (const std::int64_t units : {1, 4, 20}) {
                NormalizedRows x(1, units, 1);
                x.for_numbers([&](auto u, auto k) { x.values[x.value(0, u, k)] = 0.75F; });
                x.forward(*set, true);
                x.for_numbers([&](auto u, auto k) {
                    CHECK(x.values[x.value(0, u, k)] == 0.0F);
                    CHECK(x.gates[x.gate(0, u, k)] == x.start[x.gate(0, u, k)]);
                });
            }
        }
    }

    TEST_CASE("rows are those of the definition in double precision, forward and backward") {
        for (const auto& before : examples()) {
            CAPTURE(before.units);
            CAPTURE(before.width);
            for (const auto* set : instruction_sets()) {
                CAPTURE(set->name);
                auto x = before;
                x.forward(*set, true);
                auto back = x;
                back.gates = before.gates;  // as gradients
                back.backward(*set);
                for (std::int64_t r = 0; r < x.rows; ++r) {
                    const Moments moments(before, r);
                    const auto n = [&](auto u, auto k) {
                        return (before.values[before.value(r, u, k)] - moments.mean) *
                               moments.scale;
                    };
                    const auto d = [&](auto u, auto k) {
                        return double{before.gates[before.gate(r, u, k)]} *
                               double{before.gain[before.gain_of(0, u, k)]};
                    };
                    double mean = 0, along = 0;
                    x.for_numbers([&](auto u, auto k) {
                        mean += d(u, k) / x.count();
                        along += d(u, k) * n(u, k) / x.count();
                    });
                    x.for_numbers([&](auto u, auto k) {
                        const double value = n(u, k);
                        REQUIRE(std::abs(x.values[x.value(r, u, k)] - value) <
                                x.bound * std::max(1.0, std::abs(value)));
                        const double gate =
                            x.start[x.gate(0, u, k)] + x.gain[x.gain_of(0, u, k)] * value;
                        REQUIRE(std::abs(x.gates[x.gate(r, u, k)] - gate) <
                                x.bound * std::max(1.0, std::abs(gate)));
                        const double grad = (d(u, k) - mean - value * along) * moments.scale;
                        REQUIRE(std::abs(back.values[x.value(r, u, k)] - grad) <
                                x.bound * std::max(1.0, moments.scale));
                        const double gain = before.grad_gain[x.gain_of(r, u, k)] +
                                            before.gates[x.gate(r, u, k)] * value;
                        REQUIRE(std::abs(back.grad_gain[x.gain_of(r, u, k)] - gain) <
                                x.bound * std::max(1.0, std::abs(gain)));
                    });
                }
            }
        }
    }

    TEST_CASE("padding stays zero, and margins and other gates as they were") {
        for (const auto& before : examples()) {
            CAPTURE(before.units);
            CAPTURE(before.width);
            auto x = before;
            x.forward(*instruction_sets().front(), false);
            auto back = x;
            back.gates = before.gates;
            back.backward(*instruction_sets().front());
            auto only = before;  // with nothing changed but what may be
            for (std::int64_t r = 0; r < x.rows; ++r) {
                x.for_numbers([&](auto u, auto k) {
                    only.values[x.value(r, u, k)] = x.values[x.value(r, u, k)];
                    only.gates[x.gate(r, u, k)] = x.gates[x.gate(r, u, k)];
                    only.grad_gain[x.gain_of(r, u, k)] = back.grad_gain[x.gain_of(r, u, k)];
                });
            }
            CHECK(only.values == x.values);
            CHECK(only.gates == x.gates);
            CHECK(only.grad_gain == back.grad_gain);
            for (std::int64_t r = 0; r < x.rows; ++r)
                x.for_numbers([&](auto u, auto k) {
                    only.values[x.value(r, u, k)] = back.values[x.value(r, u, k)];
                });
            CHECK(only.values == back.values);
        }
    }

    TEST_CASE("every instruction set gives the same bits, for rows alone or together") {
        const auto sets = instruction_sets();
        for (const auto& before : examples()) {
            auto first = before;
            first.forward(*sets.front(), true);
            const auto gates = first.gates;
            first.backward(*sets.front());
            for (const auto* set : sets) {
                CAPTURE(set->name);
                auto x = before;
                x.forward(*set, true);
                REQUIRE(bits(x.gates) == bits(gates));
                x.backward(*set);
                REQUIRE(bits(x.values) == bits(first.values));
                REQUIRE(bits(x.scales) == bits(first.scales));
                REQUIRE(bits(x.grad_gain) == bits(first.grad_gain));
            }
            auto alone = before;
            alone.rows = 1;
            alone.forward(*sets.back(), true);
            alone.backward(*sets.back());
            const auto row = static_cast<std::ptrdiff_t>(alone.values_row);
            CHECK(bits({alone.values.begin(), alone.values.begin() + row}) ==
                  bits({first.values.begin(), first.values.begin() + row}));
        }
    }
}
