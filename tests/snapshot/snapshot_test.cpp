#include "snapshot/snapshot.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <stdexcept>

#include "small_snapshot.hpp"

namespace carousel {
namespace {

using namespace std::string_literals;

constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();
constexpr float k_infinity = std::numeric_limits<float>::infinity();

/// Why a small snapshot with one change is refused; empty when it is not.
std::string refusal(const std::function<void(Snapshot&)>& change) {
    Snapshot snapshot = small_snapshot();
    change(snapshot);
    try {
        require_valid(snapshot);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("snapshot/snapshot") {
    TEST_CASE("a snapshot as it is saved is valid, with and without a state") {
        CHECK(refusal([](Snapshot&) {}) == "");
        CHECK(refusal([](Snapshot& s) { s.state.reset(); }) == "");
    }

    TEST_CASE("a number that is not finite is refused wherever it stands") {
        const std::function<void(Snapshot&)> changes[] = {
            [](Snapshot& s) { s.weights[2].values[1] = k_nan; },
            [](Snapshot& s) { s.weights.back().values.back() = -k_infinity; },
            [](Snapshot& s) { s.state->first_moments[0].values[0] = k_nan; },
            [](Snapshot& s) { s.state->second_moments[1].values[0] = k_infinity; },
            [](Snapshot& s) { s.state->averaged_weights[3].values[0] = k_nan; },
            [](Snapshot& s) { s.state->hidden.values[0] = k_nan; },
            [](Snapshot& s) { s.state->cell.values[1] = k_nan; },
            [](Snapshot& s) { s.state->seconds = k_nan; },
            [](Snapshot& s) { s.state->smoothed_loss = k_nan; },
            [](Snapshot& s) { s.state->learning_rate_scale = k_nan; },
            [](Snapshot& s) { s.validation_loss = k_nan; },
            [](Snapshot& s) { s.best->loss = k_infinity; },
            [](Snapshot& s) { s.history[1].training_loss = k_nan; },
            [](Snapshot& s) { s.history[1].validation_loss = k_nan; },
            [](Snapshot& s) { s.history[0].seconds = k_nan; },
            [](Snapshot& s) { s.history[0].learning_rate = k_nan; },
            [](Snapshot& s) { s.model.forget_bias = k_nan; },
            [](Snapshot& s) { s.training.learning_rate = k_nan; },
            [](Snapshot& s) { s.training.length.amount = k_nan; },
            [](Snapshot& s) { s.training.clip = k_nan; },
            [](Snapshot& s) { s.training.beta1 = k_nan; },
            [](Snapshot& s) { s.training.momentum = 1; },
            [](Snapshot& s) { s.training.weight_decay = k_infinity; },
            [](Snapshot& s) { s.training.final_learning_rate = k_nan; },
            [](Snapshot& s) { s.training.average = k_nan; },
            [](Snapshot& s) { s.training.reset_probability = k_nan; },
            [](Snapshot& s) { s.corpus.validation_fraction = k_nan; },
        };
        for (std::size_t i = 0; i < std::size(changes); ++i) {
            CAPTURE(i);
            CHECK(refusal(changes[i]) != "");
        }
    }

    TEST_CASE("a size out of its range is refused, naming range and value") {
        CHECK(refusal([](Snapshot& s) { s.model.layers = 17; }) ==
              "the number of layers is 17, not in [1, 16]");
        CHECK(refusal([](Snapshot& s) { s.model.layers = -1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.model.hidden_size = 0; }) != "");
        CHECK(refusal([](Snapshot& s) { s.model.hidden_size = 8193; }) != "");
        CHECK(refusal([](Snapshot& s) { s.model.embedding_size = INT64_MAX; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.batch_size = 0; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.window = INT64_MAX; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.warmup = -1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.beta2 = 1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.dropout_between = 1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.dropout_input = -0.1F; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.dropout_recurrent = 1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.average = 1; }) ==
              "the decay of the averaged weights is 1, not in [0, 1)");
        CHECK(refusal([](Snapshot& s) { s.training.reset_probability = 1; }) == "");
        CHECK(refusal([](Snapshot& s) { s.training.reset_probability = 1.1F; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.final_learning_rate = -0.5F; }) ==
              "the final learning rate is -0.5, not in [0, 1]");
        CHECK(refusal([](Snapshot& s) { s.training.patience = -1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.length.amount = 2.5; }) != "");
        CHECK(refusal([](Snapshot& s) { s.corpus.validation_fraction = 1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.corpus.training_characters = 101; }) != "");
    }

    TEST_CASE("weights in numbers that no file has are refused") {
        CHECK(refusal([](Snapshot& s) { s.precision = Precision::bf16; }) ==
              "it has weights in bf16, which no file has");
    }

    TEST_CASE("a counter, a time or a loss that no training has is refused, naming it") {
        constexpr std::uint64_t k_absurd = std::uint64_t{1} << 41;
        CHECK(refusal([](Snapshot& s) { s.state->window_in_epoch = k_absurd; }) ==
              "the window in the epoch is 2199023255552, not in [0, 1000000000000]");
        CHECK(refusal([](Snapshot& s) { s.history[0].training_loss = 1e51; }) ==
              "a training loss of the history is 1e+51, not in [0, 1e+50]");
        const std::function<void(Snapshot&)> changes[] = {
            [](Snapshot& s) { s.step = k_absurd; },
            [](Snapshot& s) { s.epoch = k_absurd; },
            [](Snapshot& s) { s.best->step = UINT64_MAX; },
            [](Snapshot& s) { s.best->loss = -1e-9; },
            [](Snapshot& s) { s.history[1].step = k_absurd; },
            [](Snapshot& s) { s.history[1].epoch = k_absurd; },
            [](Snapshot& s) { s.history[1].seconds = 1e300; },
            [](Snapshot& s) { s.history[1].learning_rate = 10.5; },
            [](Snapshot& s) { s.state->step = k_absurd; },
            [](Snapshot& s) { s.state->epoch = k_absurd; },
            [](Snapshot& s) { s.state->seconds = 1e300; },
            [](Snapshot& s) { s.state->divergences = UINT32_MAX; },
            [](Snapshot& s) { s.corpus.characters = UINT64_MAX; },
            [](Snapshot& s) { s.corpus.validation_characters = UINT64_MAX; },
            [](Snapshot& s) { s.training.length.amount = 1e300; },
        };
        for (std::size_t i = 0; i < std::size(changes); ++i) {
            CAPTURE(i);
            CHECK(refusal(changes[i]) != "");
        }
    }

    TEST_CASE("a text that is too long is refused by its length and not quoted") {
        const std::string endless(3'000'000, 'x');
        const std::function<void(Snapshot&)> changes[] = {
            [&](Snapshot& s) { s.program = endless; },
            [&](Snapshot& s) { s.fine_tuned_from->name = endless; },
            [&](Snapshot& s) { s.decoding.encoding = endless; },
            [&](Snapshot& s) { s.symbols[1].text = endless; },
            [&](Snapshot& s) { s.corpus.paths[1] = endless; },
            [&](Snapshot& s) { s.corpus.validation->path = endless; },
            [&](Snapshot& s) { s.weights[0].name = endless; },
            [&](Snapshot& s) { s.state->hidden.name = endless; },
            [&](Snapshot& s) {
                s.quantized = {{endless, {1}, {}, {}}};
            },
            [&](Snapshot& s) { s.weights[0].shape.resize(100'000, 1); },
        };
        for (std::size_t i = 0; i < std::size(changes); ++i) {
            CAPTURE(i);
            const auto why = refusal(changes[i]);
            CHECK(why != "");
            CHECK(why.size() < 200);
        }
        CHECK(refusal([&](Snapshot& s) { s.program = endless; }) ==
              "the name of the program has 3000000 bytes, where 256 are allowed");
    }

    TEST_CASE("a vocabulary that does not fit model or settings is refused") {
        CHECK(refusal([](Snapshot& s) { s.symbols.pop_back(); }) ==
              "the model has a vocabulary of 3 symbols, its alphabet 2");
        CHECK(refusal([](Snapshot& s) { s.symbols[2].text = "a"s; }) != "");
        CHECK(refusal([](Snapshot& s) { s.symbols[2].text = "\xff"s; }) != "");
        CHECK(refusal([](Snapshot& s) { s.symbols[2].kind = SymbolKind::separator; }) != "");
        CHECK(refusal([](Snapshot& s) { s.symbols.clear(); }) != "");
        CHECK(refusal([](Snapshot& s) { s.symbols[2].text = "ab"s; }) != "");
        CHECK(refusal([](Snapshot& s) { s.text.min_count = 0; }) != "");
        CHECK(refusal([](Snapshot& s) {
                  s.text.unit = Unit::byte;
                  s.symbols[1].kind = s.symbols[2].kind = SymbolKind::byte;
                  s.symbols[2].text = "b"s;
              }) == "a byte model has a normalisation or changes newlines");
    }

    TEST_CASE("a tensor that the configuration does not imply is refused") {
        CHECK(refusal([](Snapshot& s) { s.weights.pop_back(); }) ==
              "the model has 5 tensors, not 6");
        CHECK(refusal([](Snapshot& s) { s.weights[0].name = "\x1b[2J"s; }) ==
              "the model has a tensor named \"\\x1b[2J\" where \"embedding.weight\" is expected");
        CHECK(refusal([](Snapshot& s) {
                  std::swap(s.weights[0].shape[0], s.weights[0].shape[1]);
              }) == "the model \"embedding.weight\" has the shape (2, 3), not (3, 2)");
        CHECK(refusal([](Snapshot& s) { s.weights[1].values.pop_back(); }) ==
              "the model \"layers.0.weight_ih\" has 7 numbers, not 8");
        CHECK(refusal([](Snapshot& s) { s.model.hidden_size = 2; }) != "");
        CHECK(refusal([](Snapshot& s) { s.state->first_moments.clear(); }) != "");
        CHECK(refusal([](Snapshot& s) { s.state->second_moments[3].name = "x"s; }) != "");
        CHECK(refusal([](Snapshot& s) { s.state->second_moments[3].values[0] = -1; }) != "");
        CHECK(refusal([](Snapshot& s) { s.state->averaged_weights.clear(); }) == "");
        CHECK(refusal([](Snapshot& s) { s.state->averaged_weights.pop_back(); }) ==
              "the running mean of the weights has 5 tensors, not 6");
        CHECK(refusal([](Snapshot& s) { s.state->averaged_weights[1].shape[0] = 3; }) != "");
        CHECK(refusal([](Snapshot& s) { s.training.batch_size = 3; }) ==
              "the carried state \"hidden\" has the shape (1, 2, 1), not (1, 3, 1)");
        CHECK(refusal([](Snapshot& s) { s.state->cell = {}; }) != "");
    }

    TEST_CASE("of a cell with attention a state has all outputs that it looks back on") {
        auto snapshot = small_snapshot();
        snapshot.model.cell = CellKind::attention_lstm;
        auto& state = *snapshot.state;
        snapshot.weights = numbered_tensors(snapshot.model, 1);
        state.first_moments = state.second_moments = state.averaged_weights = snapshot.weights;
        state.hidden = {"hidden", {1, 2, 64}, std::vector<float>(128, 0.5F)};
        CHECK_NOTHROW(require_valid(snapshot));
        state.hidden = {"hidden", {1, 2, 1}, {0.5F, 0.5F}};
        CHECK_THROWS_WITH_AS(require_valid(snapshot),
                             "the carried state \"hidden\" has the shape (1, 2, 1), not (1, 2, 64)",
                             std::invalid_argument);
    }

    TEST_CASE("of a Transformer it has keys, values and a count, and sizes that fit each other") {
        auto snapshot = small_snapshot();
        snapshot.model.cell = CellKind::transformer;
        snapshot.model.hidden_size = snapshot.model.embedding_size = 2;
        snapshot.model.output_input = OutputInput::top;
        snapshot.model.heads = 2;
        snapshot.model.context = 3;
        auto& state = *snapshot.state;
        snapshot.weights = numbered_tensors(snapshot.model, 1);
        state.first_moments = state.second_moments = state.averaged_weights = snapshot.weights;
        state.hidden = {"hidden", {1, 2, 16}, std::vector<float>(32, 0.5F)};
        state.cell = {"cell", {1, 2, 1}, {3, 0}};
        CHECK_NOTHROW(require_valid(snapshot));
        state.hidden = {"hidden", {1, 2, 2}, std::vector<float>(4, 0.5F)};
        CHECK_THROWS_WITH_AS(require_valid(snapshot),
                             "the carried state \"hidden\" has the shape (1, 2, 2), not (1, 2, 16)",
                             std::invalid_argument);
        snapshot.model.heads = 3;
        CHECK_THROWS_WITH_AS(require_valid(snapshot), "its 3 heads do not divide its 2 units",
                             std::invalid_argument);
        snapshot.model.cell = CellKind::lstm;
        CHECK_THROWS_AS(require_valid(snapshot), std::invalid_argument);
    }
}

}  // namespace carousel
