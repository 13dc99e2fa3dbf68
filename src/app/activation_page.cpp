#include "app/activation_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "app/activation_json.hpp"
#include "app/corpus_names.hpp"
#include "app/page_parts.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "report/markup.hpp"
#include "report/page_style.hpp"
#include "text/direction.hpp"
#include "web/units_page.hpp"

// What was found as JSON, the numbers of each unit as bytes, the text as markup, and the page
// around them.

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;

std::size_t shown_characters(const UnitTrace& trace) {
    const auto each = trace.layers * trace.signals * trace.units;
    return std::min(
        {trace.length, k_most_shown, std::max<std::size_t>(1, k_most_shown_bytes / each)});
}

// Little-endian on every machine.
void append(std::string& bytes, std::uint32_t number, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFFU);
}

void append(std::string& bytes, float number) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    append(bytes, bits, 4);
}

/// The numbers of a page. A signal of a layer is one block, unit by unit.
class PackedUnits {
public:
    PackedUnits(const UnitTrace& trace, const CellView& cell, std::size_t shown)
        : trace_(trace), cell_(cell), shown_(shown) {
        for (std::size_t l = 0; l < trace.layers; ++l)
            for (std::size_t n = 0; n < trace.signals; ++n) pack(l, n);
        data.push_back({.name = "scales", .bytes = std::move(scales_)});
    }

    std::vector<PageBytes> data;

private:
    void pack(std::size_t layer, std::size_t signal) {
        const auto range = cell_.signals[signal].range;
        std::string bytes;
        bytes.reserve(trace_.units * shown_);
        for (std::size_t u = 0; u < trace_.units; ++u) {
            const auto series = trace_.series(layer, signal, u).first(shown_);
            const float scale = range == SignalRange::number ? largest(series) : 1.0F;
            append(scales_, scale);
            for (const float value : series)
                bytes += static_cast<char>(range == SignalRange::opening
                                               ? level(value, 0, 255)
                                               : level(value / scale, 128, 127));
        }
        data.push_back({.name = fmt::format("s{}-{}", layer, signal), .bytes = std::move(bytes)});
    }

    static float largest(std::span<const float> series) {
        float most = 1e-6F;
        for (const float value : series) most = std::max(most, std::abs(value));
        return most;
    }

    static unsigned char level(float share, int zero, int steps) {
        const float bounded = std::clamp(share, zero > 0 ? -1.0F : 0.0F, 1.0F);
        return static_cast<unsigned char>(
            zero + static_cast<int>(std::lround(bounded * static_cast<float>(steps))));
    }

    const UnitTrace& trace_;
    const CellView& cell_;
    std::size_t shown_;
    std::string scales_;
};

std::string packed_before(const UnitTrace& trace) {
    std::string bytes;
    for (const float value : trace.before) append(bytes, value);
    return bytes;
}

std::string packed_nats(const UnitTrace& trace, std::size_t shown) {
    std::string bytes;
    for (std::size_t t = 0; t < shown; ++t) append(bytes, trace.nats[t]);
    return bytes;
}

std::string packed_likely(const UnitTrace& trace, std::size_t shown) {
    std::string bytes;
    for (std::size_t t = 0; t < shown; ++t) {
        for (const auto& [id, probability] : trace.likely.at(t)) {
            append(bytes, id, 4);
            append(bytes, static_cast<std::uint32_t>(std::lround(double{probability} * 65535)), 2);
        }
    }
    return bytes;
}

/// The text line by line, one element a character. What would not be seen, or would change its
/// surroundings, stands in a box. A line without a letter stands on the side of the one before.
std::string text_markup(std::span<const std::string> characters) {
    std::string html =
        "<div id=\"text\" lang=\"\" tabindex=\"0\" role=\"group\" "
        "aria-label=\"The text\" aria-describedby=\"keys\">\n";
    std::string line;
    std::optional<Direction> direction;
    auto side = Direction::left_to_right;
    const auto end_line = [&] {
        side = direction.value_or(side);
        html += fmt::format("<p{}>{}</p>\n", side == Direction::right_to_left ? " dir=\"rtl\"" : "",
                            line);
        line.clear();
        direction.reset();
    };
    for (const auto& character : characters) {
        if (character.ends_with('\n') || character == "\r") {
            line += "<i class=\"n\" data-k=\"n\"></i>";
            end_line();
            continue;
        }
        const auto markup = visible_markup(character);
        if (!direction && !markup.starts_with("<b>")) direction = direction_of(character);
        line += "<i>" + markup + "</i>";
    }
    if (!line.empty()) end_line();
    return html + "</div>\n";
}

Json place_json(const UnitPlace& place) {
    return {{"layer", place.layer}, {"unit", place.unit}, {"signal", place.signal}};
}

Json signals_json(const CellView& cell) {
    Json signals = Json::array();
    for (const auto& signal : cell.signals) {
        signals.push_back({{"name", signal.name},
                           {"words", signal.words},
                           {"range", format_value(signal.range)},
                           {"role", format_value(signal.role)}});
    }
    return signals;
}

Json features_for_page(const ActivationReport& report) {
    Json features = Json::array();
    for (std::size_t f = 0; f < report.features.size(); ++f) {
        const auto& feature = report.features[f];
        Json units = Json::array();
        for (const auto& unit : feature.units) {
            auto json = place_json(unit.place);
            json["chosen"] = unit.chosen;
            json["measured"] = unit.measured;
            json["told_right"] = unit.told_right ? Json(*unit.told_right) : Json();
            units.push_back(std::move(json));
        }
        features.push_back({{"name", feature.name},
                            {"words", feature.words},
                            {"amount", feature.is_amount},
                            {"places", feature.places},
                            {"untrained", std::abs(report.untrained[f])},
                            {"units", std::move(units)}});
    }
    return features;
}

Json boundaries_for_page(const ActivationReport& report) {
    Json boundaries = Json::array();
    for (const auto& boundary : report.boundaries) {
        Json units = Json::array();
        for (const auto& reset : boundary.resets) {
            auto json = place_json(reset.place);
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

Json gates_for_page(const ActivationReport& report) {
    Json gates = Json::array();
    for (const auto& gate : report.gates) {
        gates.push_back({{"layer", gate.layer},
                         {"signal", gate.signal},
                         {"mean", gate.mean},
                         {"shut", gate.shut},
                         {"open", gate.open}});
    }
    return gates;
}

Json memories_for_page(const ActivationReport& report) {
    Json layers = Json::array();
    for (const auto& memory : report.memories) {
        Json lengths = Json::array();
        for (const double length : memory.characters)
            lengths.push_back(std::isfinite(length) ? Json(length) : Json());
        layers.push_back(std::move(lengths));
    }
    return layers;
}

// As a reader sees it; of what would not be seen its name.
std::string shown_symbol(const Symbol& symbol) {
    if (symbol.kind == SymbolKind::byte)
        return fmt::format("0x{:02X}", static_cast<unsigned char>(symbol.text.front()));
    return symbol.text;
}

Json symbols_json(const Vocabulary& vocabulary) {
    Json symbols = Json::array();
    for (const auto& symbol : vocabulary.symbols()) symbols.push_back(shown_symbol(symbol));
    return symbols;
}

Json figures_json(const ActivationReport& report, std::size_t shown) {
    const auto& config = report.config;
    Json rows = Json::array();
    const auto add = [&](std::string_view name, std::string value) {
        rows.push_back(Json::array({name, std::move(value)}));
    };
    add("cell", std::string(format_value(config.cell)));
    add("layers × units", fmt::format("{} × {}", config.layers, config.hidden_size));
    add(report.is_whole ? "characters" : "characters read", format_count(report.trace.length));
    if (shown < report.trace.length) add("shown", format_count(shown));
    add("bits per character", fmt::format("{:.3f}", report.bits_per_character()));
    return rows;
}

Json facts_json(const ActivationReport& report, const LoadedModel& loaded, std::size_t shown) {
    const auto& cell = cell_view(report.config.cell);
    return {{"layers", report.trace.layers},
            {"units", report.trace.units},
            {"length", shown},
            {"signals", signals_json(cell)},
            {"rule", format_value(cell.rule)},
            {"about_forgetting", about_forgetting(report.config.cell)},
            {"likely_each", report.trace.likely.each},
            {"symbols", symbols_json(loaded.tokenizer.vocabulary())},
            {"figures", figures_json(report, shown)},
            {"features", features_for_page(report)},
            {"boundaries", boundaries_for_page(report)},
            {"gates", gates_for_page(report)},
            {"memories", memories_for_page(report)}};
}

}  // namespace

ActivationPage activation_page(const ActivationReport& report, const LoadedModel& loaded,
                               std::string_view title) {
    const auto shown = shown_characters(report.trace);
    PackedUnits packed(report.trace, cell_view(report.config.cell), shown);
    packed.data.push_back({.name = "before", .bytes = packed_before(report.trace)});
    packed.data.push_back({.name = "nats", .bytes = packed_nats(report.trace, shown)});
    packed.data.push_back({.name = "likely", .bytes = packed_likely(report.trace, shown)});
    const auto facts =
        facts_json(report, loaded, shown).dump(-1, ' ', true, Json::error_handler_t::replace);
    return {units_page_html({.title = plain_markup(title),
                             .style = page_style(),
                             .facts = facts,
                             .text = text_markup(std::span(report.text.characters).first(shown)),
                             .data = std::move(packed.data)}),
            shown};
}

WrittenActivations write_activation_page(const UnitsFound& found,
                                         const ActivationRequest& request) {
    const auto page =
        activation_page(found.report, found.loaded,
                        fmt::format("{}, as {} reads it", title_of({request.text.string()}),
                                    title_of({found.model.string()})));
    write_page(*request.html, page.html);
    return {page.html.size(), page.characters};
}

}  // namespace carousel
