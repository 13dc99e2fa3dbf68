#include "app/activation_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

std::string signal_name(const ActivationReport& report, std::size_t signal) {
    return std::string(cell_view(report.config.cell).signals[signal].name);
}

Json place_json(const ActivationReport& report, const UnitPlace& place) {
    return {{"layer", place.layer + 1},
            {"unit", place.unit},
            {"signal", signal_name(report, place.signal)}};
}

Json features_json(const ActivationReport& report) {
    Json features = Json::array();
    for (std::size_t f = 0; f < report.features.size(); ++f) {
        const auto& feature = report.features[f];
        Json units = Json::array();
        for (const auto& unit : feature.units) {
            auto json = place_json(report, unit.place);
            json["chosen"] = unit.chosen;
            json["measured"] = unit.measured;
            json["told_right"] = unit.told_right ? Json(*unit.told_right) : Json();
            units.push_back(std::move(json));
        }
        features.push_back(
            {{"name", feature.name},
             {"words", feature.words},
             {"amount", feature.is_amount},
             {"places", feature.places},
             {"untrained", feature.units.empty() ? Json() : Json(report.untrained[f])},
             {"units", std::move(units)}});
    }
    return features;
}

Json gates_json(const ActivationReport& report) {
    Json gates = Json::array();
    for (const auto& gate : report.gates) {
        gates.push_back({{"layer", gate.layer + 1},
                         {"signal", signal_name(report, gate.signal)},
                         {"mean", gate.mean},
                         {"shut", gate.shut},
                         {"open", gate.open}});
    }
    return gates;
}

Json memories_json(const ActivationReport& report) {
    Json layers = Json::array();
    for (std::size_t l = 0; l < report.memories.size(); ++l) {
        Json characters = Json::array();
        for (const double length : report.memories[l].characters)
            characters.push_back(std::isfinite(length) ? Json(length) : Json());
        const auto median = report.memories[l].median;
        layers.push_back({{"layer", l + 1},
                          {"median", std::isfinite(median) ? Json(median) : Json()},
                          {"characters", std::move(characters)}});
    }
    return layers;
}

Json boundaries_json(const ActivationReport& report) {
    Json boundaries = Json::array();
    for (const auto& boundary : report.boundaries) {
        Json units = Json::array();
        for (const auto& reset : boundary.resets) {
            auto json = place_json(report, reset.place);
            json["after"] = reset.after;
            json["kept_there"] = reset.kept_there;
            json["kept_elsewhere"] = reset.kept_elsewhere;
            json["lets_go"] = reset.lets_go;
            units.push_back(std::move(json));
        }
        boundaries.push_back(
            {{"name", boundary.name}, {"places", boundary.places}, {"units", std::move(units)}});
    }
    return boundaries;
}

}  // namespace

Json found_lists(const ActivationReport& report) {
    return {{"features", features_json(report)},
            {"gates", gates_json(report)},
            {"memory", memories_json(report)},
            {"boundaries", boundaries_json(report)}};
}

std::string activation_json(const ActivationReport& report, const std::string& file,
                            const std::string& text) {
    Json json{{"file", file},
              {"text", text},
              {"characters", report.trace.length},
              {"whole", report.is_whole},
              {"cell", format_value(report.config.cell)},
              {"layers", report.config.layers},
              {"hidden_size", report.config.hidden_size},
              {"precision", format_value(report.precision)},
              {"bits_per_character", report.bits_per_character()}};
    json.update(found_lists(report));
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string about_forgetting(CellKind cell) {
    switch (cell_view(cell).rule) {
        case MemoryRule::all_is_kept:
            return "This cell has no forget gate: nothing that it has written is ever let go, so its "
                   "memory has no length.";
        case MemoryRule::rhythm:
            return "This cell has no forget gate: a unit keeps its output until its clock strikes, "
                   "and then forgets all of it.";
        case MemoryRule::none:
            return "This cell has no forget gate and no memory of its own: a unit computes its "
                   "output anew at each character, and the past comes through the weights alone.";
        default:
            return {};
    }
}

}  // namespace carousel
