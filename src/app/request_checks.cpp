#include "app/request_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/words.hpp"
#include "model/limits.hpp"
#include "planning/plan.hpp"

namespace carousel {

namespace {

void require_adapt(bool adapt, const Given<AdaptationConfig>& given) {
    if (adapt || !given.any()) return;
    throw UsageError(
        "--adapt-learning-rate, --adapt-decay and --adapt-segment have a meaning only with "
        "--adapt.");
}

// Sizes that a Transformer cannot have; what a model that is trained further has decided is held
// against those given later.
void require_net(const TrainingRequest& request) {
    using Model = LanguageModelConfig;
    const auto& given = request.architecture;
    if (given[&Model::cell] != CellKind::transformer) return;
    const auto heads = given[&Model::heads].value_or(0);
    auto units = given[&Model::hidden_size];
    const auto numbers = given[&Model::embedding_size];
    if (numbers && units != numbers)
        throw UsageError(
            "A transformer adds to its embeddings: their size is the hidden size. Leave out "
            "--embedding-size.");
    if (given[&Model::output_input] == OutputInput::sum)
        throw UsageError(
            "The top layer of a transformer is the sum of all layers already. Leave out "
            "--output-input.");
    if (heads == 0) return;
    if (!units && request.preset) {
        units = sizes_of(*request.preset, CellKind::transformer).hidden_size;
        if (*units % heads != 0)
            throw UsageError(fmt::format(
                "--heads {} do not divide the {} units of --preset {}: each head has as many. Give "
                "other --heads, or a --hidden-size.",
                heads, *units, format_value(*request.preset)));
    }
    if (units && *units % heads != 0)
        throw UsageError(
            fmt::format("--heads {} do not divide --hidden-size {}: each head has as many units.",
                        heads, *units));
    if (!units && !heads_divide_a_plan(heads))
        throw UsageError(fmt::format(
            "--heads {} divide none of the hidden sizes that are planned. Give a --hidden-size, "
            "such as {}.",
            heads, heads * std::clamp<std::int64_t>(k_largest_size / heads, 1, 32)));
}

}  // namespace

void require_consistent(const TrainingRequest& request) {
    if (!request.resume && !request.from) require_net(request);
    if (request.changed_corpus && !request.resume)
        throw UsageError("--changed-corpus has a meaning only with --resume.");
    if (request.resume && !request.teachers.empty()) {
        throw UsageError(
            "A resumed run has the teachers that it began with: leave --teacher out, or train a new "
            "model.");
    }
    if (request.corpus.empty() && !request.resume &&
        !(request.include.empty() && request.exclude.empty())) {
        throw UsageError(
            "--include and --exclude choose among the files of a directory: name one as CORPUS.");
    }
    if (request.text[&TextSettings::unit] != Unit::byte) return;
    const auto text = request.text.over(
        {.unit = Unit::byte, .normalization = Normalization::none, .newlines = Newlines::keep});
    const std::pair<const char*, bool> contradictions[] = {
        {"--encoding", request.decoding[&DecodingSettings::encoding].has_value()},
        {"--invalid", request.decoding[&DecodingSettings::invalid].has_value()},
        {"--newlines lf", text.newlines == Newlines::lf},
        {"--normalize", text.normalization != Normalization::none},
        {"--min-count", text.min_count != 1},
    };
    for (const auto& [name, given] : contradictions) {
        if (given)
            throw UsageError(
                fmt::format("--unit byte takes the raw bytes of files; {} contradicts it.", name));
    }
}

void require_consistent(const GenerationRequest& request) {
    require_adapt(request.adapt.has_value(), request.adaptation);
    if (request.adapt && !request.mix.empty())
        throw UsageError(
            "--adapt teaches one model, and --mix asks for several: give one of them.");
    if (request.adapt == "-" && request.prompt_file == "-")
        throw UsageError("--adapt and --prompt-file cannot both be standard input (-).");
    const bool documents_end = request.documents.value_or(0) > 0;
    if (request.length == 0 && !request.stop && !documents_end &&
        (request.count > 1 || request.json)) {
        throw UsageError(fmt::format(
            "{} waits for whole samples, and with --length 0 they might not end: give a "
            "--length, a --stop or a number of --documents.",
            request.json ? "--json" : "--count"));
    }
}

void require_consistent(const EvaluationRequest& request) {
    require_adapt(request.adapt, request.adaptation);
    const bool learns = request.adapt || request.mix_ngram;
    const char* const option = request.adapt ? "--adapt" : "--mix-ngram";
    if (learns && !request.mix.empty()) {
        throw UsageError(fmt::format(
            "{} is for one model, and --mix asks for several: give one of them.", option));
    }
    if (request.html && !request.mix.empty()) {
        throw UsageError(
            "--html draws one model, with its settings, curves and samples, and --mix asks for "
            "several: give one of them.");
    }
    if (learns && request.protocol == Protocol::windows) {
        throw UsageError(
            fmt::format("{} learns from the text as one stream; --protocol windows contradicts it. "
                        "Use --protocol stream or both.",
                        option));
    }
    if (learns && request.precision && request.precision != Precision::float32) {
        throw UsageError(fmt::format("{} computes in float32; --precision {} contradicts it.",
                                     option, format_value(*request.precision)));
    }
    if (request.baseline_order && !request.baseline) {
        throw UsageError("--baseline-order has a meaning only with --baseline.");
    }
    const bool characters = request.per_character == "-", lines = request.per_line == "-";
    if ((characters || lines) && (request.json || characters == lines)) {
        throw UsageError(fmt::format(
            "{} and {} would both write to standard output: give one of them a file.",
            characters ? "--per-character" : "--per-line", request.json ? "--json" : "--per-line"));
    }
}

}  // namespace carousel
