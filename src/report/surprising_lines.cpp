#include "report/surprising_lines.hpp"

#include <algorithm>
#include <numbers>
#include <utility>

#include "report/surprisal_text.hpp"

namespace carousel {

void SurprisingLines::start_line(const LinePlace& place, std::string name) {
    finish();
    line_.place = place;
    line_.name = std::move(name);
}

void SurprisingLines::add(const PredictedCharacter& character) {
    nats_ += character.nats;
    ++line_.characters;
    if (character.text.ends_with('\n')) return;
    if (!line_.direction) line_.direction = direction_of(character.text);
    if (line_.characters <= config_.shown) append_coloured(character, line_.html);
    if (line_.characters == config_.shown + 1) line_.html += " …";
}

void SurprisingLines::finish() {
    if (line_.characters >= config_.shortest) {
        line_.bits_per_character =
            nats_ / std::numbers::ln2 / static_cast<double>(line_.characters);
        const auto place = std::find_if(lines_.begin(), lines_.end(), [&](const auto& other) {
            return other.bits_per_character < line_.bits_per_character;
        });
        lines_.insert(place, std::move(line_));
        if (lines_.size() > config_.most) lines_.pop_back();
    }
    line_ = {};
    nats_ = 0;
}

}  // namespace carousel
