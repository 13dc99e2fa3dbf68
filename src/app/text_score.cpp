#include "app/text_score.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/error.hpp"
#include "model/recurrent_state.hpp"
#include "text/characters.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_symbols_at_once = 4096;

/// -log p of each symbol of a document that begins with the first.
std::vector<double> surprisals_of(std::span<const TokenId> ids, Reader& reader,
                                  const LanguageModelConfig& config) {
    auto memory = RecurrentState::zeros(config, 1);
    std::vector<double> nats;
    nats.reserve(ids.size());
    TokenIds inputs, targets;
    Tensor<2> surprisals;
    for (std::size_t begin = 0; begin < ids.size(); begin += k_symbols_at_once) {
        const std::size_t count = std::min(k_symbols_at_once, ids.size() - begin);
        inputs.resize({count, 1});
        targets.resize({count, 1});
        for (std::size_t t = 0; t < count; ++t) {
            inputs(t, 0) = begin + t == 0 ? Vocabulary::k_separator : ids[begin + t - 1];
            targets(t, 0) = ids[begin + t];
        }
        reader.surprisals(inputs, targets, memory, surprisals);
        for (std::size_t t = 0; t < count; ++t) nats.push_back(double{surprisals(t, 0)});
    }
    return nats;
}

}  // namespace

TextScore score_text(Reader& reader, const LanguageModelConfig& config, const Tokenizer& tokenizer,
                     std::string_view text, UnknownCharacters unknown) {
    const auto ids = tokenizer.encode(text, unknown);
    TextScore score;
    score.text = tokenizer.decode(ids);
    if (ids.empty())
        throw UsageError("The text has no character that the model knows, so there is no score.");
    const auto nats = surprisals_of(ids, reader, config);
    for (const double each : nats) score.metrics.nats += each;
    score.metrics.bytes = score.text.size();

    CharacterSplitter splitter(tokenizer.settings().unit);
    splitter.push(score.text);
    splitter.finish();
    std::string_view character;
    std::size_t symbol = 0;
    std::uint64_t end = 0, read = 0;  // bytes of whole characters, of symbols
    while (splitter.next(character)) {
        end += character.size();
        double sum = 0;
        for (; symbol < ids.size() && read < end; ++symbol) {
            sum += nats[symbol];
            read += tokenizer.vocabulary().symbol(ids[symbol]).text.size();
        }
        score.nats.push_back(sum);
        score.ends.push_back(end);
    }
    score.metrics.characters = score.nats.size();
    return score;
}

}  // namespace carousel
