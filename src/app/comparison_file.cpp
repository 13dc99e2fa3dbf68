#include "app/comparison_file.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "app/comparison_json.hpp"
#include "app/setting_json.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/own_file.hpp"
#include "base/replace_file.hpp"
#include "base/shown_path.hpp"
#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "text/text_descriptions.hpp"

// What is read may come from a stranger, so every size and number is held to its range.

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t k_largest_record = std::uint64_t{1} << 28;  // bytes

/// Throws: std::invalid_argument.
void require(bool fact, const char* words) {
    if (!fact) throw std::invalid_argument(words);
}

double finite_number(const Json& json, const char* key) {
    const auto value = json.at(key).get<double>();
    require(std::isfinite(value), "a number of it makes no sense");
    return value;
}

double number(const Json& json, const char* key) {
    const auto value = finite_number(json, key);
    require(value >= 0, "a number of it makes no sense");
    return value;
}

std::uint64_t whole_number(const Json& json, const char* key) {
    std::uint64_t value = 0;
    read_json(json.at(key), value);
    return value;
}

template <typename Value>
std::optional<Value> optional_value(const Json& json, const char* key) {
    const auto& value = json.at(key);
    return value.is_null() ? std::nullopt : std::optional(value.get<Value>());
}

template <typename Value, typename Range>
void require_in_range(const Value& value, const Range& range) {
    if constexpr (requires { range.contains(value); })
        require(range.contains(value), "a setting of it is outside its range");
    if constexpr (std::is_same_v<Value, TrainingLength>)
        require(value.amount > 0 && value.amount <= static_cast<double>(k_most_steps),
                "its length makes no sense");
}

template <Described Config>
void read_given(const Json& json, Given<Config>& given) {
    given.for_each([&](const auto& setting, auto& value) {
        const auto found = json.find(key_of(setting));
        if (found == json.end()) return;
        read_json(*found, value.emplace());
        require_in_range(*value, setting.range);
    });
}

template <Described Config>
Config config_from(const Json& json) {
    Config config;
    read_settings(json, config);
    for_each_setting<Config>(
        [&](const auto& setting) { require_in_range(config.*setting.field, setting.range); });
    return config;
}

TrainingRequest terms_from(const Json& json) {
    TrainingRequest terms;
    terms.corpus = json.at("corpus").get<std::vector<std::string>>();
    terms.include = json.at("include").get<std::vector<std::string>>();
    terms.exclude = json.at("exclude").get<std::vector<std::string>>();
    terms.validation = optional_value<std::string>(json, "validation");
    terms.validation_fraction = optional_value<double>(json, "validation_fraction");
    require(!terms.validation_fraction ||
                (*terms.validation_fraction > 0 && *terms.validation_fraction <= 0.9),
            "its validation fraction makes no sense");
    terms.validate_every = optional_value<std::int64_t>(json, "validate_every");
    require(!terms.validate_every || *terms.validate_every > 0,
            "its steps between validations make no sense");
    terms.command = json.at("command").get<std::string>();
    read_given(json.at("decoding"), terms.decoding);
    read_given(json.at("text"), terms.text);
    read_given(json.at("architecture"), terms.architecture);
    read_given(json.at("training"), terms.training);
    require(terms.training[&TrainingConfig::length].has_value(), "it tells no length");
    return terms;
}

ComparedText text_from(const Json& json) {
    return {.fingerprint = json.at("fingerprint").get<std::string>(),
            .validation_fingerprint = json.at("validation_fingerprint").get<std::string>(),
            .training_characters = whole_number(json, "training_characters"),
            .validation_characters = whole_number(json, "validation_characters")};
}

EqualSizes sizes_from(const Json& json) {
    const EqualSizes sizes{
        .parameters = whole_number(json, "parameters"),
        .layers = static_cast<std::int64_t>(whole_number(json, "layers")),
        .batch_size = static_cast<std::int64_t>(whole_number(json, "batch_size")),
        .window = static_cast<std::int64_t>(whole_number(json, "window"))};
    require_in_range(sizes.layers, setting_of(&LanguageModelConfig::layers).range);
    require_in_range(sizes.batch_size, setting_of(&TrainingConfig::batch_size).range);
    require_in_range(sizes.window, setting_of(&TrainingConfig::window).range);
    return sizes;
}

ComparedCell cell_from(const Json& json) {
    return {.model = config_from<LanguageModelConfig>(json.at("model")),
            .training = config_from<TrainingConfig>(json.at("training")),
            .parameters = whole_number(json, "parameters")};
}

Metrics metrics_from(const Json& json) {
    const Metrics metrics{.nats = number(json, "nats"),
                          .characters = whole_number(json, "characters"),
                          .bytes = whole_number(json, "bytes")};
    require(metrics.characters > 0, "a loss of it is that of no text");
    return metrics;
}

ModelMeasure measure_from(const Json& json) {
    ModelMeasure measure{.stream = metrics_from(json.at("stream")),
                         .reading = number(json, "reading_characters_per_second"),
                         .sample = json.at("sample").get<std::string>()};
    if (!json.at("windows").is_null()) measure.windows = metrics_from(json.at("windows"));
    for (const auto& each : json.at("context")) {
        measure.context.push_back({whole_number(each, "least"), whole_number(each, "most"),
                                   number(each, "nats_per_character"),
                                   finite_number(each, "more_than_in_the_stream")});
    }
    for (const auto& each : json.at("writing")) {
        measure.writing.push_back({whole_number(each, "characters"),
                                   number(each, "milliseconds_per_character"),
                                   whole_number(each, "bytes")});
    }
    return measure;
}

ComparedRun run_from(const Json& json) {
    ComparedRun run{.seed = whole_number(json, "seed")};
    read_json(json.at("cell"), run.cell);
    read_json(json.at("status"), run.status);
    if (run.status == RunStatus::failed) run.failure = json.at("failure").get<std::string>();
    if (run.status != RunStatus::finished) return run;
    run.machine = json.at("machine").get<std::string>();
    run.steps = whole_number(json, "steps");
    run.seconds = number(json, "seconds");
    run.characters_per_second = number(json, "characters_per_second");
    for (const auto& each : json.at("curve")) {
        run.curve.push_back(
            {whole_number(each, "step"), number(each, "seconds"), number(each, "validation_loss")});
    }
    run.measure = measure_from(json.at("measure"));
    return run;
}

Comparison comparison_from(const Json& json) {
    require(json.is_object() && json.contains("comparison"), "it is no comparison");
    require(whole_number(json, "version") == k_comparison_version,
            "it is of another version of the program");
    Comparison comparison{.terms = terms_from(json.at("terms")),
                          .text = text_from(json.at("text"))};
    read_json(json.at("equal"), comparison.equal);
    if (!json.at("sizes").is_null()) comparison.sizes = sizes_from(json.at("sizes"));
    require(comparison.sizes.has_value() == (comparison.equal == Equal::parameters),
            "its sizes make no sense");
    for (const auto& each : json.at("cells")) {
        auto cell = cell_from(each);
        require(find_cell(comparison, cell.model.cell) == nullptr, "a cell stands there twice");
        comparison.cells.push_back(std::move(cell));
    }
    for (const auto& each : json.at("runs")) {
        auto run = run_from(each);
        require(find_cell(comparison, run.cell) != nullptr, "a run of it is of no cell");
        require(find_run(comparison, run.cell, run.seed) == nullptr, "a run stands there twice");
        comparison.runs.push_back(std::move(run));
    }
    return comparison;
}

}  // namespace

void save_comparison(const std::filesystem::path& path, const Comparison& comparison) {
    const auto text = comparison_json(comparison, JsonLayout::compact);
    replace_file(path, OwnFile::comparison, [&](const WriteBytes& write) {
        write(std::as_bytes(std::span(text.data(), text.size())));
    });
}

Comparison load_comparison(const std::filesystem::path& path) {
    const auto text = read_file(path, k_largest_record);
    if (own_file(std::string_view(text).substr(0, k_own_file_start)) != OwnFile::comparison) {
        throw InputError(fmt::format(
            "{} is no comparison of Carousel, and it stays as it is. Name another --folder.",
            shown_path(path)));
    }
    try {
        return comparison_from(Json::parse(text));
    } catch (const std::exception& error) {
        // Errors of reading JSON, and what is found wrong with what was read.
        const bool parsing = dynamic_cast<const Json::exception*>(&error) != nullptr;
        throw InputError(fmt::format(
            "{} is damaged: {}. Remove it to begin the comparison anew; models that are there are "
            "kept.",
            shown_path(path), parsing ? "it is not the JSON that it should be" : error.what()));
    }
}

}  // namespace carousel
