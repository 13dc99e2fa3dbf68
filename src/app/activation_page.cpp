#include "app/activation_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "app/activation_json.hpp"
#include "app/corpus_names.hpp"
#include "app/page_model_json.hpp"
#include "app/page_parts.hpp"
#include "base/quantity.hpp"
#include "base/words.hpp"
#include "model/language_model_descriptions.hpp"
#include "report/markup.hpp"
#include "report/page_style.hpp"
#include "text/direction.hpp"
#include "web/units_page.hpp"

// What was found as JSON, the model and its symbols, from which the page computes the numbers of
// each unit, the text as markup, and the page around them.

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

// The largest size of each number, up to which it has 127 steps on each side of zero.
std::string packed_scales(const UnitTrace& trace, const CellView& cell, std::size_t shown) {
    std::string bytes;
    for (std::size_t l = 0; l < trace.layers; ++l) {
        for (std::size_t n = 0; n < trace.signals; ++n) {
            for (std::size_t u = 0; u < trace.units; ++u) {
                float scale = cell.signals[n].range == SignalRange::number ? 1e-6F : 1.0F;
                for (const float value : trace.series(l, n, u).first(shown))
                    scale = std::max(scale, std::abs(value));
                append(bytes, scale);
            }
        }
    }
    return bytes;
}

// The symbols that are shown, and how many of them each character and all before it have.
std::string packed_symbols(const InspectedText& text, std::size_t shown) {
    std::string bytes;
    const auto symbols = shown > 0 ? text.ends[shown - 1] : 0;
    for (const auto id : std::span(text.ids).first(symbols)) append(bytes, id, 4);
    return bytes;
}

std::string packed_ends(const InspectedText& text, std::size_t shown) {
    std::string bytes;
    for (const auto end : std::span(text.ends).first(shown))
        append(bytes, static_cast<std::uint32_t>(end), 4);
    return bytes;
}

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

Json signals_json(const CellView& cell) {
    Json signals = Json::array();
    for (const auto& signal : cell.signals) {
        signals.push_back({{"name", signal.name},
                           {"words", signal.words},
                           {"range", format_value(signal.range)},
                           {"role", format_value(signal.role)},
                           {"source", format_value(signal.source)},
                           {"index", signal.index}});
    }
    return signals;
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
    add("numbers in the text", "with weights of 8 bits");
    return rows;
}

Json facts_json(const ActivationReport& report, const LoadedModel& loaded, std::size_t shown) {
    const auto& cell = cell_view(report.config.cell);
    Json facts{{"layers", report.trace.layers},
               {"units", report.trace.units},
               {"length", shown},
               {"signals", signals_json(cell)},
               {"rule", format_value(cell.rule)},
               {"about_forgetting", about_forgetting(report.config.cell)},
               {"likely_each", report.trace.likely.each},
               {"symbols", symbols_json(loaded.tokenizer.vocabulary())},
               {"figures", figures_json(report, shown)}};
    facts.update(found_lists(report));
    return facts;
}

}  // namespace

ActivationPage activation_page(const ActivationReport& report, const LoadedModel& loaded,
                               std::string_view title) {
    const auto shown = shown_characters(report.trace);
    auto page = page_model(loaded);
    auto json = facts_json(report, loaded, shown);
    json["model"] = std::move(page.model);
    json["tensors"] = std::move(page.tensors);
    const auto facts = json.dump(-1, ' ', true, Json::error_handler_t::replace);
    const auto& cell = cell_view(report.config.cell);
    return {units_page_html({.title = plain_markup(title),
                             .style = page_style(),
                             .facts = facts,
                             .text = text_markup(std::span(report.text.characters).first(shown)),
                             .data = {{"weights", std::move(page.packed.bytes)},
                                      {"symbols", packed_symbols(report.text, shown)},
                                      {"ends", packed_ends(report.text, shown)},
                                      {"scales", packed_scales(report.trace, cell, shown)},
                                      {"before", packed_before(report.trace)},
                                      {"nats", packed_nats(report.trace, shown)},
                                      {"likely", packed_likely(report.trace, shown)}}}),
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
