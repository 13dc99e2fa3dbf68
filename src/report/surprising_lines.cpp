#include "report/surprising_lines.hpp"

#include <algorithm>
#include <numbers>
#include <utility>

#include "report/surprisal_text.hpp"

namespace carousel {

void SurprisingLines::start_line(std::string place) {
    finish();
    line_.place = std::move(place);
}

void SurprisingLines::add(std::string_view character, double nats) {
    nats_ += nats;
    ++line_.characters;
    if (character.ends_with('\n')) return;
    if (line_.characters <= config_.shown) append_coloured(character, nats, line_.html);
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
