#include "inspection/gate_statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace carousel;

namespace {

constexpr std::size_t k_length = 400;

/// One layer of three units of a cell, all signals at one number.
UnitTrace still(CellKind cell, float value) {
    UnitTrace trace{.layers = 1,
                    .signals = cell_view(cell).signals.size(),
                    .units = 3,
                    .length = k_length,
                    .values = {},
                    .nats = {},
                    .likely = {}};
    trace.values.assign(trace.signals * 3 * k_length, value);
    return trace;
}

float* series(UnitTrace& trace, std::size_t signal, std::size_t unit) {
    return trace.values.data() + (signal * 3 + unit) * trace.length;
}

std::vector<TextBoundary> every_twentieth() {
    TextBoundary boundary{.name = "line ends", .places = {}};
    for (std::size_t t = 19; t < k_length; t += 20) boundary.places.push_back(t);
    return {boundary};
}

}  // namespace

TEST_SUITE("inspection/gate_statistics") {
    TEST_CASE(
        "a gate's openness is its mean, with the shares that are nearly shut and nearly open") {
        auto trace = still(CellKind::lstm, 0.5F);
        for (std::size_t t = 0; t < k_length; ++t) {
            series(trace, 1, 0)[t] = 1;
            series(trace, 1, 1)[t] = t % 2 == 0 ? 0.0F : 0.95F;
        }
        const auto gates = gate_openings(trace, cell_view(CellKind::lstm));
        REQUIRE(gates.size() == 3);  // i, f and o
        CHECK(gates[0].mean == doctest::Approx(0.5));
        CHECK(gates[1].mean == doctest::Approx((1 + 0.475 + 0.5) / 3));
        CHECK(gates[1].open == doctest::Approx(0.5));
        CHECK(gates[1].shut == doctest::Approx(1.0 / 6));
    }

    TEST_CASE("a memory's length follows from the mean of what is kept, of 1 less z in mingru") {
        auto trace = still(CellKind::lstm, 0.9F);
        for (std::size_t t = 0; t < k_length; ++t) series(trace, 1, 2)[t] = 1;
        const auto lengths = memory_lengths(trace, cell_view(CellKind::lstm)).at(0);
        CHECK(lengths.characters[0] == doctest::Approx(-1 / std::log(0.9)).epsilon(0.001));
        CHECK(lengths.characters[2] == std::numeric_limits<double>::infinity());
        const auto rest =
            memory_lengths(still(CellKind::mingru, 0.1F), cell_view(CellKind::mingru));
        CHECK(rest.at(0).characters[0] == doctest::Approx(-1 / std::log(0.9)).epsilon(0.001));
    }

    TEST_CASE("cells that keep nothing in a gate have no lengths and no resets") {
        for (const auto cell : {CellKind::rnn, CellKind::lstm1997, CellKind::clockwork}) {
            CHECK(memory_lengths(still(cell, 0.5F), cell_view(cell)).empty());
            for (const auto& report :
                 memory_resets(still(cell, 0.5F), cell_view(cell), every_twentieth(), 2))
                CHECK(report.resets.empty());
        }
    }

    TEST_CASE("a unit that lets go behind each line's end is found, with what it keeps elsewhere") {
        auto trace = still(CellKind::gru, 0.8F);
        const std::size_t z = 1;
        for (std::size_t t = 20; t < k_length; t += 20) series(trace, z, 2)[t] = 0.1F;
        for (std::size_t t = 19; t < k_length; t += 20) series(trace, z, 1)[t] = 0.7F;
        const auto found =
            memory_resets(trace, cell_view(CellKind::gru), every_twentieth(), 5).at(0);
        REQUIRE(found.resets.size() == 2);
        CHECK(found.resets[0].place.unit == 2);
        CHECK(found.resets[0].after);
        CHECK(found.resets[0].kept_there == doctest::Approx(0.1));
        CHECK(found.resets[0].kept_elsewhere == doctest::Approx(0.8));
        CHECK(found.resets[0].lets_go == doctest::Approx(1));
        CHECK(found.resets[1].place.unit == 1);
        CHECK_FALSE(found.resets[1].after);
        CHECK(found.resets[1].lets_go == 0);
    }
}
