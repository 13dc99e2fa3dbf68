#pragma once

#include <cstdint>

#include "data/corpus.hpp"
#include "evaluation/character_surprisal.hpp"
#include "evaluation/metrics.hpp"
#include "model/model.hpp"
#include "model/quantization.hpp"
#include "model/two_nets.hpp"

// The room evaluation says how well a model predicts a text. In reading order:
//
//     metrics               sums of surprisal, from which every measure follows
//     character_surprisal   symbols put together to characters, which are what is counted
//     evaluator             the protocols: `stream`, `windows`, and a training's quick estimate
//     adaptive_evaluator    the stream again, by what learns while it reads
//     baseline              what a model is compared with: n-grams of the training text
//     text_place            where in its documents a symbol stands
//
// The law of the room: a figure is a function of model, text and protocol alone, not of threads,
// batches or how far a text was cut. What never happens here: a comparison that mixes protocols, a
// rounded number.

namespace carousel {

// All of these: nats of a character spelled in several symbols are summed; separators are not
// counted. The sums are taken in double in text order, so that every digit is the same on every
// number of threads. A visitor is called for each predicted character; it is told the `likely`
// likeliest symbols of its place, at most. Throws: InputError when the part has too few characters;
// std::logic_error when corpus and model have different vocabularies.

/// That both have the same number of symbols.
void require_fit(const Model& model, const Corpus& corpus);

/// Protocol `stream`: the part as one stream, the state carried from its first character to its
/// last. The symbol before the part is fed first (at the start of the corpus that is the separator,
/// which is not predicted then), so every character of the part is predicted. Separators are fed.
Metrics evaluate_stream(const Model& model, const Corpus& corpus, const CorpusPart& part,
                        Precision precision = Precision::float32,
                        const SurprisalVisitor& visitor = {}, std::int64_t likely = 0);

/// Protocol `windows`: each window feeds `window` characters from an empty state and predicts the
/// one that follows each of them; windows start `window` characters apart, and a tail without
/// enough characters is dropped. Separators are left out of the text.
/// Law: floor((characters - 1) / window) windows.
Metrics evaluate_windows(const Model& model, const Corpus& corpus, const CorpusPart& part,
                         std::int64_t window, Precision precision = Precision::float32,
                         const SurprisalVisitor& visitor = {}, std::int64_t likely = 0);

/// Windows that are read as one batch, at most.
inline constexpr std::int64_t k_windows_side_by_side = 32;

/// Of so many streams those that are read side by side: fewer of a net that remembers much of each,
/// as a Transformer of a long context does, so that their memories together stay below 64 MB. At
/// least one.
std::uint64_t streams_at_once(const LanguageModelConfig& model, std::uint64_t streams);

/// How a part is cut for a quick estimate.
struct EstimateConfig {
    /// Evenly spaced, read side by side; fewer where so little is read that the lead-ins would cost
    /// more than a quarter of it, and as `streams_at_once` says.
    std::int64_t streams = 64;
    std::int64_t lead_in = 64;           ///< symbols before each that are fed to warm its state
    std::uint64_t symbols = UINT64_MAX;  ///< predicted in all, at most (but one a stream)
    Way way = Way::forward;              ///< backward: each stretch is read from its end
};

/// The measure of validation during training: near `evaluate_stream`, and many times as fast,
/// because the part is read as parallel streams. A function of model, text and config alone. From
/// the end, what the corpus ends with is read first, and not predicted.
Metrics estimate(const Model& model, const Corpus& corpus, const CorpusPart& part,
                 const EstimateConfig& config = {});

}  // namespace carousel
