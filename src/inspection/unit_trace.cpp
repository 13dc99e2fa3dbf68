#include "inspection/unit_trace.hpp"

#include <algorithm>
#include <utility>

#include "model/cell_signals.hpp"
#include "text/characters.hpp"
#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_steps_at_once = 256;

// Grapheme clusters of what is UTF-8, single bytes of the rest.
std::vector<std::string> people_characters(std::string_view text, std::size_t most) {
    std::vector<std::string> characters;
    while (!text.empty() && characters.size() < most) {
        const auto valid = valid_utf8_prefix(text);
        CharacterSplitter splitter(Unit::grapheme);
        splitter.push(text.substr(0, valid));
        splitter.finish();
        std::string_view character;
        while (characters.size() < most && splitter.next(character))
            characters.emplace_back(character);
        text.remove_prefix(valid);
        if (text.empty() || characters.size() == most) break;
        characters.emplace_back(text.substr(0, 1));
        text.remove_prefix(1);
    }
    return characters;
}

/// A trace that grows step by step. The separator is read before the first symbol, so step t
/// follows symbol t - 1 and foresees symbol t.
class GrowingTrace {
public:
    GrowingTrace(const LanguageModelConfig& config, const InspectedText& text) : text_(text) {
        const auto& cell = cell_view(config.cell);
        trace.layers = static_cast<std::size_t>(config.layers);
        trace.units = static_cast<std::size_t>(config.hidden_size);
        trace.signals = cell.signals.size();
        trace.length = text.characters.size();
        trace.values.resize(trace.layers * trace.signals * trace.units * trace.length);
        trace.nats.resize(trace.length);
    }

    /// Step `at` of the text is step t of what a tracer gave.
    void take(std::size_t at, std::size_t t, const UnitSignals& signals,
              const LikelySymbols& likely, float nats) {
        if (at == 0) take_first(t, signals);
        while (foreseen_ < trace.length && text_.ends[foreseen_] <= at) ++foreseen_;
        if (foreseen_ < trace.length) trace.nats[foreseen_] += nats;
        for (; seen_ < trace.length && text_.ends[seen_] <= at; ++seen_)
            take_signals(t, signals, likely);
    }

    UnitTrace trace;

private:
    // What the separator left, which the first character finds.
    void take_first(std::size_t t, const UnitSignals& signals) {
        for (std::size_t l = 0; l < trace.layers; ++l) {
            const float* from = &signals.values(l, t, 0, 0);
            trace.before.insert(trace.before.end(), from, from + trace.signals * trace.units);
        }
    }

    void take_signals(std::size_t t, const UnitSignals& signals, const LikelySymbols& likely) {
        const auto numbers = trace.signals * trace.units;
        for (std::size_t l = 0; l < trace.layers; ++l) {
            const float* from = &signals.values(l, t, 0, 0);
            float* to = trace.values.data() + l * numbers * trace.length + seen_;
            for (std::size_t i = 0; i < numbers; ++i) to[i * trace.length] = from[i];
        }
        trace.likely.each = likely.each;
        const auto what = likely.at(t);
        trace.likely.symbols.insert(trace.likely.symbols.end(), what.begin(), what.end());
    }

    const InspectedText& text_;
    std::size_t seen_ = 0, foreseen_ = 0;  // characters
};

}  // namespace

InspectedText inspected_text(const Tokenizer& tokenizer, std::string_view text,
                             UnknownCharacters unknown, std::size_t most) {
    InspectedText out;
    out.ids = tokenizer.encode(text, unknown);
    out.characters = people_characters(tokenizer.decode(out.ids), most);
    std::size_t symbol = 0, bytes = 0, read = 0;
    for (const auto& character : out.characters) {
        bytes += character.size();
        while (symbol < out.ids.size() && read < bytes)
            read += tokenizer.vocabulary().symbol(out.ids[symbol++]).text.size();
        out.ends.push_back(symbol);
    }
    out.ids.resize(symbol);
    return out;
}

UnitTrace trace_units(Tracer& tracer, const LanguageModelConfig& config, const InspectedText& text,
                      std::int64_t likely) {
    GrowingTrace growing(config, text);
    auto state = RecurrentState::zeros(config, 1);
    UnitSignals signals;
    LikelySymbols foreseen{.most = likely};
    Tensor<2> surprisals;
    const auto steps = text.ids.size() + 1;
    const auto symbol = [&](std::size_t at) {
        return at == 0 || at == steps ? Vocabulary::k_separator : text.ids[at - 1];
    };
    for (std::size_t begin = 0; begin < steps; begin += k_steps_at_once) {
        const auto count = std::min(k_steps_at_once, steps - begin);
        TokenIds inputs({count, std::size_t{1}}), targets({count, std::size_t{1}});
        for (std::size_t t = 0; t < count; ++t) {
            inputs(t, 0) = symbol(begin + t);
            targets(t, 0) = symbol(begin + t + 1);
        }
        tracer.trace(inputs, targets, state, surprisals, foreseen, signals);
        for (std::size_t t = 0; t < count; ++t)
            growing.take(begin + t, t, signals, foreseen, surprisals(t, 0));
    }
    return std::move(growing.trace);
}

}  // namespace carousel
