#include "app/activation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "model/machine.hpp"
#include "model/model.hpp"
#include "snapshot/model_files.hpp"
#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_fewest_characters = 50;
constexpr std::size_t k_telling_units = 6;  // of each feature and each boundary
constexpr std::int64_t k_likely = 5;

// Floats of a trace, all layers together: half a gigabyte.
constexpr std::size_t k_most_numbers = std::size_t{1} << 27;

// Code points of a character, at the most; a text of longer ones is read in part.
constexpr std::size_t k_bytes_of_character = 64;

std::size_t most_characters(const LanguageModelConfig& config) {
    const auto numbers = static_cast<std::size_t>(config.layers * config.hidden_size) *
                         cell_view(config.cell).signals.size();
    return std::clamp(k_most_numbers / std::max<std::size_t>(1, numbers), k_fewest_characters,
                      k_most_inspected);
}

// As much of a text as so many characters can take, in whole code points.
std::string_view beginning(std::string_view text, std::size_t characters) {
    if (text.size() <= characters * k_bytes_of_character) return text;
    auto end = characters * k_bytes_of_character;
    while (end > 0 && is_continuation(text[end])) --end;
    return text.substr(0, end);
}

std::unique_ptr<Tracer> tracer_of(const Model& model, Precision precision) {
    auto tracer = model.tracer(precision);
    if (tracer && !cell_view(model.config().cell).signals.empty()) return tracer;
    throw UsageError(
        "--activations shows the gates and the memory of recurrent cells; this model has none.");
}

ForEach side_by_side(const Machine& machine) {
    return [&machine](std::size_t count, const std::function<void(std::size_t)>& work) {
        machine.for_each(static_cast<std::int64_t>(count),
                         [&](std::int64_t i) { work(static_cast<std::size_t>(i)); });
    };
}

/// What random weights tell of a text already, before anything was learned.
std::vector<FeatureReport> untrained_features(const OwnModel& own, const InspectedText& text,
                                              std::span<const TextFeature> features,
                                              std::uint64_t seed) {
    const auto& config = own.model->config();
    const auto fresh = own.machine->model(config, own.machine->initial_weights(config, seed));
    const auto trace = trace_units(*tracer_of(*fresh, Precision::float32), config, text, k_likely);
    return find_telling_units(trace, features, 1, side_by_side(*own.machine));
}

double measured_of(const std::vector<FeatureReport>& reports, const std::string& name) {
    const auto found = std::ranges::find(reports, name, &FeatureReport::name);
    return found == reports.end() || found->units.empty() ? 0 : found->units.front().measured;
}

}  // namespace

double ActivationReport::bits_per_character() const {
    const double nats = std::accumulate(trace.nats.begin(), trace.nats.end(), 0.0);
    return nats / std::numbers::ln2 / static_cast<double>(trace.length);
}

ActivationReport inspect_activations(const ActivationRequest& request, const LoadedModel& loaded,
                                     std::string_view text, const TellWork& tell) {
    const auto& snapshot = loaded.snapshot;
    ActivationReport report{.config = snapshot.model,
                            .precision = request.precision.value_or(snapshot.precision)};
    const auto own = model_on_threads(threads_to_read(snapshot.model, request.threads),
                                      snapshot.model, snapshot.weights);
    const auto tracer = tracer_of(*own.model, report.precision);
    const auto most = most_characters(snapshot.model);
    const auto read = beginning(text, most);
    report.text = inspected_text(loaded.tokenizer, read, request.unknown, most);
    report.is_whole = read.size() == text.size() && report.text.characters.size() < most;
    if (report.text.characters.size() < k_fewest_characters) {
        throw UsageError(fmt::format(
            "The text has {} that the model knows; to find units that tell something "
            "takes at least {}, and some thousands to measure them well.",
            format_count(report.text.characters.size(), "character"), k_fewest_characters));
    }
    const auto features = text_features(report.text.characters);
    tell(Progress{.what = "reading the text as an untrained net does"});
    const auto untrained = untrained_features(own, report.text, features, snapshot.training.seed);
    tell(Progress{.what = "reading the text"});
    report.trace = trace_units(*tracer, snapshot.model, report.text, k_likely);
    tell(Progress{.what = "comparing units"});
    const auto& cell = cell_view(snapshot.model.cell);
    report.features =
        find_telling_units(report.trace, features, k_telling_units, side_by_side(*own.machine));
    for (const auto& feature : report.features)
        report.untrained.push_back(measured_of(untrained, feature.name));
    report.gates = gate_openings(report.trace, cell);
    report.memories = memory_lengths(report.trace, cell);
    report.boundaries =
        memory_resets(report.trace, cell, text_boundaries(report.text.characters), k_telling_units);
    return report;
}

UnitsFound look_at_units(const std::filesystem::path& model, const ActivationRequest& request,
                         const TellWork& tell) {
    const auto file = model_file(model);
    if (request.html)
        require_output_file("html", *request.html, OwnFile::page, {file, request.text});
    auto loaded = load_model(file);
    const auto text = read_text(request.text, loaded.snapshot.text.unit,
                                request.decoding.over(loaded.snapshot.decoding));
    auto report = inspect_activations(request, loaded, text, tell);
    return {file, std::move(loaded), std::move(report)};
}

}  // namespace carousel
