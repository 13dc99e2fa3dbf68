#include "app/adapted_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/shown_input.hpp"
#include "model/reader.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_passes = 3;  // over the weights for a symbol: forward, backward, gradient

std::vector<TokenId> encode_file(const LoadedModel& loaded, const std::filesystem::path& path,
                                 const DecodingSettings& decoding, UnknownCharacters unknown) {
    const std::string text = read_text(path, loaded.snapshot.text.unit, decoding);
    try {
        return loaded.tokenizer.encode(text, unknown);
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", shown_input(path), error.what()));
    }
}

/// Nats of all symbols but the first, as the model predicts them without learning.
double fixed_nats(const Model& model, std::span<const TokenId> ids) {
    constexpr std::size_t k_piece = 4096;
    const auto reader = model.reader(1);
    auto state = RecurrentState::zeros(model.config(), 1);
    TokenIds inputs, targets;
    Tensor<2> surprisals;
    double nats = 0;
    for (std::size_t at = 0; at + 1 < ids.size(); at += k_piece) {
        const std::size_t count = std::min(k_piece, ids.size() - 1 - at);
        inputs.resize({count, 1});
        targets.resize({count, 1});
        std::ranges::copy(ids.subspan(at, count), inputs.begin());
        std::ranges::copy(ids.subspan(at + 1, count), targets.begin());
        reader->surprisals(inputs, targets, state, surprisals);
        for (const float x : surprisals) nats += double{x};
    }
    return nats;
}

// What the text is made of may be written, too.
void learn_to_write(std::span<const TokenId> ids, Tokenizer& tokenizer) {
    if (!tokenizer.repertoire()) return;
    const auto& vocabulary = tokenizer.vocabulary();
    RepertoireFinder finder(vocabulary);
    finder.add(*tokenizer.repertoire(), vocabulary.size());
    finder.push(ids);
    tokenizer = Tokenizer(tokenizer.settings(), vocabulary, finder.found());
}

}  // namespace

int threads_to_adapt(const LanguageModelConfig& model, std::optional<int> wanted) {
    return threads_for(model, k_passes, wanted);
}

AdaptationReport adapt_to_text(LoadedModel& loaded, const std::filesystem::path& path,
                               const DecodingSettings& decoding, UnknownCharacters unknown,
                               const AdaptationConfig& config, std::optional<int> threads,
                               const TellWork& tell) {
    auto ids = encode_file(loaded, path, decoding, unknown);
    if (ids.empty()) {
        throw InputError(fmt::format("{} has no characters to learn from.", shown_input(path)));
    }
    ids.insert(ids.begin(), Vocabulary::k_separator);
    auto& snapshot = loaded.snapshot;
    const auto own = model_on_threads(threads_to_adapt(snapshot.model, threads), snapshot.model,
                                      snapshot.weights);
    DynamicEvaluation reader(*own.model, config);
    const auto segment = static_cast<std::size_t>(config.segment);
    const std::size_t symbols = ids.size() - 1;
    const auto what = fmt::format("learning from {}", shown_input(path));
    double nats = 0;
    for (std::size_t at = 0; at < symbols; at += segment) {
        const auto count = std::min(segment, symbols - at);
        for (const float x : reader.read({ids.data() + at, count + 1})) nats += double{x};
        tell(Progress{what, static_cast<double>(at) / static_cast<double>(symbols)});
    }
    reader.require_finite();
    const AdaptationReport report{
        .symbols = symbols,
        .nats = nats / static_cast<double>(symbols),
        .fixed_nats = fixed_nats(*own.model, ids) / static_cast<double>(symbols)};
    if (report.fell_back()) return report;
    snapshot.weights = reader.model().weights();
    learn_to_write(std::span(ids).subspan(1), loaded.tokenizer);
    return report;
}

}  // namespace carousel
