#include "report/surprisal_text.hpp"

#include <fmt/format.h>

#include <numbers>

#include "report/colour_scale.hpp"
#include "report/markup.hpp"

namespace carousel {

namespace {

// From here on a blank gets a mark.
constexpr std::size_t k_surprising_shade = 2;

// Lines that a browser lays out together, when they come into sight: a long page opens at once.
constexpr std::uint64_t k_lines_of_block = 50;

// The class that marks a character without ink; the marks themselves are in the style.
const char* blank_class(std::string_view character, std::size_t shade) {
    if (character.ends_with('\n')) return "n";
    if (shade < k_surprising_shade) return "";
    if (character == " " || character == "\u00a0") return "w";
    return character == "\t" ? "t" : "";
}

}  // namespace

void append_coloured(std::string_view character, double nats, std::string& html) {
    const double bits = nats / std::numbers::ln2;
    const auto shade = shade_of(bits);
    const std::string_view blank = blank_class(character, shade);
    html += "<i";
    if (shade > 0 || !blank.empty()) {
        const auto colour = shade > 0 ? fmt::format("s{}", shade) : std::string();
        html +=
            fmt::format(" class=\"{}{}{}\"", colour, shade > 0 && !blank.empty() ? " " : "", blank);
    }
    html += fmt::format(" data-b=\"{:.{}f}\">", bits, bits < 9.995 ? 2 : 1);
    if (character.ends_with('\n')) character.remove_suffix(1);
    html += visible_markup(character);
    html += "</i>";
}

void SurprisalText::add(std::string_view character, double nats) {
    if (++count_ > most_) return;
    if (!in_block_) html_ += "<section>";
    if (!in_line_) html_ += "<p>";
    in_block_ = in_line_ = true;
    append_coloured(character, nats, html_);
    if (character.ends_with('\n')) end_line();
}

void SurprisalText::end_line() {
    html_ += "</p>\n";
    in_line_ = false;
    if (++lines_ < k_lines_of_block) return;
    html_ += "</section>\n";
    in_block_ = false;
    lines_ = 0;
}

void SurprisalText::start_document() {
    if (count_ == 0 || count_ >= most_) return;
    if (in_line_) end_line();
    html_ += "<hr/>\n";
}

std::string SurprisalText::html() const {
    return "<div class=\"text\" lang=\"\">\n" + html_ + (in_line_ ? "</p>" : "") +
           (in_block_ ? "</section>\n" : "") + "</div>\n";
}

}  // namespace carousel
