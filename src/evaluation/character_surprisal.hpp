#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/token_id.hpp"
#include "data/corpus.hpp"
#include "evaluation/metrics.hpp"
#include "model/likely_symbols.hpp"

namespace carousel {

/// One character of the text and how surprised the model was by it.
struct CharacterSurprisal {
    std::uint64_t index = 0;  ///< token index in the corpus of its first symbol
    std::string_view text;    ///< its bytes, valid during the call
    double nats = 0;          ///< sum over its symbols
    /// The likeliest in the place of its first symbol, where they were asked for; valid during the
    /// call.
    std::span<const LikelySymbol> likely{};
};

/// Called for each predicted character, in the order of the text.
using SurprisalVisitor = std::function<void(const CharacterSurprisal&)>;

/// Index of the first symbol of a part that is predicted: the separator in front of a corpus has
/// nothing before it. Throws: InputError when the part has no characters.
std::uint64_t first_predicted(const CorpusPart& part);

/// Puts the symbols of a text, each with its surprisal, together to characters: a character that is
/// spelled in several symbols counts once. Separators count for nothing.
class CharacterSums {
public:
    /// `corpus` and what `visitor` refers to must outlive the object.
    explicit CharacterSums(const Corpus& corpus, SurprisalVisitor visitor = {})
        : corpus_(corpus), visitor_(std::move(visitor)) {}

    /// The next symbol of the text: the one at `index` of the corpus, whose id is `id`.
    void add(std::uint64_t index, TokenId id, double nats,
             std::span<const LikelySymbol> likely = {});

    /// The text has ended: visits the last character. Returns the sums over all of them.
    const Metrics& finish();

private:
    void visit();

    const Corpus& corpus_;
    SurprisalVisitor visitor_;
    Metrics metrics_;
    std::uint64_t index_ = 0;  // of the character that is being put together
    std::string text_;         // empty: there is none
    double nats_ = 0;
    std::vector<LikelySymbol> likely_;
};

}  // namespace carousel
