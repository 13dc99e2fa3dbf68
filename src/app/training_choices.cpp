#include "app/training_choices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "cpu/initialization.hpp"
#include "data/batch_iterator.hpp"
#include "planning/learning_rules.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

namespace {

template <typename Value>
std::string shown(const Value& value) {
    if constexpr (std::is_enum_v<Value>) {
        return std::string(format_value(value));
    } else {
        return fmt::format("{}", value);
    }
}

// The given value if it agrees with the stored one.
template <typename Given, typename Value>
Value keep(const char* option, const std::optional<Given>& given, const Value& stored,
           const char* why) {
    if (!given || static_cast<Value>(*given) == stored) return stored;
    throw UsageError(fmt::format(
        "{} is {} in the model and {} here. {} Leave the option out, or train a new model.", option,
        shown(stored), shown(static_cast<Value>(*given)), why));
}

constexpr const char* k_fixed_text =
    "How text becomes characters is decided once, when a model is first trained.";
constexpr const char* k_fixed_model =
    "The architecture is decided once, when a model is first trained.";
constexpr const char* k_fixed_run = "A resumed run must go on exactly as it began.";

std::string shown_length(const TrainingLength& length) {
    if (length.kind == LengthKind::seconds) return format_duration(length.amount);
    if (length.amount != std::floor(length.amount)) return fmt::format("{} epochs", length.amount);
    return format_count(static_cast<std::uint64_t>(length.amount),
                        length.kind == LengthKind::steps ? "step" : "epoch");
}

// Takes an option that may differ from the stored run, and says so when it does.
template <typename Given, typename Value>
void take(const char* option, const std::optional<Given>& given, Value& value, bool resumed,
          std::vector<std::string>& notes) {
    if (!given || static_cast<Value>(*given) == value) return;
    if (resumed)
        notes.push_back(fmt::format("{} changes from {} to {}.", option, shown(value),
                                    shown(static_cast<Value>(*given))));
    value = static_cast<Value>(*given);
}

}  // namespace

TextSettings choose_text(const TrainingRequest& o, const Snapshot* stored) {
    if (stored != nullptr) {
        const auto& s = stored->text;
        return {
            .unit = keep("--unit", o.unit, s.unit, k_fixed_text),
            .normalization = keep("--normalize", o.normalization, s.normalization, k_fixed_text),
            .newlines = keep("--newlines", o.newlines, s.newlines, k_fixed_text),
            .min_count = keep("--min-count", o.min_count, s.min_count, k_fixed_text)};
    }
    TextSettings text;
    text.unit = o.unit.value_or(text.unit);
    if (text.unit == Unit::byte) {  // the file's raw bytes
        text.normalization = Normalization::none;
        text.newlines = Newlines::keep;
        return text;
    }
    text.normalization = o.normalization.value_or(text.normalization);
    text.newlines = o.newlines.value_or(text.newlines);
    text.min_count = o.min_count.value_or(text.min_count);
    return text;
}

DecodingSettings choose_decoding(const TrainingRequest& o, const Snapshot* stored) {
    if (o.resume && stored != nullptr) {
        return {.encoding = keep("--encoding", o.encoding, stored->decoding.encoding, k_fixed_text),
                .invalid = keep("--invalid", o.invalid, stored->decoding.invalid, k_fixed_text)};
    }
    return {.encoding = o.encoding.value_or(""),
            .invalid = o.invalid.value_or(InvalidInput::error)};
}

LanguageModelConfig keep_model(const TrainingRequest& o, const Snapshot& stored,
                               std::int64_t vocabulary_size) {
    auto model = stored.model;
    model.cell = keep("--cell", o.cell, model.cell, k_fixed_model);
    model.layers = keep("--layers", o.layers, model.layers, k_fixed_model);
    model.hidden_size = keep("--hidden-size", o.hidden_size, model.hidden_size, k_fixed_model);
    model.embedding_size =
        keep("--embedding-size", o.embedding_size, model.embedding_size, k_fixed_model);
    model.forget_bias = keep("--forget-bias", o.forget_bias, model.forget_bias, k_fixed_model);
    model.output_input = keep("--output-input", o.output_input, model.output_input, k_fixed_model);
    model.vocabulary_size = vocabulary_size;
    return model;
}

PlanRequest plan_request(const TrainingRequest& o, const Snapshot* from, const CorpusFacts& corpus,
                         std::int64_t vocabulary_size) {
    PlanRequest request;
    request.corpus = corpus;
    request.decided = {.layers = o.layers,
                       .hidden_size = o.hidden_size,
                       .embedding_size = o.embedding_size,
                       .batch_size = o.batch_size,
                       .window = o.window};
    request.training.optimizer = o.optimizer.value_or(request.training.optimizer);
    auto& decided = request.decided;
    if (o.preset) {
        const auto& sizes = sizes_of(*o.preset);
        decided.layers = o.layers.value_or(sizes.layers);
        decided.hidden_size = o.hidden_size.value_or(sizes.hidden_size);
        decided.batch_size = o.batch_size.value_or(sizes.batch_size);
        decided.window = o.window.value_or(sizes.window);
    }
    if (from != nullptr) {
        request.model = keep_model(o, *from, vocabulary_size);
        decided.layers = request.model.layers;
        decided.hidden_size = request.model.hidden_size;
        decided.embedding_size = request.model.embedding_size;
        return request;
    }
    auto& model = request.model;
    model.cell = o.cell.value_or(model.cell);
    model.vocabulary_size = vocabulary_size;
    model.forget_bias = o.forget_bias.value_or(model.forget_bias);
    model.output_input = o.output_input.value_or(model.output_input);
    return request;
}

TrainingLength choose_length(const TrainingRequest& o) {
    return o.length.value_or(TrainingLength{LengthKind::seconds, o.corpus.empty() ? 120.0 : 600.0});
}

TrainingConfig choose_training(const TrainingRequest& o, const Snapshot* stored,
                               const TrainingConfig& planned, std::uint64_t tokens,
                               std::vector<std::string>& notes) {
    const bool resumed = o.resume && stored != nullptr;
    TrainingConfig t;
    if (resumed) {
        t = stored->training;
        const auto wanted =
            fit_batch_shape(tokens, {.batch_size = o.batch_size.value_or(t.batch_size),
                                     .window = o.window.value_or(t.window)});
        if (o.batch_size && wanted.batch_size != t.batch_size)
            keep("--batch-size", o.batch_size, t.batch_size, k_fixed_run);
        if (o.window && wanted.window != t.window)
            keep("--window", o.window, t.window, k_fixed_run);
        keep("--seed", o.seed, t.seed, k_fixed_run);
        keep("--optimizer", o.optimizer, t.optimizer, k_fixed_run);
    } else {
        t = planned;
        if (stored != nullptr)
            t.learning_rate =
                two_digits(t.learning_rate / 3);  // near its goal, smaller steps keep a model there
        t.seed = o.seed.value_or(t.seed);
        t.optimizer = o.optimizer.value_or(t.optimizer);
        const BatchShape wanted{o.batch_size.value_or(t.batch_size), o.window.value_or(t.window)};
        if (wanted != BatchShape{t.batch_size, t.window}) {
            notes.push_back(
                fmt::format("The training part is too small for {} streams of {} characters: {} "
                            "streams of {} are used.",
                            wanted.batch_size, wanted.window, t.batch_size, t.window));
        }
        t.length = choose_length(o);
        if (!o.length) {
            notes.push_back(fmt::format(
                "No length was given: training takes {}. Choose with --time, --epochs or --steps.",
                shown_length(t.length)));
        }
    }
    if (resumed && o.length && o.length->kind == LengthKind::steps &&
        o.length->amount < static_cast<double>(stored->step)) {
        throw UsageError(fmt::format(
            "--steps {} is behind the run, which has made {} steps. It counts them all: give more.",
            o.length->amount, format_count(stored->step)));
    }
    if (resumed && o.length && *o.length != t.length) {
        notes.push_back(
            fmt::format("The length changes from {} to {} in all: the learning-rate schedule is "
                        "stretched to it.",
                        shown_length(t.length), shown_length(*o.length)));
        t.length = *o.length;
    }
    take("--learning-rate", o.learning_rate, t.learning_rate, resumed, notes);
    take("--warmup", o.warmup, t.warmup, resumed, notes);
    take("--schedule", o.schedule, t.schedule, resumed, notes);
    take("--final-learning-rate", o.final_learning_rate, t.final_learning_rate, resumed, notes);
    take("--clip", o.clip, t.clip, resumed, notes);
    take("--beta1", o.beta1, t.beta1, resumed, notes);
    take("--beta2", o.beta2, t.beta2, resumed, notes);
    take("--momentum", o.momentum, t.momentum, resumed, notes);
    take("--weight-decay", o.weight_decay, t.weight_decay, resumed, notes);
    take("--dropout-input", o.dropout_input, t.dropout_input, resumed, notes);
    take("--dropout-between", o.dropout_between, t.dropout_between, resumed, notes);
    take("--dropout-output", o.dropout_output, t.dropout_output, resumed, notes);
    take("--dropout-recurrent", o.dropout_recurrent, t.dropout_recurrent, resumed, notes);
    take("--dropout-mask", o.dropout_mask, t.dropout_mask, resumed, notes);
    take("--recurrent-gradient", o.recurrent_gradient, t.recurrent_gradient, resumed, notes);
    take("--average", o.average, t.average, resumed, notes);
    take("--reset-probability", o.reset_probability, t.reset_probability, resumed, notes);
    take("--patience", o.patience, t.patience, resumed, notes);
    return t;
}

std::vector<std::string> idle_options(const TrainingRequest& o, const LanguageModelConfig& model,
                                      const TrainingConfig& training) {
    const auto& cell = cell_shape(model.cell);
    std::vector<std::string> notes;
    const auto note = [&](bool given, const char* option, const std::string& why) {
        if (given) notes.push_back(fmt::format("{} has no effect: {}.", option, why));
    };
    const auto word = format_value(model.cell);
    if (training.schedule == Schedule::constant)
        note(o.final_learning_rate.has_value(), "--final-learning-rate", "the rate is constant");
    if (training.optimizer == OptimizerKind::adam)
        note(o.momentum.has_value(), "--momentum", "it is Muon's, and the optimizer is adam");
    if (model.layers == 1)
        note(o.dropout_between.has_value(), "--dropout-between", "there is one layer");
    if (cell.forget_gate < 0)
        note(o.forget_bias.has_value(), "--forget-bias",
             fmt::format("{} has no forget gate", word));
    if (!units_meet(cell)) {
        note(o.dropout_recurrent.has_value(), "--dropout-recurrent",
             fmt::format("{} has no recurrent weights", word));
        note(o.recurrent_gradient.has_value(), "--recurrent-gradient",
             fmt::format("the gates of {} do not see the past", word));
    }
    return notes;
}

std::vector<NamedTensor> first_weights(const LanguageModelConfig& config, std::uint64_t seed,
                                       ThreadPool& pool) {
    auto weights = initial_weights(config, seed, pool);
    auto& embedding = weights.front().values;
    const auto row = embedding.begin() + Vocabulary::k_separator * config.embedding_size;
    std::fill_n(row, config.embedding_size, 0.0F);
    return weights;
}

}  // namespace carousel
