#include "app/evaluation_run.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/adapted_model.hpp"
#include "app/corpus_names.hpp"
#include "app/model_predictor.hpp"
#include "app/output_files.hpp"
#include "app/page_parts.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/shown_path.hpp"
#include "base/words.hpp"
#include "evaluation/adaptive_evaluator.hpp"
#include "evaluation/baseline.hpp"
#include "evaluation/evaluator.hpp"
#include "snapshot/model_files.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

using OutputPath = std::optional<fs::path>;

constexpr std::string_view k_counting = "counting what follows what in the training part";

void require_different(const char* option, const OutputPath& path, const char* other,
                       const OutputPath& other_path) {
    if (!path || !other_path || *path == "-" || !is_same_file(*path, *other_path)) return;
    throw UsageError(fmt::format("--{} and --{} would both write {}. Name two files.", option,
                                 other, shown_path(*path)));
}

// Before anything long is begun. `read`: what no output may replace.
void require_output_files(const EvaluationRequest& request, std::vector<fs::path> read) {
    read.insert(read.end(), request.corpus.begin(), request.corpus.end());
    const auto require = [&](const char* option, const OutputPath& path, OwnFile kind) {
        if (path) require_output_file(option, *path, kind, read);
    };
    require("per-character", request.per_character, OwnFile::character_list);
    require("per-line", request.per_line, OwnFile::line_list);
    require("html", request.html, OwnFile::page);
    require_different("per-character", request.per_character, "per-line", request.per_line);
    require_different("per-character", request.per_character, "html", request.html);
    require_different("per-line", request.per_line, "html", request.html);
}

// The training and validation parts are those of the model's own corpus, cut as its training cut
// it.
CorpusPart find_part(const EvaluationRequest& request, const CorpusRecord& record,
                     const Corpus& corpus) {
    if (request.part == Part::all) return corpus.whole();
    const bool validation = request.part == Part::validation;
    const bool from_file = validation && record.validation;
    const auto& wanted = from_file ? record.validation->fingerprint : record.fingerprint;
    if (wanted == Sha256Digest{}) {
        throw UsageError(fmt::format(
            "--part {} is cut from the text that the model was trained with, and this model does not "
            "know it: its weights come from elsewhere, or are a mean of models of different texts. "
            "Leave --part out to evaluate the whole of this text.",
            format_value(request.part)));
    }
    if (corpus.fingerprint() != wanted) {
        throw UsageError(fmt::format(
            "--part {} is cut from the text that the model was trained with, {}, and the text named "
            "here is another one: its fingerprint is {}, not {}. Name that text, or leave --part "
            "out to evaluate the whole of this one.",
            format_value(request.part),
            shown_paths(from_file ? std::vector{record.validation->path} : record.paths),
            to_hex(corpus.fingerprint()), to_hex(wanted)));
    }
    if (from_file) return corpus.whole();
    const auto [training, held_out] = corpus.split(record.validation_fraction);
    if (validation && held_out.characters == 0) {
        throw UsageError(
            "The model was trained on the whole text: there is no validation part. Use --part all "
            "or --part train.");
    }
    return validation ? held_out : training;
}

// The share of a part that the model learned from.
double learned_share(Part part, const CorpusRecord& record, const Corpus& corpus) {
    if (part == Part::validation || corpus.fingerprint() != record.fingerprint) return 0;
    if (part == Part::train) return 1;
    const auto training = corpus.split(record.validation_fraction).training;
    return static_cast<double>(training.characters) / static_cast<double>(corpus.characters());
}

/// Hands each character on, and tells how many of the part have been read.
SurprisalVisitor with_progress(std::string what, const CorpusPart& part, const TellWork& tell,
                               SurprisalVisitor visitor) {
    return [what = std::move(what), all = static_cast<double>(part.characters), &tell,
            visitor = std::move(visitor), done = 0.0](const CharacterSurprisal& character) mutable {
        if (visitor) visitor(character);
        tell(Progress{what, ++done / all});
    };
}

fs::path model_of(const EvaluationRequest& request, const TellWork& tell) {
    auto path = find_model(
        request.mix.empty() ? request.model : std::optional(request.mix.front().model), tell);
    std::vector<fs::path> read{path};
    for (const auto& part : request.mix) read.push_back(model_file(part.model));
    require_output_files(request, std::move(read));
    return path;
}

std::optional<ModelMix> mix_of(const EvaluationRequest& request, LoadedModel& first) {
    if (request.mix.empty()) return std::nullopt;
    return ModelMix(request.mix, first);
}

// Whether two models were cut off the same part of the same text.
bool have_same_parts(const CorpusRecord& a, const CorpusRecord& b) {
    return a.fingerprint == b.fingerprint && a.validation_fraction == b.validation_fraction &&
           a.validation.has_value() == b.validation.has_value() &&
           (!a.validation || a.validation->fingerprint == b.validation->fingerprint);
}

// What it was made from is safe, too.
LoadedModel load(const EvaluationRequest& request, const fs::path& path) {
    auto loaded = load_model(path);
    require_output_files(request, files_named_by(loaded.snapshot));
    return loaded;
}

}  // namespace

EvaluationRun::EvaluationRun(const EvaluationRequest& request, const TellWork& tell)
    : request_(request),
      tell_(tell),
      path_(model_of(request, tell)),
      loaded_(load(request, path_)),
      mix_(mix_of(request, loaded_)),
      text_(loaded_, path_, tell),
      corpus_(text_.read({request.corpus, request.include, request.exclude},
                         request.decoding.over(loaded_.snapshot.decoding))),
      part_(find_part(request, loaded_.snapshot.corpus, corpus_)) {
    if (request.baseline || request.mix_ngram) {
        training_.emplace(
            text_.find_training(corpus_, request.baseline ? "--baseline" : "--mix-ngram"));
    }
    warn_of_other_parts();
    start_lists();
}

// What one model of a mix was not to see may be what another one learned from.
void EvaluationRun::warn_of_other_parts() const {
    if (!mix_ || request_.part != Part::validation) return;
    for (std::size_t i = 0; i < mix_->others().size(); ++i) {
        if (have_same_parts(mix_->others()[i].corpus, loaded_.snapshot.corpus)) continue;
        tell_(Warning{fmt::format(
            "{} was trained on another text than {}, or on another part of it: it may have learned "
            "from what is measured here.",
            shown_path(model_file(request_.mix[i + 1].model)), shown_path(path_))});
    }
}

// What is measured: one at a time, but for a mix, which is made once.
const Model& EvaluationRun::model_on(int threads) {
    const auto& snapshot = loaded_.snapshot;
    if (mix_) {
        if (mixed_ == nullptr) mixed_ = &mix_->on_threads(threads, loaded_);
        return *mixed_;
    }
    own_.reset();
    own_.emplace(model_on_threads(threads, snapshot.model, snapshot.weights));
    return *own_->model;
}

// Also anew, for the characters of another reading.
void EvaluationRun::start_lists() {
    files_.emplace(SurprisalFiles::Paths{request_.per_character, request_.per_line}, corpus_,
                   text_.scratch_folder());
    if (request_.html) page_.emplace(corpus_);
}

EvaluationReport EvaluationRun::measure() {
    const auto& record = loaded_.snapshot.corpus;
    EvaluationReport report{.model = path_,
                            .mix = request_.mix,
                            .corpus = request_.corpus,
                            .part = request_.part,
                            .precision = request_.precision.value_or(
                                request_.adapt || request_.mix_ngram ? Precision::float32
                                : mix_                               ? mix_->precision()
                                                                     : loaded_.snapshot.precision),
                            .threads = request_.threads};
    report.learned = learned_share(request_.part, record, corpus_);
    if (request_.adapt) report.adaptation = request_.adaptation.over({});
    if (training_) report.baseline_symbols = counted_symbols(training_->part);
    report.measurements = measure_model(report.precision);
    if (request_.baseline) {
        tell_(Progress{k_counting});
        add_baseline(report);
    }
    return report;
}

Measurement EvaluationRun::measure_stream(Precision precision, const SurprisalVisitor& visitor) {
    const auto& model = model_on(threads_to_read(loaded_.snapshot.model, request_.threads));
    Measurement stream{.name = "stream", .label = "stream"};
    stream.metrics = evaluate_stream(model, corpus_, part_, precision,
                                     with_progress("reading as one stream", part_, tell_, visitor),
                                     likely(visitor != nullptr));
    return stream;
}

Measurement EvaluationRun::measure_adaptively(const SurprisalVisitor& visitor) {
    const auto& model = model_on(threads_to_adapt(loaded_.snapshot.model, request_.threads));
    DynamicEvaluation reader(model, request_.adaptation.over({}));
    Measurement stream{.name = "stream", .label = "stream, adaptive", .adaptive = true};
    stream.metrics = evaluate_adaptively(
        reader, corpus_, part_, with_progress("reading and learning", part_, tell_, visitor),
        likely(visitor != nullptr));
    return stream;
}

// The model, as it learns where that is asked for, and an n-gram of its training part.
Measurement EvaluationRun::measure_mixture() {
    tell_(Progress{k_counting});
    const Corpus& counted = training_->own ? *training_->own : corpus_;
    const auto adaptation =
        request_.adapt ? std::optional(request_.adaptation.over({})) : std::nullopt;
    ModelPredictor predictor(loaded_,
                             {.adaptation = adaptation,
                              .ngrams = counted_ngrams(counted, training_->part, k_mixed_order),
                              .threads = request_.threads});
    Measurement mixture{.name = "mixture",
                        .label = adaptation ? "stream, adaptive, with adaptive n-gram"
                                            : "stream with adaptive n-gram",
                        .adaptive = true,
                        .order = k_mixed_order};
    mixture.metrics = evaluate_predictor(
        predictor, corpus_, part_, with_progress("reading and mixing", part_, tell_, visitor()),
        likely(true));
    return mixture;
}

// A text that is harder for the model that learns from it is told by the model as it was: its row
// comes first then, and the lists are those of that row. A mixture comes first where one is asked
// for.
std::vector<Measurement> EvaluationRun::measure_streams(Precision precision) {
    std::vector<Measurement> streams;
    if (request_.mix_ngram) streams.push_back(measure_mixture());
    const auto see = streams.empty() ? visitor() : SurprisalVisitor{};
    if (!request_.adapt) {
        streams.push_back(measure_stream(precision, see));
        return streams;
    }
    auto fixed = measure_stream(precision, {});
    auto adaptive = measure_adaptively(see);
    const bool worse = nats_per_character(adaptive.metrics) > nats_per_character(fixed.metrics);
    if (worse && see) {
        start_lists();
        measure_stream(precision, visitor());
    }
    if (worse) std::swap(adaptive, fixed);
    streams.push_back(std::move(adaptive));
    streams.push_back(std::move(fixed));
    return streams;
}

// The model's own measurements, the one that was asked for first. Whoever wants the characters sees
// those of that one.
std::vector<Measurement> EvaluationRun::measure_model(Precision precision) {
    const auto& model = loaded_.snapshot.model;
    std::vector<Measurement> measurements;
    if (request_.protocol != Protocol::windows) measurements = measure_streams(precision);
    // Where both are welcome, a text that is shorter than a window has none.
    const auto window = request_.window;
    const bool fits = part_.characters > static_cast<std::uint64_t>(window);
    if (request_.protocol == Protocol::both && !fits) {
        tell_(Note{fmt::format(
            "A window of {} characters does not fit into this text: there is no row for it.",
            window)});
    }
    if (request_.protocol == Protocol::windows || (request_.protocol == Protocol::both && fits)) {
        const auto& read = model_on(threads_for(model, k_windows_side_by_side, request_.threads));
        Measurement windows{
            .name = "windows", .label = fmt::format("windows of {}", window), .window = window};
        windows.metrics =
            evaluate_windows(read, corpus_, part_, window, precision,
                             with_progress("reading in " + windows.label, part_, tell_,
                                           measurements.empty() ? visitor() : SurprisalVisitor{}),
                             likely(measurements.empty()));
        measurements.push_back(windows);
    }
    return measurements;
}

// Likely symbols that somebody wants to be told, of the measurement that is shown.
std::int64_t EvaluationRun::likely(bool is_shown) const {
    return page_ && is_shown ? EvaluationPage::k_likely : 0;
}

// Shows each character to those who want it.
SurprisalVisitor EvaluationRun::visitor() {
    auto lists = files_->visitor();
    if (!page_) return lists;
    return [this, lists = std::move(lists)](const CharacterSurprisal& character) {
        if (lists) lists(character);
        page_->add(character);
    };
}

void EvaluationRun::add_baseline(EvaluationReport& report) const {
    const int order = request_.baseline_order.value_or(k_baseline_order);
    const auto baseline = evaluate_baseline(training_->own ? *training_->own : corpus_,
                                            training_->part, corpus_, part_, order);
    Measurement ngram{.name = "ngram", .label = fmt::format("{}-gram", order), .order = order};
    ngram.metrics = baseline.fixed;
    report.measurements.push_back(ngram);
    ngram.adaptive = true;
    ngram.label += ", adaptive";
    ngram.metrics = baseline.adaptive;
    report.measurements.push_back(ngram);
}

void EvaluationRun::write_page(const EvaluationReport& report) {
    if (page_) carousel::write_page(*request_.html, page_->html(report, loaded_, request_.command));
}

}  // namespace carousel
