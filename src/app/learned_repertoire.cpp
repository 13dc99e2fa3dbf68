#include "app/learned_repertoire.hpp"

namespace carousel {

namespace {

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
    finder.add(corpus.repertoire(part.begin + 1, part.end), corpus.vocabulary().size());
    return finder.found();
}

}  // namespace carousel
