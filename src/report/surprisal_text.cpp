#include "report/surprisal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "report/colour_scale.hpp"
#include "report/markup.hpp"

// First a character: its class, what it tells, its element. Then the lines of a text.

namespace carousel {

namespace {

// From here on a blank gets a mark.
constexpr std::size_t k_surprising_shade = 2;

// From here on the keyboard stops at a character: one in thirty and rarer.
constexpr std::size_t k_focused_shade = 4;

// From here on a character tells what had been expected: what came more often was it itself as a
// rule, and a page is a third of the size.
constexpr std::size_t k_telling_shade = 2;

// Less likely than this, something was not expected.
constexpr double k_least_likely = 0.001;

// Lines that a browser lays out together, when they come into sight: a long page opens at once.
constexpr std::size_t k_lines_of_block = 50;

// The class that marks a character without ink; the marks themselves are in the style.
const char* blank_class(std::string_view character, std::size_t shade) {
    if (character.ends_with('\n')) return "n";
    if (shade < k_surprising_shade) return "";
    if (character == " " || character == "\u00a0") return "w";
    return character == "\t" ? "t" : "";
}

std::string percent(double probability) {
    const double percents = 100 * probability;
    return percents < 9.95 ? fmt::format("{:.2g} %", percents) : fmt::format("{:.0f} %", percents);
}

// A character as it is named in the middle of a sentence.
std::string name_of(std::string_view text) {
    if (text.empty()) return "the end";
    if (text.ends_with('\n')) return "\u21b5";
    if (text == " ") return "\u2423";
    if (text == "\t") return "\u2192";
    return plain_markup(text);
}

std::string expected_instead(const PredictedCharacter& character) {
    std::string names;
    for (const auto& [text, probability] : character.likely) {
        if (text == character.text || probability < k_least_likely) continue;
        names +=
            fmt::format("{}{} {}", names.empty() ? "" : ", ", name_of(text), percent(probability));
    }
    return names;
}

}  // namespace

void append_coloured(const PredictedCharacter& character, std::string& html) {
    auto text = character.text;
    const double bits = character.nats / std::numbers::ln2;
    const auto shade = shade_of(bits);
    const std::string_view blank = blank_class(text, shade);
    html += "<i";
    if (shade > 0 || !blank.empty()) {
        const auto colour = shade > 0 ? fmt::format("s{}", shade) : std::string();
        html +=
            fmt::format(" class=\"{}{}{}\"", colour, shade > 0 && !blank.empty() ? " " : "", blank);
    }
    html += fmt::format(" data-b=\"{:.{}f}\"", bits, bits < 9.995 ? 2 : 1);
    if (shade >= k_telling_shade) {
        if (const auto names = expected_instead(character); !names.empty())
            html += fmt::format(" data-p=\"{}\" data-e=\"{}\"", percent(std::exp(-character.nats)),
                                names);
    }
    if (shade >= k_focused_shade) html += " tabindex=\"0\"";
    html += '>';
    if (text.ends_with('\n')) text.remove_suffix(1);
    html += visible_markup(text);
    html += "</i>";
}

std::string anchor_of(const LinePlace& place) {
    return fmt::format("l{}-{}", place.document, place.line);
}

std::string entry_anchor(std::size_t rank) {
    return fmt::format("s{}", rank + 1);
}

void SurprisalText::start_document(std::string_view name) {
    document_ = name;
}

void SurprisalText::start_line(const LinePlace& place) {
    if (count_ >= most_) return;
    lines_.push_back({.place = place, .document = std::exchange(document_, {})});
}

void SurprisalText::add(const PredictedCharacter& character) {
    if (++count_ > most_) return;
    if (lines_.empty()) start_line({0, 1});
    auto& line = lines_.back();
    append_coloured(character, line.html);
    // What stands in a box has no direction of its own.
    if (!line.direction && visible_markup(character.text).find("<b>") == std::string::npos)
        line.direction = direction_of(character.text);
}

bool SurprisalText::shows(const LinePlace& place) const {
    const auto order = [](const LinePlace& p) { return std::pair(p.document, p.line); };
    return std::ranges::binary_search(lines_, order(place), {},
                                      [&](const Line& line) { return order(line.place); });
}

std::vector<Direction> SurprisalText::sides() const {
    const auto first =
        std::ranges::find_if(lines_, [](const Line& l) { return l.direction.has_value(); });
    auto side = first == lines_.end() ? Direction::left_to_right : *first->direction;
    std::vector<Direction> sides;
    for (const auto& line : lines_) sides.push_back(side = line.direction.value_or(side));
    return sides;
}

std::string SurprisalText::html(std::span<const LinePlace> listed) const {
    const auto all_sides = sides();
    std::uint64_t last = 1;
    for (const auto& line : lines_) last = std::max(last, line.place.line);
    auto out = fmt::format("<div class=\"text numbered\" lang=\"\" style=\"--digits: {}ch\">\n",
                           fmt::format("{}", last).size());
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const auto& line = lines_[i];
        const bool begins = i % k_lines_of_block == 0;
        if (begins) out += i > 0 ? "</section>\n<section>" : "<section>";
        if (!line.document.empty())
            out += fmt::format("<h3>{}</h3>\n", visible_markup(line.document));
        out += fmt::format("<p id=\"{}\" data-n=\"{}\"{}>", anchor_of(line.place), line.place.line,
                           all_sides[i] == Direction::right_to_left ? " dir=\"rtl\"" : "");
        if (const auto entry = std::ranges::find(listed, line.place); entry != listed.end()) {
            out += fmt::format(
                "<a href=\"#{}\" title=\"Back to the most surprising lines\">\u2191</a>",
                entry_anchor(static_cast<std::size_t>(entry - listed.begin())));
        }
        out += line.html + "</p>\n";
    }
    return out + (lines_.empty() ? "" : "</section>\n") + "</div>\n";
}

}  // namespace carousel
