#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "cli/command_options.hpp"
#include "cli/option_rows.hpp"
#include "planning/plan.hpp"

namespace carousel {

namespace {

constexpr int k_usual_steps = 2000;

/// What is used for a megabyte of text and so many steps.
const Plan& usual_plan() {
    static const Plan plan = [] {
        PlanRequest request;
        request.corpus.characters = request.corpus.tokens = 1'000'000;
        request.model.vocabulary_size = 65;
        return choose_plan_by_size(request, {LengthKind::steps, k_usual_steps});
    }();
    return plan;
}

/// A default that a plan chooses.
std::string planned(auto value) {
    return fmt::format("by text and length; {} for 1 MB and --steps {}", value, k_usual_steps);
}

/// One of the three ways to bound a training.
OptionValue length(TrainingRequest& o, LengthKind kind, const WholeRange& range) {
    return {"N", format_range(range),
            [&o, kind, range](std::string_view name, const std::string& word) {
                o.length = {.kind = kind,
                            .amount = static_cast<double>(parse_whole(name, word, range))};
            }};
}

void add_model_files(OptionTable& table, TrainingRequest& o) {
    table.add("model", text(o.model, "FILE.carousel"), "where the model goes",
              "models/NAME.carousel, after the first corpus");
    table.add("resume", flag(o.resume),
              "go on from the newest snapshot of --model exactly where it stopped");
    table.add("changed-corpus", flag(o.changed_corpus),
              "with --resume: accept a corpus that has changed");
    table.exclude({"resume", "from"});
    table.exclude({"resume", "preset"});
}

void add_start(OptionTable& table, TrainingRequest& o) {
    table.add("from", text(o.from, "FILE"),
              "start from another model's weights (fine-tune): new characters get new rows, known "
              "ones keep "
              "theirs");
    table.add("validation", text(o.validation, "FILE"),
              "a text to validate on, instead of a part of the corpus");
    table.add("validation-fraction", real(o.validation_fraction, {0, 0.9}),
              "the last part of the text, kept for validation; 0 = none, and the newest model is "
              "the best",
              "0.1");
    table.exclude({"validation", "validation-fraction"});
}

void add_text(OptionTable& table, TrainingRequest& o) {
    const TextSettings preset;
    table.heading("Text");
    add_decoding(table, o, "by byte-order mark, else UTF-8", "error");
    table.add("newlines", choice(o.newlines), "lf turns CR LF and CR into LF",
              std::string(format_value(preset.newlines)));
    table.add("unit", choice(o.unit), "what one character of the model is",
              std::string(format_value(preset.unit)));
    table.add("normalize", choice(o.normalization), "Unicode normalisation of corpus and prompts",
              std::string(format_value(preset.normalization)));
    table.add("min-count", whole(o.min_count, {1, 1'000'000'000}),
              "characters rarer than N are spelled in bytes; from 2 on every text can be read",
              shown(preset.min_count));
}

void add_model(OptionTable& table, TrainingRequest& o) {
    const LanguageModelConfig preset;
    table.heading("Model");
    table.add("preset", choice(o.preset),
              "layers, units, streams and window by name; options win over it",
              "none: text and time choose");
    table.exclude({"preset", "from"});
    table.add("cell", choice(o.cell), "kind of recurrent cell",
              std::string(format_value(usual_plan().model.cell)));
    table.add("layers", whole(o.layers, {1, 16}), "recurrent layers",
              planned(usual_plan().model.layers));
    table.add("hidden-size", whole(o.hidden_size, k_sizes), "units of a layer",
              planned(usual_plan().model.hidden_size));
    table.add("embedding-size", whole(o.embedding_size, k_sizes),
              "numbers that stand for a character", "the hidden size");
    table.add("forget-bias", real(o.forget_bias, {-10, 10}), "first bias of the forget gates",
              shown(preset.forget_bias));
    table.add("output-input", choice(o.output_input),
              "what the output layer reads: the top layer, or the sum of all layers",
              std::string(format_value(usual_plan().model.output_input)));
}

void add_length(OptionTable& table, TrainingRequest& o) {
    table.heading("Length: at most one of these, counted from the first start");
    table.add("epochs", length(o, LengthKind::epochs, k_steps), "passes over the training part");
    table.add("steps", length(o, LengthKind::steps, k_steps), "updates of the weights");
    table.add("time",
              {"90s|10m|2h", "0.1s to 365d",
               [&o](std::string_view name, const std::string& word) {
                   o.length = {.kind = LengthKind::seconds, .amount = parse_seconds(name, word)};
               }},
              "wall time of the whole command", "10m; 2m for the embedded text");
    table.exclude({"epochs", "steps", "time"});
}

void add_learning(OptionTable& table, TrainingRequest& o) {
    const TrainingConfig preset;
    const auto& usual = usual_plan().training;
    table.heading("Learning");
    table.add("batch-size", whole(o.batch_size, k_batches), "streams of text read side by side",
              planned(usual.batch_size));
    table.add("window", whole(o.window, k_batches), "characters of truncated backpropagation",
              planned(usual.window));
    table.add("optimizer", choice(o.optimizer),
              "muon gives recurrent matrices orthogonal steps, adam treats all alike",
              std::string(format_value(preset.optimizer)));
    table.add("learning-rate", real(o.learning_rate, {.low = 0, .high = 10, .without_low = true}),
              "its peak; a third of it in fine-tuning", planned(usual.learning_rate));
    table.add("warmup", whole(o.warmup, {0, k_most_steps}), "steps until the peak",
              "60, or a tenth of a short run");
    table.add("schedule", choice(o.schedule), "how the learning rate falls after its peak",
              std::string(format_value(preset.schedule)));
    table.add("final-learning-rate", real(o.final_learning_rate, {0, 1}),
              "what is left of the peak at the end", "0.0333, a thirtieth");
    table.add("clip", real(o.clip, {0, 1000}), "bound on the global norm of the gradient; 0 = none",
              shown(preset.clip));
    table.add("beta1", real(o.beta1, k_below_one), "Adam's decay of the mean of gradients",
              shown(preset.beta1));
    table.add("beta2", real(o.beta2, k_below_one), "Adam's decay of the mean of their squares",
              shown(preset.beta2));
    table.add("momentum", real(o.momentum, k_below_one), "Muon's decay of the mean of gradients",
              shown(preset.momentum));
    table.add("weight-decay", real(o.weight_decay, {0, 10}), "decoupled weight decay of matrices",
              shown(preset.weight_decay));
    table.add("dropout-input", real(o.dropout_input, k_below_one),
              "share of characters whose rows are dropped", shown(preset.dropout_input));
    table.add("dropout-between", real(o.dropout_between, k_below_one),
              "share of units dropped between layers", planned(usual.dropout_between));
    table.add("dropout-output", real(o.dropout_output, k_below_one),
              "share of units dropped before the output", planned(usual.dropout_output));
    table.add("dropout-recurrent", real(o.dropout_recurrent, k_below_one),
              "share of the recurrent weights dropped (weight-drop)",
              planned(usual.dropout_recurrent));
    table.add("dropout-mask", choice(o.dropout_mask),
              "how long dropped units stay the same; weights always for a window",
              std::string(format_value(preset.dropout_mask)));
    table.add("recurrent-gradient", choice(o.recurrent_gradient),
              "what gradients go back in time through: everything, or the cell's states alone",
              std::string(format_value(preset.recurrent_gradient)));
    table.add("average", real(o.average, k_below_one),
              "decay of a running mean of the weights, kept where it is better; 0 = none",
              shown(preset.average));
    table.add("reset-probability", real(o.reset_probability, {0, 1}),
              "chance that a stream forgets its state before a window",
              shown(preset.reset_probability));
    table.add("patience", whole(o.patience, {0, k_most_steps}),
              "end after N validations without a new best; 0 = never", shown(preset.patience));
    table.add("seed", whole(o.seed, {}), "decides every random draw", shown(preset.seed));
}

void add_run(OptionTable& table, TrainingRequest& o) {
    table.heading("The run");
    add_threads(table, o, "the physical cores at hand");
    table.add("validate-every", whole(o.validate_every, k_steps), "steps between validations",
              "about twenty times in a run");
    table.add("sample-every", whole(o.sample_every, {0, k_most_steps}),
              "steps between samples; 0 = no samples", "a few times in a run");
    table.add("report", text(o.report, "FILE.html"),
              "a page with curves, settings and samples, written anew while it trains");
    table.add("save-every",
              {"N|TIME", "",
               [&o](std::string_view name, const std::string& word) {
                   o.save_every = parse_steps_or_time(name, word);
               }},
              "steps or time between saves", "1m");
    table.add("keep", whole(o.keep, {0, 1'000'000}),
              "keep the last N saves as NAME.step-12000.carousel too", "0");
}

}  // namespace

OptionTable option_table(TrainingRequest& o, GlobalOptions& global) {
    OptionTable table(
        "train [CORPUS...] [OPTION...]",
        "Trains a model on files, directories (all text files in them) or - (standard input). With "
        "no "
        "CORPUS it learns the verses that are built in; with --resume, the corpus of the model.");
    table.heading("Files");
    add_model_files(table, o);
    add_start(table, o);
    add_text(table, o);
    add_model(table, o);
    add_length(table, o);
    add_learning(table, o);
    add_run(table, o);
    add_common(table, global);
    return table;
}

OptionTable option_table(PlanOptions& o, GlobalOptions& global) {
    OptionTable table("plan [CORPUS...] [OPTION...]",
                      "Tells what train would do with the same words: settings, how much it would "
                      "read, the memory, the end, and the loss to be expected.");
    table.heading("Files");
    add_start(table, o);
    add_text(table, o);
    add_model(table, o);
    add_length(table, o);
    add_learning(table, o);
    table.heading("How");
    add_threads(table, o, "the physical cores at hand");
    table.add("json", flag(o.json), "one JSON object");
    add_common(table, global);
    return table;
}

void finish_options(TrainingRequest& o, std::vector<std::string> words) {
    o.corpus = std::move(words);
    require_named_file("model", o.model);
    require_named_file("report", o.report);
    if (o.changed_corpus && !o.resume)
        throw UsageError("--changed-corpus has a meaning only with --resume.");
    if (o.unit != Unit::byte) return;
    const std::pair<const char*, bool> contradictions[] = {
        {"--encoding", o.encoding.has_value()},
        {"--invalid", o.invalid.has_value()},
        {"--newlines lf", o.newlines == Newlines::lf},
        {"--normalize", o.normalization.value_or(Normalization::none) != Normalization::none},
        {"--min-count", o.min_count.value_or(1) != 1},
    };
    for (const auto& [name, given] : contradictions) {
        if (given)
            throw UsageError(
                fmt::format("--unit byte takes the raw bytes of files; {} contradicts it.", name));
    }
}

void finish_options(PlanOptions& o, std::vector<std::string> words) {
    finish_options(static_cast<TrainingRequest&>(o), std::move(words));
}

}  // namespace carousel
