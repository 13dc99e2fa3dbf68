#include "evaluation/text_place.hpp"

#include <stdexcept>

namespace carousel {

TextPlace::TextPlace(const Corpus& corpus) : corpus_(corpus) {
    for (const auto& symbol : corpus.vocabulary().symbols()) {
        ends_line_.push_back(symbol.text.ends_with('\n'));
    }
}

void TextPlace::go_to(std::uint64_t index) {
    if (index < index_) throw std::logic_error("a place in front of the last one was asked for");
    for (; index_ < index; ++index_) {
        const TokenId id = corpus_.at(index_);
        if (id == Vocabulary::k_separator) {
            document_ = documents_++;
            line_ = 1;
            continue;
        }
        character_ += corpus_.starts_character(index_) ? 1 : 0;
        line_ += ends_line_[id] ? 1 : 0;
    }
}

}  // namespace carousel
