#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/cpu_machine.hpp"
#include "model/cell_signals.hpp"
#include "model/model.hpp"
#include "model/reader.hpp"
#include "reference/random_window.hpp"
#include "reference/reference_model.hpp"

// What a tracer shows of units is what the equations say.

using namespace carousel;

namespace {

LanguageModelConfig config_of(CellKind cell) {
    return {.cell = cell,
            .vocabulary_size = 13,
            .layers = 2,
            .hidden_size = 19,
            .embedding_size = 7,
            .output_input = OutputInput::top};
}

std::vector<NamedTensor> named(const LanguageModelConfig& config, const ReferenceTensors& from) {
    auto tensors = expected_parameters(config);
    for (std::size_t i = 0; i < tensors.size(); ++i)
        for (const double x : from[i]) tensors[i].values.push_back(static_cast<float>(x));
    return tensors;
}

UnitSignals traced(const Model& model, const TokenIds& ids, std::size_t at_once,
                   Precision precision) {
    const auto tracer = model.tracer(precision);
    auto state = RecurrentState::zeros(model.config(), 1);
    const auto& config = model.config();
    UnitSignals all{Tensor<4>({static_cast<std::size_t>(config.layers), ids.shape(0),
                               cell_view(config.cell).signals.size(),
                               static_cast<std::size_t>(config.hidden_size)})};
    for (std::size_t begin = 0; begin < ids.shape(0); begin += at_once) {
        const auto count = std::min(at_once, ids.shape(0) - begin);
        TokenIds part({count, std::size_t{1}});
        for (std::size_t t = 0; t < count; ++t) part(t, 0) = ids(begin + t, 0);
        Tensor<2> surprisals;
        LikelySymbols likely{.most = 2};
        UnitSignals signals;
        tracer->trace(part, part, state, surprisals, likely, signals);
        for (std::size_t l = 0; l < all.values.shape(0); ++l)
            for (std::size_t t = 0; t < count; ++t)
                for (std::size_t n = 0; n < all.values.shape(2); ++n)
                    for (std::size_t u = 0; u < all.values.shape(3); ++u)
                        all.values(l, begin + t, n, u) = signals.values(l, t, n, u);
    }
    return all;
}

}  // namespace

TEST_SUITE("reference/unit_signals") {
    TEST_CASE("in every cell each signal of each unit is the number of the equations") {
        for (int kind = 0; kind < k_cell_count; ++kind) {
            const auto config = config_of(static_cast<CellKind>(kind));
            const auto& signals = cell_view(config.cell).signals;
            if (signals.empty()) continue;
            TestNumbers numbers(70 + static_cast<std::uint64_t>(kind));
            const auto weights = random_weights(config, numbers);
            const auto ids = random_ids(numbers, 12, 1, config.vocabulary_size);
            const CpuMachine machine(2);
            const auto model = machine.model(config, named(config, weights));
            const auto seen = traced(*model, ids, 5, Precision::float32);
            // As floats, so that both start from the same numbers.
            const auto rounded = to_reference(named(config, weights));
            auto state = reference_zeros(config, 1);
            const auto masks = reference_ones(config, 1, 1);
            for (std::size_t t = 0; t < ids.shape(0); ++t) {
                const TokenIds id({std::size_t{1}, std::size_t{1}}, ids(t, 0));
                const auto step = reference_forward(rounded, {config, id, id, state, masks});
                state = step.state;
                for (std::size_t l = 0; l < 2; ++l) {
                    for (std::size_t n = 0; n < signals.size(); ++n) {
                        // With nothing to keep, before the first step, slstm's f has no meaning.
                        if (config.cell == CellKind::slstm && t == 0 && signals[n].name == "f")
                            continue;
                        for (std::size_t u = 0; u < 19; ++u) {
                            CAPTURE(k_cell_words[kind]);
                            CAPTURE(signals[n].name);
                            CAPTURE(t);
                            CAPTURE(l);
                            CAPTURE(u);
                            const double expected = step.signals[l](0, n * 19 + u);
                            const double found = double{seen.values(l, t, n, u)};
                            REQUIRE(std::abs(found - expected) < 2e-4 * (1 + std::abs(expected)));
                        }
                    }
                }
            }
        }
    }

    TEST_CASE("signals stay within the range that their cell says") {
        for (int kind = 0; kind < k_cell_count; ++kind) {
            const auto config = config_of(static_cast<CellKind>(kind));
            const auto& signals = cell_view(config.cell).signals;
            TestNumbers numbers(7);
            const auto weights = random_weights(config, numbers);
            const auto ids = random_ids(numbers, 40, 1, config.vocabulary_size);
            const CpuMachine machine(1);
            const auto model = machine.model(config, named(config, weights));
            if (signals.empty()) continue;
            const auto seen = traced(*model, ids, 40, Precision::float32);
            for (std::size_t n = 0; n < signals.size(); ++n) {
                if (signals[n].range == SignalRange::number) continue;
                const float low = signals[n].range == SignalRange::opening ? 0.0F : -1.0F;
                for (std::size_t l = 0; l < 2; ++l)
                    for (std::size_t t = 0; t < 40; ++t)
                        for (std::size_t u = 0; u < 19; ++u) {
                            CAPTURE(k_cell_words[kind]);
                            CAPTURE(signals[n].name);
                            const float value = seen.values(l, t, n, u);
                            REQUIRE(value >= low);
                            REQUIRE(value <= 1.0F);
                        }
            }
        }
    }

    TEST_CASE("how a text is cut into calls and how many threads read it changes no bit") {
        for (const auto precision : {Precision::float32, Precision::int8}) {
            for (const auto cell : {CellKind::cifg, CellKind::minlstm, CellKind::attention_lstm}) {
                const auto config = config_of(cell);
                TestNumbers numbers(3);
                const auto weights = named(config, random_weights(config, numbers));
                const auto ids = random_ids(numbers, 300, 1, config.vocabulary_size);
                const CpuMachine alone(1), team(2);
                const auto one = traced(*alone.model(config, weights), ids, 300, precision);
                const auto other = traced(*team.model(config, weights), ids, 7, precision);
                CHECK(std::equal(one.values.begin(), one.values.end(), other.values.begin()));
            }
        }
    }

    TEST_CASE("what a tracer foresees is what a reader foresees") {
        const auto config = config_of(CellKind::gru);
        TestNumbers numbers(5);
        const auto weights = named(config, random_weights(config, numbers));
        const auto ids = random_ids(numbers, 30, 1, config.vocabulary_size);
        const CpuMachine machine(1);
        const auto model = machine.model(config, weights);
        Tensor<2> traced_nats, read_nats;
        LikelySymbols traced_likely{.most = 3}, read_likely{.most = 3};
        UnitSignals signals;
        auto state = RecurrentState::zeros(config, 1), other = state;
        model->tracer(Precision::float32)
            ->trace(ids, ids, state, traced_nats, traced_likely, signals);
        model->reader(1)->surprisals(ids, ids, other, read_nats, read_likely);
        CHECK(std::equal(traced_nats.begin(), traced_nats.end(), read_nats.begin()));
        for (std::size_t i = 0; i < traced_likely.symbols.size(); ++i)
            CHECK(traced_likely.symbols[i].id == read_likely.symbols[i].id);
        CHECK(std::equal(state.hidden.begin(), state.hidden.end(), other.hidden.begin()));
    }
}
