#include "evaluation/evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "model/reader.hpp"

// First how stretches of a corpus are read side by side (`StretchReader`, for the stream and the
// estimate), then windows of characters (`CharacterReader`, `EvaluationWindow`), then the three
// protocols over them. A stream's surprisals do not depend on its neighbours, so no figure depends
// on how many are read at once.

namespace carousel {

namespace {

constexpr std::int64_t k_symbols_at_once = 4096;         // of all streams
constexpr std::uint64_t k_least_stretch = 4;             // of an estimate, in lead-ins
constexpr std::uint64_t k_most_remembered = 64'000'000;  // bytes, of all streams

/// A corpus as a net reads it: from its start, or with all its symbols in the other order.
class OrderedCorpus {
public:
    OrderedCorpus(const Corpus& corpus, Way way) : corpus_(corpus), way_(way) {}

    std::uint64_t tokens() const { return corpus_.tokens(); }

    /// The place in the corpus of the symbol at `index` of this order, and the other way round.
    std::uint64_t place(std::uint64_t index) const {
        return way_ == Way::forward ? index : corpus_.tokens() - 1 - index;
    }

    void copy(std::uint64_t begin, std::span<TokenId> out) const {
        if (way_ == Way::forward) return corpus_.copy(begin, out);
        corpus_.copy(corpus_.tokens() - begin - out.size(), out);
        std::reverse(out.begin(), out.end());
    }

private:
    const Corpus& corpus_;
    Way way_;
};

/// Symbols [begin, end) of the corpus in the order of reading, which are predicted.
struct CorpusStretch {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t size() const { return end - begin; }
};

// The likeliest symbols are computed only where somebody wants them.
void read_surprisals(Reader& reader, const TokenIds& inputs, const TokenIds& targets,
                     RecurrentState& state, Tensor<2>& nats, LikelySymbols& likely) {
    if (likely.most > 0) {
        reader.surprisals(inputs, targets, state, nats, likely);
    } else {
        reader.surprisals(inputs, targets, state, nats);
    }
}

/// Stretches of one corpus read side by side, the states carried from end to end.
class StretchReader {
public:
    StretchReader(const Model& model, const Corpus& corpus, Way way,
                  std::span<const CorpusStretch> stretches, Precision precision,
                  const SurprisalVisitor& visitor = {}, std::int64_t likely = 0)
        : corpus_(corpus, way),
          stretches_(stretches),
          reader_(model.reader(static_cast<std::int64_t>(stretches.size()), precision)),
          state_(
              RecurrentState::zeros(model.config(), static_cast<std::int64_t>(stretches.size()))),
          sums_(stretches.size(), CharacterSums(corpus, visitor)),
          likely_{.most = likely} {}

    /// Feeds the `count` symbols in front of each stretch's own first input.
    void lead_in(std::int64_t count) {
        advance(-count, count, false);
        for (std::size_t b = 0; b < stretches_.size(); ++b) {
            // Where the corpus begins there is nothing to read, and the memory is to be empty.
            if (stretches_[b].begin < static_cast<std::uint64_t>(count) + 1) state_.clear(b);
        }
    }

    Metrics predict() {
        std::uint64_t longest = 0;
        for (const auto& stretch : stretches_) longest = std::max(longest, stretch.size());
        advance(0, static_cast<std::int64_t>(longest), true);
        Metrics sum;
        for (auto& sums : sums_) {
            const Metrics& metrics = sums.finish();
            sum.nats += metrics.nats;
            sum.characters += metrics.characters;
            sum.bytes += metrics.bytes;
        }
        return sum;
    }

private:
    // Predicts the symbols at [from, from + count) of each stretch, and counts them if asked to.
    void advance(std::int64_t from, std::int64_t count, bool counted) {
        const auto batch = static_cast<std::int64_t>(stretches_.size());
        const std::int64_t piece = std::max<std::int64_t>(1, k_symbols_at_once / batch);
        for (std::int64_t done = 0; done < count; done += piece) {
            const std::int64_t steps = std::min(piece, count - done);
            fill(from + done, static_cast<std::size_t>(steps));
            read_surprisals(*reader_, inputs_, targets_, state_, nats_, likely_);
            for (std::size_t b = 0; counted && b < stretches_.size(); ++b) {
                add(b, static_cast<std::uint64_t>(from + done), static_cast<std::size_t>(steps));
            }
        }
    }

    void fill(std::int64_t from, std::size_t steps) {
        inputs_.resize({steps, stretches_.size()});
        targets_.resize({steps, stretches_.size()});
        std::vector<TokenId> ids(steps + 1);
        for (std::size_t b = 0; b < stretches_.size(); ++b) {
            // Outside the corpus there stand separators.
            std::fill(ids.begin(), ids.end(), Vocabulary::k_separator);
            const std::int64_t first = static_cast<std::int64_t>(stretches_[b].begin) + from - 1;
            const std::int64_t begin = std::max<std::int64_t>(first, 0);
            const std::int64_t end = std::min(first + static_cast<std::int64_t>(ids.size()),
                                              static_cast<std::int64_t>(corpus_.tokens()));
            if (begin < end) {
                corpus_.copy(static_cast<std::uint64_t>(begin),
                             std::span(ids).subspan(static_cast<std::size_t>(begin - first),
                                                    static_cast<std::size_t>(end - begin)));
            }
            for (std::size_t t = 0; t < steps; ++t) {
                inputs_(t, b) = ids[t];
                targets_(t, b) = ids[t + 1];
            }
        }
    }

    void add(std::size_t b, std::uint64_t from, std::size_t steps) {
        for (std::size_t t = 0; t < steps && from + t < stretches_[b].size(); ++t) {
            sums_[b].add(corpus_.place(stretches_[b].begin + from + t), targets_(t, b),
                         double{nats_(t, b)}, likely_.at(t * stretches_.size() + b));
        }
    }

    OrderedCorpus corpus_;
    std::span<const CorpusStretch> stretches_;
    std::unique_ptr<Reader> reader_;
    RecurrentState state_;
    std::vector<CharacterSums> sums_;
    TokenIds inputs_, targets_;
    Tensor<2> nats_;
    LikelySymbols likely_;
};

/// A symbol and where it stands in the corpus.
struct PlacedSymbol {
    std::uint64_t index = 0;
    TokenId id = 0;
};

/// The characters of a part one after another, without separators.
class CharacterReader {
public:
    CharacterReader(const Corpus& corpus, const CorpusPart& part)
        : corpus_(corpus), position_(part.begin), end_(part.end) {}

    /// Replaces `symbols` by those of the next character. Range: there is one.
    void next(std::vector<PlacedSymbol>& symbols) {
        symbols.clear();
        while (!corpus_.starts_character(position_)) ++position_;
        do {
            symbols.push_back({position_, corpus_.at(position_)});
            ++position_;
        } while (position_ < end_ && !corpus_.starts_character(position_) &&
                 corpus_.at(position_) != Vocabulary::k_separator);
    }

private:
    const Corpus& corpus_;
    std::uint64_t position_, end_;
};

/// The symbols of window + 1 characters; the first character is fed and not predicted.
struct EvaluationWindow {
    std::vector<PlacedSymbol> symbols;
    std::size_t first_predicted = 0;
};

// A window shorter in symbols than the longest is padded: what stands behind a symbol does not
// change how it was predicted.
void add_windows(std::span<const EvaluationWindow> windows, const Model& model, Reader& reader,
                 std::size_t batch, CharacterSums& sums, LikelySymbols& likely) {
    std::size_t longest = 0;
    for (const auto& window : windows) longest = std::max(longest, window.symbols.size());
    TokenIds inputs(TokenIds::shape_type{longest - 1, batch}), targets(inputs.shape());
    inputs.fill(Vocabulary::k_separator);
    targets.fill(Vocabulary::k_separator);
    for (std::size_t b = 0; b < windows.size(); ++b) {
        for (std::size_t t = 0; t + 1 < windows[b].symbols.size(); ++t) {
            inputs(t, b) = windows[b].symbols[t].id;
            targets(t, b) = windows[b].symbols[t + 1].id;
        }
    }
    auto state = RecurrentState::zeros(model.config(), static_cast<std::int64_t>(batch));
    Tensor<2> nats;
    read_surprisals(reader, inputs, targets, state, nats, likely);
    for (std::size_t b = 0; b < windows.size(); ++b) {
        const auto& [symbols, first] = windows[b];
        for (std::size_t t = first; t < symbols.size(); ++t) {
            sums.add(symbols[t].index, symbols[t].id, double{nats(t - 1, b)},
                     likely.at((t - 1) * batch + b));
        }
    }
}

}  // namespace

void require_fit(const Model& model, const Corpus& corpus) {
    if (static_cast<std::int64_t>(corpus.vocabulary().size()) != model.config().vocabulary_size) {
        throw std::logic_error("the corpus was encoded with another vocabulary than the model's");
    }
}

std::uint64_t streams_at_once(const LanguageModelConfig& model, std::uint64_t streams) {
    const auto widths = state_widths(model);
    const auto each =
        static_cast<std::uint64_t>(model.layers * (widths.hidden + widths.states)) * sizeof(float);
    return std::clamp<std::uint64_t>(k_most_remembered / each, 1, streams);
}

Metrics evaluate_stream(const Model& model, const Corpus& corpus, const CorpusPart& part,
                        Precision precision, const SurprisalVisitor& visitor, std::int64_t likely) {
    require_fit(model, corpus);
    const CorpusStretch whole{first_predicted(part), part.end};
    return StretchReader(model, corpus, Way::forward, {&whole, 1}, precision, visitor, likely)
        .predict();
}

Metrics evaluate_windows(const Model& model, const Corpus& corpus, const CorpusPart& part,
                         std::int64_t window, Precision precision, const SurprisalVisitor& visitor,
                         std::int64_t likely) {
    require_fit(model, corpus);
    if (window < 1) throw std::logic_error("a window of evaluation needs at least one character");
    const auto size = static_cast<std::uint64_t>(window);
    if (part.characters <= size) {
        throw InputError(fmt::format(
            "This part of the text has {}; one window of {} needs {}. Use a smaller --window, or "
            "--protocol stream.",
            format_count(part.characters, "character"), size, size + 1));
    }
    std::uint64_t left = (part.characters - 1) / size;
    const auto batch = static_cast<std::size_t>(
        streams_at_once(model.config(), std::min<std::uint64_t>(left, k_windows_side_by_side)));
    const auto reader = model.reader(static_cast<std::int64_t>(batch), precision);
    CharacterReader characters(corpus, part);
    std::vector<PlacedSymbol> character;
    characters.next(character);
    CharacterSums sums(corpus, visitor);
    std::vector<EvaluationWindow> windows;
    LikelySymbols likely_symbols{.most = likely};
    while (left > 0) {
        windows.assign(static_cast<std::size_t>(std::min<std::uint64_t>(left, batch)), {});
        for (auto& [symbols, first_predicted] : windows) {
            symbols = character;
            first_predicted = character.size();
            for (std::int64_t i = 0; i < window; ++i) {
                characters.next(character);
                symbols.insert(symbols.end(), character.begin(), character.end());
            }
        }
        add_windows(windows, model, *reader, batch, sums, likely_symbols);
        left -= windows.size();
    }
    return sums.finish();
}

Metrics estimate(const Model& model, const Corpus& corpus, const CorpusPart& part,
                 const EstimateConfig& config) {
    require_fit(model, corpus);
    if (config.streams < 1 || config.lead_in < 0) {
        throw std::logic_error("an estimate was asked for with sizes outside their range");
    }
    auto whole = CorpusStretch{first_predicted(part), part.end};
    if (config.way == Way::backward) {
        // What it reads first has nothing before it where the corpus ends.
        const OrderedCorpus order(corpus, config.way);
        whole = {std::max<std::uint64_t>(order.place(part.end - 1), 1),
                 order.place(part.begin) + 1};
    }
    const auto least =
        std::max<std::uint64_t>(1, k_least_stretch * static_cast<std::uint64_t>(config.lead_in));
    const std::uint64_t streams = std::clamp<std::uint64_t>(
        std::min(whole.size(), config.symbols) / least, 1,
        streams_at_once(model.config(), static_cast<std::uint64_t>(config.streams)));
    std::vector<CorpusStretch> stretches;
    for (std::uint64_t s = 0; s < streams; ++s) {
        const std::uint64_t begin = whole.begin + whole.size() * s / streams;
        const std::uint64_t end = whole.begin + whole.size() * (s + 1) / streams;
        const std::uint64_t most = std::max<std::uint64_t>(1, config.symbols / streams);
        stretches.push_back({begin, begin + std::min(end - begin, most)});
    }
    StretchReader reader(model, corpus, config.way, stretches, Precision::float32);
    if (config.lead_in > 0) reader.lead_in(config.lead_in);
    return reader.predict();
}

}  // namespace carousel
