#include "planning/plan.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "model/cell_shapes.hpp"
#include "model/parameter.hpp"
#include "model/transformer.hpp"
#include "model/work.hpp"
#include "planning/reference_forecast.hpp"
#include "support/sanitized.hpp"

using namespace carousel;

namespace {

PlanRequest request_for(double characters, std::int64_t symbols) {
    PlanRequest request;
    request.corpus.characters = request.corpus.tokens = static_cast<std::uint64_t>(characters);
    request.model.vocabulary_size = symbols;
    request.memory = 8e9;
    return request;
}

/// So many cores, of which more than four lose time by meeting at each step of few streams.
struct Cores final : Forecast {
    Cores(int count, double flops_of_a_core)
        : threads(count), flops_per_second(count * flops_of_a_core) {}
    double seconds_of_update(const LanguageModelConfig& model, const BatchShape& shape,
                             OptimizerKind optimizer) const override {
        const bool meet = threads > 4 && shape.batch_size < 8 * threads;
        return update_work(model, shape, optimizer) / flops_per_second +
               (meet ? 3e-6 * static_cast<double>(shape.window * model.layers) : 0.0);
    }
    double training_bytes(const LanguageModelConfig& model,
                          const BatchShape& shape) const override {
        return carousel::training_bytes(model, shape);
    }
    int threads;
    double flops_per_second;
};

const ReferenceForecast k_reference;

TrainingLength steps(double count) {
    return {LengthKind::steps, count};
}

constexpr double k_times[] = {5, 20, 60, 120, 600, 1800, 3600, 6 * 3600, 24 * 3600};

struct Situation {
    PlanRequest request;
    Cores speed;
    std::vector<Plan> plans;  ///< one for each of k_times
};

Situation situation(double characters, std::int64_t symbols, const Cores& speed) {
    Situation result{request_for(characters, symbols), speed, {}};
    for (const double time : k_times)
        result.plans.push_back(choose_plan(result.request, speed, time));
    return result;
}

/// Texts of 20 KB to 1 GB, 30 to 6,000 symbols, and 1 to 64 cores of which the slowest is a
/// thirtieth of the fastest; planned once for all tests.
const std::vector<Situation>& situations() {
    static const auto all = [] {
        std::vector<Situation> result;
        for (const double characters : {18e3, 9e4, 3e5, 9e5, 9e6, 9e7, 9e8}) {
            for (const std::int64_t symbols : {30, 65, 300, 6000}) {
                if (k_sanitized && symbols != 65) continue;
                for (const int threads : {1, 2, 8, 64}) {
                    for (const double core : {3e9, 95e9})
                        result.push_back(situation(characters, symbols, Cores(threads, core)));
                }
            }
        }
        return result;
    }();
    return all;
}

/// Calls `visit(situation, time, plan)` for each situation and each time.
template <typename Visit>
void for_each_plan(Visit&& visit) {
    for (const auto& situation : situations()) {
        CAPTURE(situation.request.corpus.characters);
        CAPTURE(situation.request.model.vocabulary_size);
        CAPTURE(situation.speed.threads);
        CAPTURE(situation.speed.flops_per_second);
        for (std::size_t i = 0; i < situation.plans.size(); ++i) {
            CAPTURE(k_times[i]);
            visit(situation, k_times[i], situation.plans[i]);
        }
    }
}

}  // namespace

TEST_SUITE("planning/plan") {
    TEST_CASE("more time never makes the net smaller nor the expected loss higher") {
        const Plan* before = nullptr;
        for_each_plan([&](const Situation&, double time, const Plan& plan) {
            if (time > k_times[0]) {
                CHECK(multiplied_weights(plan.model) >= multiplied_weights(before->model));
                CHECK(plan.loss <= before->loss);
            }
            before = &plan;
        });
    }

    TEST_CASE("every plan fits into memory, text and time, and has updates enough") {
        for_each_plan([](const Situation& situation, double time, const Plan& plan) {
            const auto& t = plan.training;
            CHECK(plan.memory <= situation.request.memory);
            CHECK(plan.seconds < time);
            CHECK(plan.seconds > 0.9 * time);
            CHECK(static_cast<std::uint64_t>(4 * t.batch_size * t.window) <=
                  situation.request.corpus.tokens);
            if (time >= 20 && situation.speed.flops_per_second > 100e9) CHECK(plan.updates >= 300);
            CHECK(t.warmup >= 1);
            CHECK(static_cast<double>(t.warmup) <= std::max(1.0, plan.updates / 10));
            CHECK(t.learning_rate >= 1e-4F);
            CHECK(t.learning_rate <= 0.02F);
        });
    }

    TEST_CASE("a text that is read often is learned with dropout, one read once without") {
        for_each_plan([](const Situation&, double, const Plan& plan) {
            CAPTURE(plan.passes);
            const auto& t = plan.training;
            if (plan.passes <= 1) CHECK(t.dropout_output + t.dropout_between == 0);
            if (plan.passes > 100) CHECK(t.dropout_output >= 0.3F);
            if (plan.passes > 500) CHECK(t.dropout_output >= 0.5F);
        });
    }

    TEST_CASE("a net worth its time reads more characters than it has weights") {
        // A gigantic net on a megabyte for two minutes would do the opposite.
        for_each_plan([](const Situation&, double time, const Plan& plan) {
            if (time < 120 || time > 3600) return;
            CAPTURE(plan.model.hidden_size);
            if (plan.model.hidden_size > 160)
                CHECK(plan.characters > static_cast<double>(multiplied_weights(plan.model)));
        });
    }

    TEST_CASE("two cores plan for a megabyte what docs/recipes.md says") {
        const auto request = request_for(1e6, 65);
        const auto two_minutes = choose_plan(request, k_reference, 120);
        CHECK(two_minutes.model.cell == CellKind::cifg);
        CHECK(two_minutes.model.hidden_size == 256);
        CHECK(two_minutes.training.batch_size == 32);
        CHECK(two_minutes.training.window == 64);
        CHECK(two_minutes.training.learning_rate == doctest::Approx(0.006));
        CHECK(two_minutes.training.dropout_output == 0.05F);
        CHECK(choose_plan(request, k_reference, 600).model.hidden_size == 384);
        CHECK(choose_plan(request, k_reference, 3600).model.hidden_size == 512);
    }

    TEST_CASE("one core plans for short times the small nets that ended lowest there") {
        // The core of docs/recipes.md, "Short times".
        const Cores core(1, 75e9);
        auto request = request_for(9e5, 66);
        request.corpus.measured = 100'000;
        const auto quarter = choose_plan(request, core, 15), whole = choose_plan(request, core, 45);
        CHECK(quarter.model.hidden_size >= 80);
        CHECK(quarter.model.hidden_size <= 112);
        CHECK(whole.model.hidden_size == 128);
        CHECK(whole.training.batch_size == 32);
        // A text that is read many times wants more weights: it has no more to tell.
        request.corpus.characters = request.corpus.tokens = 180'000;
        CHECK(choose_plan(request, core, 45).model.hidden_size == 160);
    }

    TEST_CASE("what is measured at the end takes its time, of which a plan by size knows nothing") {
        auto request = request_for(1e6, 65);
        request.decided = {.layers = 2, .hidden_size = 64, .batch_size = 16, .window = 64};
        const auto before = choose_plan(request, k_reference, 20);
        const auto by_size = choose_plan_by_size(request_for(1e6, 65), steps(1000));
        request.corpus.measured = 300'000;
        const auto plan = choose_plan(request, k_reference, 20);
        CHECK(plan.characters == doctest::Approx(before.characters - 100'000));
        request.corpus.measured = 3'000'000'000;
        CHECK(choose_plan(request, k_reference, 20).characters ==
              doctest::Approx(before.characters / 2));
        request.decided = {};
        CHECK(choose_plan_by_size(request, steps(1000)).model == by_size.model);
    }

    TEST_CASE("a plan without a time does not depend on the machine") {
        const auto request = request_for(5e5, 80);
        const auto timed = choose_plan(request, k_reference, 120);
        const auto plan = choose_plan_by_size(request, steps(timed.updates));
        CHECK(plan.model == timed.model);
        CHECK(plan.training == timed.training);
        CHECK(plan.characters == doctest::Approx(timed.characters));
        CHECK(multiplied_weights(choose_plan_by_size(request_for(1e9, 80), steps(2000)).model) >
              multiplied_weights(plan.model));
        CHECK_THROWS_AS(choose_plan_by_size(request, {LengthKind::seconds, 60}), std::logic_error);
    }

    TEST_CASE("bf16 is chosen where it trains the net of the plan faster, and only there") {
        const auto request = request_for(1e6, 65);
        const Cores slow(2, 50e9), fast(2, 80e9);
        CHECK(faster_precision(request, slow, fast, 120) == TrainingPrecision::bf16);
        CHECK(faster_precision(request, fast, slow, 120) == TrainingPrecision::float32);
        CHECK(faster_precision(request, fast, fast, 120) == TrainingPrecision::float32);
        auto in_bf16 = request;
        in_bf16.training.precision = TrainingPrecision::bf16;
        CHECK(choose_plan(in_bf16, fast, 120).training.precision == TrainingPrecision::bf16);
        CHECK(choose_plan(request, fast, 120).training.precision == TrainingPrecision::float32);
        CHECK(choose_plan_by_size(request, steps(100)).training.precision ==
              TrainingPrecision::float32);
    }

    TEST_CASE("dropout, rate and warm-up are those of the length that was asked for") {
        const auto request = request_for(1e6, 65);
        const auto few = choose_plan_by_size(request, {LengthKind::epochs, 1});
        const auto many = choose_plan_by_size(request, {LengthKind::epochs, 100});
        CHECK(few.model == many.model);
        CHECK(few.training.dropout_output == 0);
        CHECK(many.training.dropout_output >= 0.3F);
        CHECK(many.training.learning_rate < few.training.learning_rate);
        CHECK(choose_plan_by_size(request, steps(50)).training.warmup == 5);
        const auto batch = static_cast<double>(few.training.batch_size * few.training.window);
        CHECK(choose_plan_by_size(request, steps(1e8 / batch)).training == many.training);
    }

    TEST_CASE(
        "every cell has a plan, also in one layer, and nobody expects to be off by more than "
        "ln V") {
        for (int kind = 0; kind < k_net_count; ++kind) {
            auto request = request_for(1e6, 65);
            request.decided.cell = static_cast<CellKind>(kind);
            request.decided.layers = 1;
            CAPTURE(kind);
            const auto plan = choose_plan(request, k_reference, 600);
            CHECK(plan.loss > 0.5);
            CHECK(plan.loss < 2);
            CHECK(plan.model.hidden_size >= 128);
            auto small = request;
            small.corpus.characters = small.corpus.tokens = 100'000;
            const bool recurrent = units_meet(cell_shape(plan.model.cell));
            CHECK(recurrent ==
                  (choose_plan(small, k_reference, 600).training.dropout_recurrent > 0));
            const auto hasty = choose_plan(request, k_reference, 0.01);
            CHECK(hasty.loss <= std::log(65));
            CHECK(hasty.loss_high <= std::log(65));
        }
    }

    TEST_CASE("a text full of brackets and operators gets mlstm, unless a cell was asked for") {
        auto request = request_for(1e6, 65);
        request.corpus.signs = 0.01;
        CHECK(choose_plan(request, k_reference, 120).model.cell == CellKind::cifg);
        CHECK(choose_plan_by_size(request, steps(100)).model.cell == CellKind::cifg);
        request.corpus.signs = 0.06;
        const auto program = choose_plan(request, k_reference, 120);
        CHECK(program.model.cell == CellKind::mlstm);
        CHECK(choose_plan_by_size(request, steps(1000)).model.cell == CellKind::mlstm);
        // More weights for a unit: fewer units in the same time.
        CHECK(program.model.hidden_size <= 256);
        CHECK(program.seconds < 120);
        request.decided.cell = CellKind::gru;
        CHECK(choose_plan(request, k_reference, 120).model.cell == CellKind::gru);
    }

    TEST_CASE("in a few updates mlstm is not chosen, which needs a thousand to be ahead") {
        auto request = request_for(1e6, 65);
        request.corpus.signs = 0.06;
        CHECK(choose_plan_by_size(request, steps(900)).model.cell == CellKind::cifg);
        const auto hasty = choose_plan(request, k_reference, 2);
        CHECK(hasty.updates < 1000);
        CHECK(hasty.model.cell == CellKind::cifg);
        request.decided.cell = CellKind::mlstm;
        CHECK(choose_plan(request, k_reference, 2).model.cell == CellKind::mlstm);
    }

    TEST_CASE("a cell that runs away or over-fits with the usual steps gets smaller ones") {
        auto request = request_for(1e6, 65);
        request.decided = {.layers = 2, .hidden_size = 256, .batch_size = 32, .window = 64};
        const auto rate = [&](CellKind cell) {
            request.decided.cell = cell;
            return choose_plan_by_size(request, steps(2000)).training.learning_rate;
        };
        CHECK(rate(CellKind::lstm) == rate(CellKind::cifg));
        CHECK(rate(CellKind::rnn) <= 0.5F * rate(CellKind::cifg));
        CHECK(rate(CellKind::attention_lstm) <= 0.76F * rate(CellKind::cifg));
    }

    TEST_CASE("a Transformer gets layers, heads and the window as its context") {
        auto request = request_for(1e6, 65);
        request.decided.cell = CellKind::transformer;
        const auto plan = choose_plan(request, k_reference, 600);
        CHECK(!contradiction(plan.model));
        CHECK(plan.model.layers >= 3);
        CHECK(plan.model.heads == usual_heads(plan.model.hidden_size));
        CHECK(plan.model.context == plan.training.window);
        CHECK(plan.training.dropout_recurrent == 0);
        request.model.heads = 5;
        const auto five = choose_plan(request, k_reference, 600);
        CHECK(five.model.heads == 5);
        CHECK(five.model.hidden_size % 5 == 0);
        CHECK(heads_divide_a_plan(5));
        CHECK(!heads_divide_a_plan(7));
        request.decided.hidden_size = 35;
        CHECK(choose_plan(request, k_reference, 600).model.hidden_size == 35);
        // What is trained further keeps its context.
        request.model = plan.model;
        request.decided.hidden_size = plan.model.hidden_size;
        request.decided.window = 17;
        const auto further = choose_plan(request, k_reference, 600);
        CHECK(further.training.window == 17);
        CHECK(further.model.context == plan.model.context);
    }

    TEST_CASE("decided sizes are kept and the rest follows from them") {
        auto request = request_for(1e6, 65);
        request.decided.hidden_size = 100;
        request.decided.layers = 3;
        request.decided.embedding_size = 17;
        request.decided.batch_size = 5;
        request.decided.window = 33;
        const auto plan = choose_plan(request, k_reference, 120);
        CHECK(plan.model.hidden_size == 100);
        CHECK(plan.model.layers == 3);
        CHECK(plan.model.embedding_size == 17);
        CHECK(plan.training.batch_size == 5);
        CHECK(plan.training.window == 33);
        request.decided = {};
        request.decided.window = 33;
        CHECK(choose_plan(request, k_reference, 120).training.window == 33);
    }

    TEST_CASE("little memory makes a smaller net") {
        auto request = request_for(1e7, 65);
        const Cores speed(64, 95e9);
        const auto free = choose_plan(request, speed, 36000);
        request.memory = free.memory / 3;
        const auto bound = choose_plan(request, speed, 36000);
        CHECK(bound.memory <= request.memory);
        CHECK(multiplied_weights(bound.model) < multiplied_weights(free.model));
    }

    TEST_CASE("a size that was asked for and does not fit gets the batch that needs least memory") {
        auto request = request_for(1e7, 65);
        request.decided.layers = 2;
        request.decided.hidden_size = 2048;
        request.memory = 1e9;
        const auto plan = choose_plan(request, k_reference, 3600);
        request.decided.batch_size = 4;
        request.decided.window = 32;
        const auto least = choose_plan(request, k_reference, 3600);
        CHECK(least.memory > request.memory);
        CHECK(plan.memory == least.memory);
    }

    TEST_CASE("a text of a few characters still has a plan") {
        for (const double characters : {2.0, 10.0, 500.0}) {
            const auto plan = choose_plan(request_for(characters, 2), k_reference, 10);
            const auto& t = plan.training;
            CHECK(static_cast<double>(t.batch_size * t.window) <= characters);
            CHECK(std::isfinite(plan.loss));
        }
    }

    TEST_CASE("what is foreseen for a number of characters follows from the settings") {
        const auto request = request_for(1e6, 65);
        auto plan = choose_plan_by_size(request, steps(2000));
        foresee(plan, request.corpus, k_reference, 3e6);
        CHECK(plan.passes == doctest::Approx(3));
        CHECK(plan.seconds == doctest::Approx(3e6 / plan.characters_per_second));
        const auto loss = plan.loss;
        foresee(plan, request.corpus, k_reference, 6e6);
        CHECK(plan.loss < loss);
        CHECK(plan.loss_low < plan.loss);
        CHECK(plan.loss_high > plan.loss);
    }
}
