#include "evaluation/character_surprisal.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace carousel {

std::uint64_t first_predicted(const CorpusPart& part) {
    if (part.characters == 0) {
        throw InputError(
            "This part of the text has no characters, so there is nothing to predict.");
    }
    return std::max<std::uint64_t>(part.begin, 1);
}

void CharacterSums::add(std::uint64_t index, TokenId id, double nats,
                        std::span<const LikelySymbol> likely) {
    if (id == Vocabulary::k_separator) return;
    const std::string& text = corpus_.vocabulary().symbol(id).text;
    const bool starts = corpus_.starts_character(index);
    metrics_.nats += nats;
    metrics_.characters += starts ? 1 : 0;
    metrics_.bytes += text.size();
    if (!visitor_) return;
    if (starts) {
        visit();
        index_ = index;
        likely_.assign(likely.begin(), likely.end());
    }
    text_ += text;
    nats_ += nats;
}

const Metrics& CharacterSums::finish() {
    visit();
    return metrics_;
}

void CharacterSums::visit() {
    if (text_.empty()) return;
    visitor_({.index = index_, .text = text_, .nats = nats_, .likely = likely_});
    text_.clear();
    nats_ = 0;
}

}  // namespace carousel
