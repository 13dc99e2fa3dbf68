#include "app/activation_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "app/activation_json.hpp"
#include "base/quantity.hpp"

namespace carousel {

namespace {

std::string unit_name(const ActivationReport& report, const UnitPlace& place) {
    return fmt::format("layer {}, unit {}, {}", place.layer + 1, place.unit,
                       cell_view(report.config.cell).signals[place.signal].name);
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", 100 * share);
}

std::string features_table(const ActivationReport& report) {
    auto text = fmt::format("\n{:<16}{:<26}{:>12}{:>12}{:>11}{:>9}\n", "what", "unit that tells it",
                            "correlation", "told right", "untrained", "places");
    std::string rare;
    for (std::size_t f = 0; f < report.features.size(); ++f) {
        const auto& feature = report.features[f];
        if (feature.units.empty()) {
            rare += (rare.empty() ? "" : ", ") + feature.name;
            continue;
        }
        const auto& unit = feature.units.front();
        text += fmt::format("{:<16}{:<26}{:>12.2f}{:>12}{:>11.2f}{:>9}\n", feature.name,
                            unit_name(report, unit.place), unit.measured,
                            unit.told_right ? percent(*unit.told_right) : "", report.untrained[f],
                            format_count(feature.places));
    }
    text +=
        "Chosen on the first half of the text, measured on the second; untrained: the best unit of the\n"
        "same net with random weights.\n";
    if (!rare.empty()) text += fmt::format("Too rare here to be measured: {}.\n", rare);
    return text;
}

std::string gates_table(const ActivationReport& report) {
    if (report.gates.empty()) return {};
    auto text = fmt::format("\n{:<16}{:>8}{:>8}{:>8}\n", "gate", "mean", "shut", "open");
    for (const auto& gate : report.gates) {
        text += fmt::format("{:<16}{:>8.2f}{:>8}{:>8}\n",
                            fmt::format("layer {}, {}", gate.layer + 1,
                                        cell_view(report.config.cell).signals[gate.signal].name),
                            gate.mean, percent(gate.shut), percent(gate.open));
    }
    return text + "Shut: below 0.1; open: above 0.9.\n";
}

std::string memories_text(const ActivationReport& report) {
    if (const auto about = about_forgetting(report.config.cell); !about.empty())
        return "\n" + about + "\n";
    std::string text = "\n";
    for (std::size_t l = 0; l < report.memories.size(); ++l)
        text += fmt::format("The units of layer {} remember for {} (median).\n", l + 1,
                            memory_words(report.memories[l].median));
    return text;
}

std::string boundaries_table(const ActivationReport& report) {
    std::string rows;
    for (const auto& boundary : report.boundaries) {
        if (boundary.resets.empty()) continue;
        const auto& reset = boundary.resets.front();
        rows += fmt::format("{:<18}{:<26}{:>8}{:>8.2f}{:>11.2f}{:>10}\n", boundary.name,
                            unit_name(report, reset.place), reset.after ? "after" : "at",
                            reset.kept_there, reset.kept_elsewhere, percent(reset.lets_go));
    }
    if (rows.empty()) return {};
    return fmt::format("\n{:<18}{:<26}{:>8}{:>8}{:>11}{:>10}\n", "boundary", "unit that lets go",
                       "where", "kept", "elsewhere", "lets go") +
           rows + "Lets go: share of these places at which less than half of the memory is kept.\n";
}

}  // namespace

std::string memory_words(double characters) {
    if (!std::isfinite(characters)) return "as long as the text is";
    return fmt::format("{:.3g} characters", characters);
}

std::string activation_text(const ActivationReport& report) {
    return fmt::format("{}{}, {:.3f} bits per character.\n", report.is_whole ? "" : "The first ",
                       format_count(report.trace.length, "character"),
                       report.bits_per_character()) +
           features_table(report) + gates_table(report) + memories_text(report) +
           boundaries_table(report);
}

}  // namespace carousel
