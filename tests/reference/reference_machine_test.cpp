#include "reference/reference_machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "adaptation/dynamic_evaluation.hpp"
#include "cpu/cpu_machine.hpp"
#include "model/reader.hpp"
#include "reference/random_window.hpp"
#include "support/near.hpp"
#include "training/trainer.hpp"

using namespace carousel;

namespace {

LanguageModelConfig small(CellKind cell) {
    if (cell == CellKind::transformer) {
        return {.cell = cell,
                .vocabulary_size = 11,
                .layers = 2,
                .hidden_size = 10,
                .embedding_size = 10,
                .heads = 2,
                .context = 6};
    }
    return {.cell = cell,
            .vocabulary_size = 11,
            .layers = 2,
            .hidden_size = 9,
            .embedding_size = 5,
            .output_input = OutputInput::sum};
}

TrainingConfig training(OptimizerKind optimizer) {
    TrainingConfig config;
    config.batch_size = 3;
    config.window = 4;
    config.optimizer = optimizer;
    config.warmup = 3;
    config.beta1 = 0.5F;
    config.dropout_between = config.dropout_output = 0;
    config.reset_probability = 0.3F;
    config.average = 0.9F;
    return config;
}

/// Seven windows an epoch.
BatchIterator batches(const TrainingConfig& config) {
    const auto read = [](std::uint64_t begin, std::span<TokenId> out) {
        for (auto& id : out) {
            id = static_cast<TokenId>((begin * begin + begin / 3) % 11);
            ++begin;
        }
    };
    return {read, 0, 90, {config.batch_size, config.window}, config.seed};
}

}  // namespace

TEST_SUITE("reference/reference_machine") {
    TEST_CASE("a machine that knows no panels trains as the processor does, through an epoch") {
        const CpuMachine cpu(2);
        const ReferenceMachine reference;
        for (const auto optimizer : {OptimizerKind::adam, OptimizerKind::muon}) {
            for (const auto cell :
                 {CellKind::lstm, CellKind::gru, CellKind::layernorm_lstm, CellKind::transformer}) {
                const auto config = small(cell);
                const auto settings = training(optimizer);
                CAPTURE(k_cell_words[static_cast<int>(cell)]);
                CAPTURE(static_cast<int>(optimizer));
                const auto weights = cpu.initial_weights(config, 1);
                Trainer fast(cpu, config, weights, batches(settings), settings),
                    plain(reference, config, weights, batches(settings), settings);
                for (int n = 0; n < 9; ++n) {
                    const auto a = fast.step(0.1 * n), b = plain.step(0.1 * n);
                    CHECK(a.loss == doctest::Approx(b.loss).epsilon(1e-3));
                    CHECK(a.gradient_norm == doctest::Approx(b.gradient_norm).epsilon(1e-2));
                    CHECK(a.learning_rate == b.learning_rate);
                }
                CHECK(plain.counters().epoch == 1);
                CHECK(plain.counters().window_in_epoch == fast.counters().window_in_epoch);
                const auto one = fast.averaged_weights(), other = plain.averaged_weights();
                for (std::size_t i = 0; i < one.size(); ++i) {
                    CAPTURE(one[i].name);
                    CHECK(distance(one[i].values, other[i].values).difference < 2e-3);
                }
            }
        }
    }

    TEST_CASE("what one machine has learned another goes on with") {
        const CpuMachine cpu(1);
        const ReferenceMachine reference;
        const auto config = small(CellKind::lstm);
        const auto settings = training(OptimizerKind::adam);
        const auto weights = cpu.initial_weights(config, 1);
        Trainer whole(cpu, config, weights, batches(settings), settings),
            first(cpu, config, weights, batches(settings), settings),
            second(reference, config, weights, batches(settings), settings);
        for (int n = 0; n < 8; ++n) whole.step(0);
        for (int n = 0; n < 4; ++n) first.step(0);
        second.set_weights(first.weights());
        second.set_state(first.state());
        StepReport report;
        for (int n = 0; n < 4; ++n) report = second.step(0);
        CHECK(report.finite);
        const auto expected = whole.weights(), found = second.weights();
        for (std::size_t i = 0; i < found.size(); ++i) {
            CAPTURE(found[i].name);
            CHECK(distance(found[i].values, expected[i].values).difference < 2e-3);
        }
    }

    TEST_CASE("readers of both machines give the same logits, surprisals and states") {
        const CpuMachine cpu(1);
        const ReferenceMachine reference;
        const auto config = small(CellKind::cifg);
        const auto weights = cpu.initial_weights(config, 2);
        const auto fast = cpu.model(config, weights), plain = reference.model(config, weights);
        TestNumbers numbers(3);
        const auto inputs = random_ids(numbers, 4, 2, 11), targets = random_ids(numbers, 4, 2, 11);
        auto a = RecurrentState::zeros(config, 2), b = a;
        Tensor<2> fast_nats, plain_nats;
        fast->reader(2)->surprisals(inputs, targets, a, fast_nats);
        plain->reader(2)->surprisals(inputs, targets, b, plain_nats);
        CHECK(distance(fast_nats, plain_nats).difference < 1e-5);
        CHECK(distance(a.hidden, b.hidden).difference < 1e-5);

        auto c = RecurrentState::zeros(config, 2), d = c;
        LikelySymbols fast_likely{.most = 3}, plain_likely{.most = 3};
        Tensor<2> nats;
        fast->reader(2)->surprisals(inputs, targets, c, nats, fast_likely);
        CHECK(nats == fast_nats);
        plain->reader(2)->surprisals(inputs, targets, d, nats, plain_likely);
        REQUIRE(fast_likely.symbols.size() == 4 * 2 * 3);
        for (std::size_t i = 0; i < fast_likely.symbols.size(); ++i) {
            CHECK(fast_likely.symbols[i].id == plain_likely.symbols[i].id);
            CHECK(std::abs(fast_likely.symbols[i].probability -
                           plain_likely.symbols[i].probability) < 1e-5F);
        }

        Tensor<2> fast_logits, plain_logits;
        fast->reader(2)->advance(inputs, a, fast_logits);
        plain->reader(2)->advance(inputs, b, plain_logits);
        for (std::size_t row = 0; row < 2; ++row) {  // logits are what they are up to a constant
            const float shift = fast_logits(row, 0) - plain_logits(row, 0);
            for (std::size_t v = 0; v < 11; ++v)
                CHECK(fast_logits(row, v) - plain_logits(row, v) ==
                      doctest::Approx(shift).epsilon(1e-3).scale(0.01));
        }
    }

    TEST_CASE("a text is learned while it is read as the processor does it") {
        const CpuMachine cpu(1);
        const ReferenceMachine reference;
        const auto config = small(CellKind::lstm);
        const auto weights = cpu.initial_weights(config, 2);
        const auto fast_model = cpu.model(config, weights),
                   plain_model = reference.model(config, weights);
        TestNumbers numbers(5);
        std::vector<TokenId> text(14);
        for (auto& id : text) id = numbers.next_id(11);
        const AdaptationConfig adaptation{
            .learning_rate = 0.01F, .decay = 0.1F, .segment = 4, .epsilon = 0.1F};
        const std::vector<Stretch> stretches{text};
        DynamicEvaluation fast(*fast_model, adaptation, stretches),
            plain(*plain_model, adaptation, stretches);
        for (std::size_t at = 0; at + 4 < text.size(); at += 4) {
            const auto a = fast.read({text.data() + at, 5}), b = plain.read({text.data() + at, 5});
            CHECK(distance(a, b).difference < 1e-4);
        }
    }
}
