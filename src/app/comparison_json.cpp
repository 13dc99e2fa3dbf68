#include "app/comparison_json.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "app/comparison_summary.hpp"
#include "app/comparison_words.hpp"
#include "app/setting_json.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "text/text_descriptions.hpp"

// From the smallest piece to the whole; `comparison_file` reads them back.

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

Json json_or_null(const auto& value) {
    return value ? Json(*value) : Json();
}

template <Described Config>
Json given_json(const Given<Config>& given) {
    Json json = Json::object();
    given.for_each([&](const auto& setting, const auto& value) {
        if (value) json[key_of(setting)] = json_of(*value);
    });
    return json;
}

template <Described Config>
Json config_json(const Config& config) {
    Json json = Json::object();
    add_settings(json, config);
    return json;
}

Json terms_json(const TrainingRequest& terms) {
    return {{"corpus", terms.corpus},
            {"include", terms.include},
            {"exclude", terms.exclude},
            {"validation", json_or_null(terms.validation)},
            {"validation_fraction", json_or_null(terms.validation_fraction)},
            {"validate_every", json_or_null(terms.validate_every)},
            {"command", terms.command},
            {"decoding", given_json(terms.decoding)},
            {"text", given_json(terms.text)},
            {"architecture", given_json(terms.architecture)},
            {"training", given_json(terms.training)}};
}

Json text_json(const ComparedText& text) {
    return {{"fingerprint", text.fingerprint},
            {"validation_fingerprint", text.validation_fingerprint},
            {"training_characters", text.training_characters},
            {"validation_characters", text.validation_characters}};
}

Json sizes_json(const EqualSizes& sizes) {
    return {{"parameters", sizes.parameters},
            {"layers", sizes.layers},
            {"batch_size", sizes.batch_size},
            {"window", sizes.window}};
}

Json cell_json(const ComparedCell& cell) {
    return {{"parameters", cell.parameters},
            {"model", config_json(cell.model)},
            {"training", config_json(cell.training)}};
}

Json metrics_json(const Metrics& metrics) {
    return {{"nats", metrics.nats}, {"characters", metrics.characters}, {"bytes", metrics.bytes}};
}

Json measure_json(const ModelMeasure& measure) {
    Json context = Json::array(), writing = Json::array();
    for (const auto& [least, most, nats, lost] : measure.context) {
        context.push_back({{"least", least},
                           {"most", most},
                           {"nats_per_character", nats},
                           {"more_than_in_the_stream", lost}});
    }
    for (const auto& [characters, milliseconds, bytes] : measure.writing) {
        writing.push_back({{"characters", characters},
                           {"milliseconds_per_character", milliseconds},
                           {"bytes", bytes}});
    }
    return {{"stream", metrics_json(measure.stream)},
            {"windows", measure.windows ? metrics_json(*measure.windows) : Json()},
            {"context", std::move(context)},
            {"reading_characters_per_second", measure.reading},
            {"writing", std::move(writing)},
            {"sample", measure.sample}};
}

Json run_json(const ComparedRun& run) {
    Json json{
        {"cell", format_value(run.cell)}, {"seed", run.seed}, {"status", format_value(run.status)}};
    if (run.status == RunStatus::failed) json["failure"] = run.failure;
    if (run.status != RunStatus::finished) return json;
    Json curve = Json::array();
    for (const auto& [step, seconds, loss] : run.curve)
        curve.push_back({{"step", step}, {"seconds", seconds}, {"validation_loss", loss}});
    json.update({{"machine", run.machine},
                 {"steps", run.steps},
                 {"seconds", run.seconds},
                 {"characters_per_second", run.characters_per_second},
                 {"curve", std::move(curve)},
                 {"measure", measure_json(run.measure)}});
    return json;
}

Json spread_json(const std::optional<Spread>& spread) {
    if (!spread) return {};
    return {{"mean", spread->mean},
            {"deviation", spread->deviation},
            {"lowest", spread->lowest},
            {"highest", spread->highest},
            {"runs", spread->runs}};
}

Json summary_json(const CellSummary& summary) {
    return {{"cell", format_value(summary.cell->model.cell)},
            {"parameters", summary.cell->parameters},
            {"seeds", summary.runs.size()},
            {"nats_per_character_stream", spread_json(summary.stream)},
            {"nats_per_character_windows", spread_json(summary.windows)},
            {"training_characters_per_second", spread_json(summary.training_speed)},
            {"reading_characters_per_second", spread_json(summary.reading_speed)},
            {"milliseconds_per_character_writing", spread_json(summary.writing)}};
}

Json record_json(const Comparison& comparison) {
    Json cells = Json::array(), runs = Json::array();
    for (const auto& cell : comparison.cells) cells.push_back(cell_json(cell));
    for (const auto& run : comparison.runs) runs.push_back(run_json(run));
    // The first key tells what the file is: `k_comparison_mark`.
    Json json{{"comparison", "carousel " CAROUSEL_VERSION},
              {"version", k_comparison_version},
              {"equal", format_value(comparison.equal)},
              {"sizes", comparison.sizes ? sizes_json(*comparison.sizes) : Json()},
              {"terms", terms_json(comparison.terms)},
              {"text", text_json(comparison.text)},
              {"cells", std::move(cells)},
              {"runs", std::move(runs)},
              {"summary", Json::array()},
              {"conclusions", conclusions(comparison)}};
    for (const auto& summary : summaries(comparison))
        json["summary"].push_back(summary_json(summary));
    return json;
}

}  // namespace

std::string comparison_json(const Comparison& comparison, JsonLayout layout) {
    const bool wide = layout == JsonLayout::indented;
    return record_json(comparison).dump(wide ? 2 : -1, ' ', false, Json::error_handler_t::replace) +
           (wide ? "\n" : "");
}

}  // namespace carousel
