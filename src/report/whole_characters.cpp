#include "report/whole_characters.hpp"

#include "text/utf8.hpp"

namespace carousel {

void WholeCharacters::add(const PredictedCharacter& character) {
    const auto text = character.text;
    if (begun_.empty() && valid_utf8_prefix(text) == text.size()) return take_(character);
    if (!begun_.empty() && text.size() == 1) {
        const auto longer = begun_ + std::string(text);
        if (valid_utf8_prefix(longer) == longer.size() || utf8_flaw(longer).incomplete) {
            begun_ = longer;
            nats_ += character.nats;
            if (valid_utf8_prefix(longer) == longer.size()) finish();
            return;
        }
    }
    finish();
    if (valid_utf8_prefix(text) == 0 && utf8_flaw(text).incomplete) {
        begin(character);
    } else {
        take_(character);
    }
}

void WholeCharacters::begin(const PredictedCharacter& character) {
    begun_ = character.text;
    nats_ = character.nats;
    likely_.assign(character.likely.begin(), character.likely.end());
}

void WholeCharacters::finish() {
    if (begun_.empty()) return;
    take_({.text = begun_, .nats = nats_, .likely = likely_});
    begun_.clear();
}

}  // namespace carousel
