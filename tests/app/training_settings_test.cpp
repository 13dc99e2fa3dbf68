#include "app/training_settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "base/error.hpp"
#include "model/parameter.hpp"
#include "model/transformer.hpp"
#include "planning/learning_rules.hpp"
#include "planning/reference_forecast.hpp"

using namespace carousel;

namespace {

/// A stored run whose settings all differ from the defaults.
Snapshot stored_run() {
    Snapshot stored;
    stored.model = {.cell = CellKind::cifg,
                    .vocabulary_size = 9,
                    .layers = 3,
                    .hidden_size = 5,
                    .embedding_size = 7,
                    .forget_bias = 2,
                    .output_input = OutputInput::sum};
    stored.training = {.batch_size = 2,
                       .window = 3,
                       .length = {LengthKind::steps, 40},
                       .optimizer = OptimizerKind::adam,
                       .learning_rate = 0.5F,
                       .warmup = 1,
                       .schedule = Schedule::linear,
                       .final_learning_rate = 0.25F,
                       .clip = 3,
                       .beta1 = 0.25F,
                       .beta2 = 0.5F,
                       .momentum = 0.5F,
                       .weight_decay = 0.75F,
                       .dropout_input = 0.125F,
                       .dropout_between = 0.25F,
                       .dropout_output = 0.375F,
                       .dropout_recurrent = 0.5F,
                       .dropout_mask = DropoutMask::step,
                       .recurrent_gradient = RecurrentGradient::states,
                       .average = 0.625F,
                       .reset_probability = 0.0625F,
                       .patience = 6,
                       .seed = 8,
                       .shards = 2,
                       .precision = TrainingPrecision::bf16};
    return stored;
}

TrainingRequest resuming() {
    TrainingRequest options;
    options.resume = true;
    return options;
}

TrainingConfig chosen(const TrainingRequest& options, const Snapshot& stored,
                      std::vector<std::string>& notes) {
    return settle_training(options, &stored, {}, 1000, notes);
}

}  // namespace

TEST_SUITE("app/training_settings") {
    TEST_CASE("a resumed run keeps every setting that is not given, and says nothing") {
        const auto stored = stored_run();
        std::vector<std::string> notes;
        CHECK(chosen(resuming(), stored, notes) == stored.training);
        CHECK(settle_model(resuming(), stored, 9) == stored.model);
        CHECK(notes.empty());
    }

    TEST_CASE("a resumed run takes what may change, and says so") {
        const std::function<void(TrainingRequest&, TrainingConfig&)> changes[] = {
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::learning_rate] = t.learning_rate = 0.75F;
            },
            [](auto& o, auto& t) { o.training[&TrainingConfig::warmup] = t.warmup = 5; },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::schedule] = t.schedule = Schedule::constant;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::final_learning_rate] = t.final_learning_rate = 0.5F;
            },
            [](auto& o, auto& t) { o.training[&TrainingConfig::clip] = t.clip = 4; },
            [](auto& o, auto& t) { o.training[&TrainingConfig::beta1] = t.beta1 = 0.5F; },
            [](auto& o, auto& t) { o.training[&TrainingConfig::beta2] = t.beta2 = 0.875F; },
            [](auto& o, auto& t) { o.training[&TrainingConfig::momentum] = t.momentum = 0.75F; },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::weight_decay] = t.weight_decay = 0.5F;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::dropout_input] = t.dropout_input = 0.75F;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::dropout_between] = t.dropout_between = 0.75F;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::dropout_output] = t.dropout_output = 0.75F;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::dropout_recurrent] = t.dropout_recurrent = 0.75F;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::dropout_mask] = t.dropout_mask = DropoutMask::window;
            },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::recurrent_gradient] = t.recurrent_gradient =
                    RecurrentGradient::full;
            },
            [](auto& o, auto& t) { o.training[&TrainingConfig::average] = t.average = 0.75F; },
            [](auto& o, auto& t) {
                o.training[&TrainingConfig::reset_probability] = t.reset_probability = 1;
            },
            [](auto& o, auto& t) { o.training[&TrainingConfig::patience] = t.patience = 2; },
        };
        const auto stored = stored_run();
        for (std::size_t i = 0; i < std::size(changes); ++i) {
            CAPTURE(i);
            auto options = resuming();
            auto expected = stored.training;
            changes[i](options, expected);
            std::vector<std::string> notes;
            CHECK(chosen(options, stored, notes) == expected);
            CHECK(notes.size() == 1);
            notes.clear();
            auto fresh = settle_training({}, nullptr, {}, 1000, notes);
            options = {};
            changes[i](options, fresh);
            CHECK(settle_training(options, nullptr, {}, 1000, notes) == fresh);
        }
    }

    TEST_CASE("a run goes on with the optimizer it began with") {
        const auto stored = stored_run();
        std::vector<std::string> notes;
        auto options = resuming();
        options.training[&TrainingConfig::optimizer] = OptimizerKind::adam;
        CHECK(chosen(options, stored, notes) == stored.training);
        options.training[&TrainingConfig::optimizer] = OptimizerKind::muon;
        CHECK_THROWS_AS(chosen(options, stored, notes), UsageError);
        options.resume = false;
        CHECK(settle_training(options, nullptr, {}, 1000, notes).optimizer == OptimizerKind::muon);
    }

    TEST_CASE("an architecture is fixed: another is refused, the same is accepted") {
        const auto stored = stored_run();
        const std::function<void(TrainingRequest&)> changes[] = {
            [](auto& o) { o.architecture[&LanguageModelConfig::cell] = CellKind::capped_lstm; },
            [](auto& o) { o.architecture[&LanguageModelConfig::layers] = 1; },
            [](auto& o) { o.architecture[&LanguageModelConfig::hidden_size] = 6; },
            [](auto& o) { o.architecture[&LanguageModelConfig::embedding_size] = 6; },
            [](auto& o) { o.architecture[&LanguageModelConfig::forget_bias] = 1.0F; },
            [](auto& o) { o.architecture[&LanguageModelConfig::output_input] = OutputInput::top; },
        };
        for (std::size_t i = 0; i < std::size(changes); ++i) {
            CAPTURE(i);
            auto options = resuming();
            changes[i](options);
            CHECK_THROWS_AS(settle_model(options, stored, 9), UsageError);
        }
        auto same = resuming();
        same.architecture[&LanguageModelConfig::cell] = CellKind::cifg;
        same.architecture[&LanguageModelConfig::output_input] = OutputInput::sum;
        CHECK(settle_model(same, stored, 9) == stored.model);
        CHECK(plan_request(same, nullptr, {}, 9).model.cell == CellKind::cifg);
        CHECK(plan_request(same, nullptr, {}, 9).model.output_input == OutputInput::sum);
    }

    TEST_CASE("an option wins over the preset, and the preset over the plan") {
        TrainingRequest options;
        options.preset = Preset::medium;
        options.architecture[&LanguageModelConfig::hidden_size] = 200;
        options.training[&TrainingConfig::window] = 50;
        const CorpusFacts corpus{.characters = 1'000'000, .tokens = 1'000'000};
        const auto plan = choose_plan_by_size(plan_request(options, nullptr, corpus, 65),
                                              {LengthKind::steps, 100});
        CHECK(plan.model.layers == sizes_of(Preset::medium, CellKind::cifg).layers);
        CHECK(plan.model.hidden_size == 200);
        CHECK(plan.model.embedding_size == 200);
        CHECK(plan.training.batch_size == sizes_of(Preset::medium, CellKind::cifg).batch_size);
        CHECK(plan.training.window == 50);
        options.training[&TrainingConfig::dropout_output] = 0.125F;
        std::vector<std::string> notes;
        CHECK(settle_training(options, nullptr, plan.training, 1'000'000, notes).dropout_output ==
              0.125F);
    }

    TEST_CASE("a preset gives a Transformer sizes of its own, deeper than those of other cells") {
        TrainingRequest options;
        options.preset = Preset::quick;
        options.architecture[&LanguageModelConfig::cell] = CellKind::transformer;
        const CorpusFacts corpus{.characters = 1'000'000, .tokens = 1'000'000};
        const auto plan = choose_plan_by_size(plan_request(options, nullptr, corpus, 65),
                                              {LengthKind::steps, 100});
        CHECK(plan.model.layers == 4);
        CHECK(plan.model.hidden_size == 160);
        CHECK(plan.model.hidden_size % plan.model.heads == 0);
        options.architecture[&LanguageModelConfig::layers] = 3;
        CHECK(plan_request(options, nullptr, corpus, 65).decided.layers == 3);
    }

    TEST_CASE("the presets of a Transformer have about as many parameters as those of an lstm") {
        for (std::size_t i = 0; i < k_presets.size(); ++i) {
            CAPTURE(i);
            const auto parameters = [&](CellKind cell) {
                const auto& sizes = sizes_of(static_cast<Preset>(i), cell);
                return parameter_count(with_transformer_sizes({.cell = cell,
                                                               .vocabulary_size = 65,
                                                               .layers = sizes.layers,
                                                               .hidden_size = sizes.hidden_size,
                                                               .embedding_size = sizes.hidden_size},
                                                              sizes.window));
            };
            const double lstm = static_cast<double>(parameters(CellKind::lstm));
            const double transformer = static_cast<double>(parameters(CellKind::transformer));
            CHECK(transformer / lstm == doctest::Approx(1).epsilon(0.3));
        }
    }

    TEST_CASE("an option without effect is named") {
        TrainingRequest options;
        options.training[&TrainingConfig::momentum] = 0.9F;
        options.training[&TrainingConfig::dropout_between] =
            options.training[&TrainingConfig::dropout_recurrent] = 0.1F;
        options.architecture[&LanguageModelConfig::forget_bias] = 2;
        TrainingConfig training;
        CHECK(idle_options(options, {.cell = CellKind::lstm, .layers = 2}, training).empty());
        training.optimizer = OptimizerKind::adam;
        const auto notes = idle_options(options, {.cell = CellKind::rnn, .layers = 1}, training);
        REQUIRE(notes.size() == 3);
        CHECK(notes[0].starts_with("--momentum has no effect"));
        CHECK(notes[1].starts_with("--dropout-between has no effect"));
        CHECK(notes[2].starts_with("--forget-bias has no effect: rnn"));
        const auto local = idle_options(options, {.cell = CellKind::mingru, .layers = 2}, {});
        REQUIRE(local.size() == 1);
        CHECK(local[0].starts_with("--dropout-recurrent has no effect: mingru"));
        // A Transformer has dropout within its layers, and neither gates nor recurrent weights.
        options.training[&TrainingConfig::recurrent_gradient] = RecurrentGradient::states;
        const auto attention =
            idle_options(options, {.cell = CellKind::transformer, .layers = 1}, {});
        REQUIRE(attention.size() == 3);
        CHECK(attention[0].starts_with("--forget-bias has no effect: transformer"));
        CHECK(attention[1].starts_with("--dropout-recurrent has no effect: transformer"));
        options.architecture[&LanguageModelConfig::heads] = 2;
        CHECK(idle_options(options, {.cell = CellKind::transformer, .layers = 1}, {}) == attention);
        const auto heads = idle_options(options, {.cell = CellKind::lstm, .layers = 2}, {});
        REQUIRE(heads.size() == 1);
        CHECK(heads[0] == "--heads has no effect: lstm has no attention heads.");
        CHECK(attention[2] == "--recurrent-gradient has no effect: a transformer has no gates.");

        TrainingRequest taught;
        taught.training[&TrainingConfig::teacher_share] = 0.9F;
        const auto alone = idle_options(taught, {.cell = CellKind::lstm, .layers = 2}, {});
        REQUIRE(alone.size() == 1);
        CHECK(alone[0] == "--teacher-share has no effect: there is no --teacher.");
        taught.teachers = {"a.carousel"};
        CHECK(idle_options(taught, {.cell = CellKind::lstm, .layers = 2}, {}).empty());
    }

    TEST_CASE("a plan for a model that is trained further keeps its architecture") {
        auto stored = stored_run();
        const CorpusFacts corpus{.characters = 100'000, .tokens = 100'000};
        const auto plan =
            choose_plan(plan_request({}, &stored, corpus, 11), ReferenceForecast(), 60);
        stored.model.vocabulary_size = 11;
        CHECK(plan.model == stored.model);
        std::vector<std::string> notes;
        const auto training = settle_training({}, &stored, plan.training, 100'000, notes);
        CHECK(training.optimizer == OptimizerKind::adam);
        CHECK(training.learning_rate == plan.training.learning_rate);
    }

    TEST_CASE("a model is tuned further with Adam, or with a third of the rate by Muon") {
        const auto stored = stored_run();
        const CorpusFacts corpus{.characters = 100'000, .tokens = 100'000};
        TrainingRequest options;
        options.training[&TrainingConfig::optimizer] = OptimizerKind::muon;
        const auto request = plan_request(options, &stored, corpus, 11);
        CHECK(request.training.optimizer == OptimizerKind::muon);
        CHECK(plan_request({}, nullptr, corpus, 11).training.optimizer == OptimizerKind::muon);
        const auto plan = choose_plan(request, ReferenceForecast(), 60);
        std::vector<std::string> notes;
        const auto training = settle_training(options, &stored, plan.training, 100'000, notes);
        CHECK(training.learning_rate == two_digits(plan.training.learning_rate / 3));
    }

    TEST_CASE("a batch that the text cannot hold is shrunk, and a note says so") {
        TrainingRequest options;
        options.training[&TrainingConfig::batch_size] = 64;
        options.training[&TrainingConfig::window] = 128;
        options.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 5};
        const CorpusFacts corpus{.characters = 1000, .tokens = 1001};
        const auto plan = choose_plan_by_size(plan_request(options, nullptr, corpus, 9),
                                              *options.training[&TrainingConfig::length]);
        std::vector<std::string> notes;
        const auto training = settle_training(options, nullptr, plan.training, 1001, notes);
        CHECK(training.batch_size * training.window <= 1001);
        REQUIRE(notes.size() == 1);
        CHECK(notes.front().find("64 streams of 128") != std::string::npos);
    }

    TEST_CASE("streams divide into shards: a plan gives way, a choice is refused with another") {
        TrainingConfig planned;
        planned.batch_size = 32;
        planned.window = 16;
        std::vector<std::string> notes;
        TrainingRequest options;
        options.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 5};
        options.training[&TrainingConfig::shards] = 12;
        CHECK(settle_training(options, nullptr, planned, 100'000, notes).batch_size == 36);
        CHECK_THROWS_WITH_AS(settle_training(options, nullptr, planned, 530, notes),
                             "32 streams of a batch cannot be divided evenly into 12 shards. The "
                             "training part is too small for more streams: choose other --shards.",
                             UsageError);
        options.training[&TrainingConfig::batch_size] = 32;
        CHECK_THROWS_WITH_AS(settle_training(options, nullptr, planned, 100'000, notes),
                             "32 streams of a batch cannot be divided evenly into 12 shards. "
                             "Choose --batch-size 36, or other --shards.",
                             UsageError);
        options.training[&TrainingConfig::shards] = 8;
        CHECK(settle_training(options, nullptr, planned, 100'000, notes).shards == 8);
    }

    TEST_CASE("a refused architecture is named with both values and what to do") {
        const auto stored = stored_run();
        auto options = resuming();
        options.architecture[&LanguageModelConfig::output_input] = OutputInput::top;
        CHECK_THROWS_WITH_AS(
            settle_model(options, stored, 9),
            "--output-input is sum in the model and top here. The architecture is decided once, "
            "when a model is first trained. Leave the option out, or train a new model.",
            UsageError);
    }
}
