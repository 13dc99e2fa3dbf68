#include "app/learned_repertoire.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace carousel {

namespace {

constexpr std::uint64_t k_symbols_at_once = 65536;  // symbols read at once

// Whether this training only goes on with the text that `stored` has seen.
bool same_text(const TrainingText& text, const Snapshot& stored) {
    return text.corpus().fingerprint() == stored.corpus.fingerprint;
}

}  // namespace

std::optional<Repertoire> learned_repertoire(const TrainingText& text, const Snapshot* stored) {
    const auto& corpus = text.corpus();
    RepertoireFinder finder(corpus.vocabulary());
    if (stored != nullptr && (stored->repertoire || !same_text(text, *stored))) {
        // An alphabet without byte symbols is a repertoire of its own.
        if (!stored->repertoire && Vocabulary(stored->symbols).has_bytes()) return std::nullopt;
        finder.add(stored->repertoire.value_or(Repertoire{}), stored->symbols.size());
    }
    // The separator in front is read and never to be predicted.
    const auto& part = text.training();
    std::vector<TokenId> ids;
    for (auto at = part.begin + 1; at < part.end; at += ids.size()) {
        ids.resize(std::min(k_symbols_at_once, part.end - at));
        corpus.copy(at, ids);
        finder.push(ids);
    }
    return finder.found();
}

}  // namespace carousel
