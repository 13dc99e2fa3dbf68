#include "app/evaluation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/quantity.hpp"
#include "base/words.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

void add_measures(Json& json, const Metrics& metrics) {
    const double confusion = perplexity(metrics);
    json["nats_per_character"] = nats_per_character(metrics);
    json["bits_per_character"] = bits_per_character(metrics);
    json["bits_per_byte"] = bits_per_byte(metrics);
    json["perplexity"] = std::isfinite(confusion) ? Json(confusion) : Json();
    json["characters"] = metrics.characters;
    json["bytes"] = metrics.bytes;
}

Json to_json(const Measurement& measurement) {
    Json json{{"name", measurement.name}, {"adaptive", measurement.adaptive}};
    if (measurement.window) json["window"] = *measurement.window;
    if (measurement.order) json["order"] = *measurement.order;
    add_measures(json, measurement.metrics);
    return json;
}

bool is_mixture(const EvaluationReport& report) {
    return report.measurements.front().name == "mixture";
}

// Whether the model that learned while it read was behind the one that did not, which then is told.
bool fell_back(const EvaluationReport& report) {
    return report.adaptation && !report.measurements.front().adaptive;
}

// Models with their shares; null where one predicts alone.
Json shares_json(const std::vector<MixShare>& mix) {
    Json shares;
    for (const auto& [model, share] : mix)
        shares.push_back({{"model", model.string()}, {"share", share}});
    return shares;
}

Json adaptation_json(const EvaluationReport& report) {
    if (!report.adaptation) return {};
    const auto& adaptation = *report.adaptation;
    return {{"learning_rate", as_written(adaptation.learning_rate)},
            {"decay", as_written(adaptation.decay)},
            {"segment", adaptation.segment},
            {"fell_back", fell_back(report)}};
}

}  // namespace

std::vector<std::string> evaluation_notes(const EvaluationReport& report) {
    std::vector<std::string> notes{fmt::format("Part of the text: {}.", format_value(report.part))};
    if (!report.mix.empty()) {
        notes.push_back(
            fmt::format("{} predict together: at each symbol the mean of their probabilities, "
                        "weighted by their shares.",
                        format_count(report.mix.size(), "model")));
    }
    if (report.learned == 1) {
        notes.emplace_back("The model learned from this part.");
    } else if (report.learned > 0) {
        notes.push_back(fmt::format(
            "The model learned from the first {:.3g} % of this text: --part validation is what it "
            "has not seen.",
            100 * report.learned));
    }
    if (report.adaptation) {
        const auto& adaptation = *report.adaptation;
        notes.push_back(fmt::format(
            "Adaptive: the model learned from each {} once they were predicted (learning rate {}, "
            "decay {}).",
            format_count(static_cast<std::uint64_t>(adaptation.segment), "symbol"),
            adaptation.learning_rate, adaptation.decay));
    }
    if (fell_back(report)) {
        notes.emplace_back(
            "Learning made it worse here, so the first row is that of the model as it was, and so "
            "is all that is listed or drawn: a smaller --adapt-learning-rate may help.");
    }
    if (is_mixture(report)) {
        notes.emplace_back(
            "The first row is adaptive: model and n-gram together, weighted by what each was worth "
            "so far, and the n-gram counts each symbol once it was predicted.");
    }
    if (report.baseline_symbols) {
        notes.push_back(
            fmt::format("The n-grams were counted in {} symbols of the model's training part.",
                        format_count(*report.baseline_symbols)));
    }
    return notes;
}

std::string evaluation_table(const EvaluationReport& report) {
    std::size_t width = 0;
    for (const auto& measurement : report.measurements) {
        width = std::max(width, measurement.label.size());
    }
    std::string text =
        fmt::format("{:<{}}  nats/char  bits/char  bits/byte  perplexity  characters\n", "", width);
    for (const auto& [name, label, adaptive, window, order, metrics] : report.measurements) {
        text += fmt::format("{:<{}}  {:>9.4f}  {:>9.4f}  {:>9.4f}  {:>10.4g}  {:>10}\n", label,
                            width, nats_per_character(metrics), bits_per_character(metrics),
                            bits_per_byte(metrics), perplexity(metrics),
                            format_count(metrics.characters));
    }
    for (const auto& note : evaluation_notes(report)) text += note + "\n";
    return text;
}

std::string evaluation_json(const EvaluationReport& report) {
    const Measurement& first = report.measurements.front();
    Json json;
    add_measures(json, first.metrics);
    json["adaptive"] = first.adaptive;
    json["adaptation"] = adaptation_json(report);
    json["protocol"] = first.name;
    json["window"] = first.window ? Json(*first.window) : Json();
    json["part"] = format_value(report.part);
    json["learned_share"] = report.learned;
    json["precision"] = format_value(report.precision);
    json["model"] = report.model.string();
    json["mix"] = shares_json(report.mix);
    json["corpus"] = report.corpus;
    json["measurements"] = Json::array();
    for (const auto& measurement : report.measurements) {
        json["measurements"].push_back(to_json(measurement));
    }
    json["baseline_symbols"] = report.baseline_symbols ? Json(*report.baseline_symbols) : Json();
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace carousel
