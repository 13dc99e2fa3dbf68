#include "cpu/speed.hpp"

#include <doctest/doctest.h>

#include "cpu/cpu_machine.hpp"
#include "model/cell_shapes.hpp"

using namespace carousel;

namespace {

LanguageModelConfig net(std::int64_t hidden_size, CellKind cell = CellKind::lstm) {
    return {.cell = cell,
            .vocabulary_size = 65,
            .layers = 2,
            .hidden_size = hidden_size,
            .embedding_size = hidden_size};
}

double seconds_of_update(const SpeedModel& speed, const LanguageModelConfig& model,
                         const BatchShape& shape, OptimizerKind optimizer) {
    return CpuForecast(speed).seconds_of_update(model, shape, optimizer);
}

}  // namespace

TEST_SUITE("cpu/speed") {
    TEST_CASE("the speed of a server's two cores is foretold within a tenth") {
        // Characters/s of `carousel benchmark` at 212 GFLOP/s of sgemm: docs/performance.md.
        const SpeedModel speed{2, 212e9, 0};
        const auto rate = [&](std::int64_t h, const BatchShape& shape) {
            return static_cast<double>(shape.batch_size * shape.window) /
                   seconds_of_update(speed, net(h), shape, OptimizerKind::adam);
        };
        CHECK(rate(512, {64, 128}) == doctest::Approx(10'828).epsilon(0.1));
        CHECK(rate(512, {8, 128}) == doctest::Approx(10'278).epsilon(0.1));
        CHECK(rate(128, {50, 50}) == doctest::Approx(156'642).epsilon(0.1));
        CHECK(rate(256, {32, 64}) == doctest::Approx(38'000).epsilon(0.1));
    }

    TEST_CASE("threads meet only where each has few streams") {
        const SpeedModel quick{8, 1e12, 0}, slow{8, 1e12, 1e-5};
        const auto cost = [&](std::int64_t streams) {
            const BatchShape shape{streams, 64};
            return seconds_of_update(slow, net(512), shape, OptimizerKind::adam) -
                   seconds_of_update(quick, net(512), shape, OptimizerKind::adam);
        };
        CHECK(cost(4) == doctest::Approx(2 * 64 * 1e-5));
        CHECK(cost(512) == 0);
        const SpeedModel alone{1, 1e12, 1e-5};
        CHECK(seconds_of_update(alone, net(256), {4, 64}, OptimizerKind::adam) ==
              seconds_of_update({1, 1e12, 0}, net(256), {4, 64}, OptimizerKind::adam));
    }

    TEST_CASE("what a meeting costs is paid as often as the cell's threads meet") {
        const SpeedModel quick{8, 1e12, 0}, slow{8, 1e12, 1e-5};
        const BatchShape shape{4, 64};
        const auto cost = [&](CellKind cell) {
            return seconds_of_update(slow, net(512, cell), shape, OptimizerKind::adam) -
                   seconds_of_update(quick, net(512, cell), shape, OptimizerKind::adam);
        };
        for (int kind = 0; kind < k_cell_count; ++kind) {
            const auto cell = static_cast<CellKind>(kind);
            CAPTURE(k_cell_words[kind]);
            const bool alone = cell == CellKind::minlstm || cell == CellKind::mingru ||
                               cell == CellKind::mogrifier || cell == CellKind::layernorm_lstm;
            const bool twice = cell == CellKind::gru_before || cell == CellKind::mlstm;
            CHECK(cost(cell) == doctest::Approx((alone ? 0 : twice ? 2 : 1) * 2 * 64 * 1e-5));
        }
    }

    TEST_CASE("where only streams are shared, no more threads work than there are streams") {
        const SpeedModel all{64, 1e12, 0}, half{32, 0.5e12, 0};
        const auto seconds = [&](const SpeedModel& speed, CellKind cell) {
            return seconds_of_update(speed, net(256, cell), {32, 64}, OptimizerKind::adam);
        };
        CHECK(seconds(all, CellKind::mogrifier) ==
              doctest::Approx(seconds(half, CellKind::mogrifier)));
        CHECK(seconds(all, CellKind::lstm) == doctest::Approx(seconds(half, CellKind::lstm) / 2));
    }

    TEST_CASE("a measured machine has a speed, on one thread and where threads meet") {
        for (const int threads : {1, 5}) {
            const auto precision =
                threads == 1 ? TrainingPrecision::bf16 : TrainingPrecision::float32;
            const CpuMachine machine(threads);
            ThreadPool pool(threads);
            const auto speed = measure_speed(machine, pool, 0.02, precision);
            CHECK(speed.threads == threads);
            CHECK(speed.flops_per_second > 1e6);
            CHECK(speed.flops_per_second < 1e15);
            CHECK(speed.meeting_seconds >= 0);
            CHECK(speed.meeting_seconds < 1);
            CHECK((threads > 1 || speed.meeting_seconds == 0));
        }
    }

    TEST_CASE("the system has memory to give") {
        CHECK(free_memory() > 1e6);
    }
}
