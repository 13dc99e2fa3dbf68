#include "app/training_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "data/batch_iterator.hpp"
#include "model/cell_shapes.hpp"
#include "model/limits.hpp"
#include "model/transformer.hpp"
#include "model/two_nets.hpp"
#include "planning/learning_rules.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

// The stored settings, if those given agree with them. Throws: UsageError.
template <typename Config>
const Config& keep(const Given<Config>& given, const Config& stored, const char* why) {
    given.for_each([&](const auto& setting, const auto& value) {
        if (!setting.fixed || !value || *value == stored.*setting.field) return;
        throw UsageError(fmt::format(
            "--{} is {} in the model and {} here. {} Leave the option out, or train a new model.",
            setting.name, format_value(stored.*setting.field), format_value(*value), why));
    });
    return stored;
}

constexpr const char* k_fixed_text =
    "How text becomes characters is decided once, when a model is first trained.";
constexpr const char* k_fixed_model =
    "The architecture is decided once, when a model is first trained.";
constexpr const char* k_fixed_run = "A resumed run must go on exactly as it began.";

std::string counted(const TrainingLength& length) {
    if (length.kind == LengthKind::seconds) return format_duration(length.amount);
    if (length.amount != std::floor(length.amount)) return fmt::format("{} epochs", length.amount);
    return format_count(static_cast<std::uint64_t>(length.amount),
                        length.kind == LengthKind::steps ? "step" : "epoch");
}

// Sentences about what is given and differs from what a run began with.
void note_changes(const Given<TrainingConfig>& given, const TrainingConfig& stored,
                  std::vector<std::string>& notes) {
    given.for_each([&](const auto& setting, const auto& value) {
        if (!value || *value == stored.*setting.field) return;
        notes.push_back(fmt::format("--{} changes from {} to {}.", setting.name,
                                    format_value(stored.*setting.field), format_value(*value)));
    });
}

}  // namespace

TextSettings settle_text(const TrainingRequest& o, const Snapshot* stored) {
    if (stored != nullptr) return keep(o.text, stored->text, k_fixed_text);
    const auto text = o.text.over({});
    if (text.unit != Unit::byte) return text;
    return {.unit = Unit::byte,  // the file's raw bytes
            .normalization = Normalization::none,
            .newlines = Newlines::keep};
}

DecodingSettings settle_decoding(const TrainingRequest& o, const Snapshot* stored) {
    if (o.resume && stored != nullptr) return keep(o.decoding, stored->decoding, k_fixed_text);
    return o.decoding.over({});
}

LanguageModelConfig settle_model(const TrainingRequest& o, const Snapshot& stored,
                                 std::int64_t vocabulary_size) {
    auto model = keep(o.architecture, stored.model, k_fixed_model);
    model.vocabulary_size = vocabulary_size;
    return model;
}

PlanRequest plan_request(const TrainingRequest& o, const Snapshot* from, const CorpusFacts& corpus,
                         std::int64_t vocabulary_size) {
    using Model = LanguageModelConfig;
    PlanRequest request;
    request.corpus = corpus;
    request.decided = {.cell = o.architecture[&Model::cell],
                       .layers = o.architecture[&Model::layers],
                       .hidden_size = o.architecture[&Model::hidden_size],
                       .embedding_size = o.architecture[&Model::embedding_size],
                       .batch_size = o.training[&TrainingConfig::batch_size],
                       .window = o.training[&TrainingConfig::window]};
    // Of a net that another text has taught Muon's steps are no better than Adam's, and far fewer
    // fit into a short time: docs/recipes.md, "From a model".
    const auto usual = from != nullptr ? OptimizerKind::adam : request.training.optimizer;
    request.training.optimizer = o.training[&TrainingConfig::optimizer].value_or(usual);
    auto& decided = request.decided;
    if (o.preset) {
        const auto& sizes = sizes_of(*o.preset, decided.cell.value_or(request.model.cell));
        decided.layers = decided.layers.value_or(sizes.layers);
        decided.hidden_size = decided.hidden_size.value_or(sizes.hidden_size);
        decided.batch_size = decided.batch_size.value_or(sizes.batch_size);
        decided.window = decided.window.value_or(sizes.window);
    }
    if (from != nullptr) {
        request.model = settle_model(o, *from, vocabulary_size);
        decided.cell = request.model.cell;
        decided.layers = request.model.layers;
        decided.hidden_size = request.model.hidden_size;
        decided.embedding_size = request.model.embedding_size;
        return request;
    }
    auto& model = request.model;
    model = o.architecture.over(model);
    model.vocabulary_size = vocabulary_size;
    return request;
}

TrainingLength settle_length(const TrainingRequest& o) {
    return o.training[&TrainingConfig::length].value_or(
        TrainingLength{LengthKind::seconds, o.corpus.empty() ? 120.0 : 600.0});
}

namespace {

// Streams that divide into shards: more than planned, where nobody chose them and the text is long
// enough.
void fit_shards(TrainingConfig& t, bool chosen, std::uint64_t tokens) {
    const auto rest = t.batch_size % t.shards;
    if (rest == 0) return;
    const auto more = t.batch_size - rest + t.shards;
    const BatchShape shape{.batch_size = more, .window = t.window};
    const bool fits = more <= k_largest_batch && fit_batch_shape(tokens, shape) == shape;
    if (fits && !chosen) {
        t.batch_size = more;
        return;
    }
    throw UsageError(fmt::format(
        "{} of a batch cannot be divided evenly into {}. {}",
        format_count(static_cast<std::uint64_t>(t.batch_size), "stream"),
        format_count(static_cast<std::uint64_t>(t.shards), "shard"),
        fits ? fmt::format("Choose --batch-size {}, or other --shards.", more)
             : "The training part is too small for more streams: choose other --shards."));
}

TrainingConfig begin(const TrainingRequest& o, bool fine_tuned, const TrainingConfig& planned,
                     std::uint64_t tokens, std::vector<std::string>& notes) {
    auto t = planned;
    auto given = o.training;
    auto& batch_size = given[&TrainingConfig::batch_size];
    auto& window = given[&TrainingConfig::window];
    const BatchShape wanted{batch_size.value_or(t.batch_size), window.value_or(t.window)};
    if (wanted != BatchShape{t.batch_size, t.window}) {
        notes.push_back(
            fmt::format("The training part is too small for {} of {}: it is read in {} of {}.",
                        format_count(static_cast<std::uint64_t>(wanted.batch_size), "stream"),
                        format_count(static_cast<std::uint64_t>(wanted.window), "character"),
                        format_count(static_cast<std::uint64_t>(t.batch_size), "stream"),
                        format_count(static_cast<std::uint64_t>(t.window), "character")));
    }
    const bool chosen = batch_size.has_value();
    batch_size.reset();  // the plan has fitted both to the text
    window.reset();
    const bool with_muon =
        given[&TrainingConfig::optimizer].value_or(t.optimizer) == OptimizerKind::muon;
    if (fine_tuned && with_muon)  // near its goal, smaller steps keep a model there
        t.learning_rate = two_digits(t.learning_rate / 3);
    t.length = settle_length(o);
    if (!given[&TrainingConfig::length]) {
        notes.push_back(fmt::format(
            "No length was given: training takes {}. Choose with --time, --epochs or --steps.",
            counted(t.length)));
    }
    t = given.over(t);
    fit_shards(t, chosen, tokens);
    return t;
}

// A resumed run keeps its streams, each of which needs a window.
void require_room(std::uint64_t tokens, BatchShape shape) {
    if (fit_batch_shape(tokens, shape) == shape) return;
    throw InputError(fmt::format(
        "The text is too short for this run to go on: its {} of {} characters need {}, and the "
        "training part has {}. Give more text, or start a new training from these weights with "
        "--from.",
        format_count(static_cast<std::uint64_t>(shape.batch_size), "stream"),
        format_count(static_cast<std::uint64_t>(shape.window)),
        format_count(static_cast<std::uint64_t>(shape.batch_size * shape.window), "symbol"),
        format_count(tokens)));
}

TrainingConfig resume(const TrainingRequest& o, const Snapshot& stored, std::uint64_t tokens,
                      std::vector<std::string>& notes) {
    const auto& before = stored.training;
    require_room(tokens, {.batch_size = before.batch_size, .window = before.window});
    auto given = o.training;
    auto& batch_size = given[&TrainingConfig::batch_size];
    auto& window = given[&TrainingConfig::window];
    // The first start may have shrunk what is asked for again.
    const auto fitted =
        fit_batch_shape(tokens, {.batch_size = batch_size.value_or(before.batch_size),
                                 .window = window.value_or(before.window)});
    if (fitted.batch_size == before.batch_size) batch_size.reset();
    if (fitted.window == before.window) window.reset();
    auto t = given.over(keep(given, before, k_fixed_run));

    auto& length = given[&TrainingConfig::length];
    if (length && length->kind == LengthKind::steps &&
        length->amount < static_cast<double>(stored.step)) {
        throw UsageError(fmt::format(
            "--steps {} is behind the run, which has made {} steps. It counts them all: give more.",
            length->amount, format_count(stored.step)));
    }
    if (length && *length != before.length) {
        notes.push_back(
            fmt::format("The length changes from {} to {} in all: the learning-rate schedule is "
                        "stretched to it.",
                        counted(before.length), counted(*length)));
    }
    length.reset();
    note_changes(given, before, notes);
    return t;
}

}  // namespace

TrainingConfig settle_training(const TrainingRequest& o, const Snapshot* stored,
                               const TrainingConfig& planned, std::uint64_t tokens,
                               std::vector<std::string>& notes) {
    if (o.resume && stored != nullptr) return resume(o, *stored, tokens, notes);
    return begin(o, stored != nullptr, planned, tokens, notes);
}
std::vector<std::string> idle_options(const TrainingRequest& o, const LanguageModelConfig& model,
                                      const TrainingConfig& training) {
    const auto& cell = cell_shape(model.cell);
    std::vector<std::string> notes;
    const auto note = [&](const auto& given, auto field, const std::string& why) {
        if (given[field])
            notes.push_back(fmt::format("--{} has no effect: {}.", setting_of(field).name, why));
    };
    using T = TrainingConfig;
    const auto word = format_value(model.cell);
    if (training.schedule == Schedule::constant)
        note(o.training, &T::final_learning_rate, "the rate is constant");
    if (training.optimizer == OptimizerKind::adam)
        note(o.training, &T::momentum, "it is Muon's, and the optimizer is adam");
    if (model.layers == 1 && !is_transformer(model))
        note(o.training, &T::dropout_between, "there is one layer");
    if (o.teachers.empty()) {
        note(o.training, &T::teacher_share, "there is no --teacher");
        note(o.training, &T::teacher_temperature, "there is no --teacher");
    }
    if (!is_transformer(model))
        note(o.architecture, &LanguageModelConfig::heads,
             fmt::format("{} has no attention heads", word));
    if (cell.forget_gate < 0)
        note(o.architecture, &LanguageModelConfig::forget_bias,
             fmt::format("{} has no forget gate", word));
    if (!units_meet(cell)) {
        note(o.training, &T::dropout_recurrent, fmt::format("{} has no recurrent weights", word));
        note(o.training, &T::recurrent_gradient,
             is_transformer(model) ? "a transformer has no gates"
                                   : fmt::format("the gates of {} do not see the past", word));
    }
    return notes;
}

std::vector<NamedTensor> first_weights(const LanguageModelConfig& config, std::uint64_t seed,
                                       const Machine& machine) {
    std::vector<NamedTensor> weights;
    for (const auto way : ways_of(config)) {
        auto net = machine.initial_weights(one_net(config), seed);
        auto& embedding = net.front().values;
        const auto row = embedding.begin() + Vocabulary::k_separator * config.embedding_size;
        std::fill_n(row, config.embedding_size, 0.0F);
        append_tensors(way, std::move(net), weights);
    }
    return weights;
}

}  // namespace carousel
