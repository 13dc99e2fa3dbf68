#include "app/adapted_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"

namespace carousel {

namespace {

constexpr std::int64_t k_passes = 3;  // over the weights for a symbol: forward, backward, gradient

std::vector<TokenId> encode_file(const LoadedModel& loaded, const std::filesystem::path& path,
                                 const DecodingSettings& decoding, UnknownCharacters unknown) {
    const std::string text = read_text(path, loaded.snapshot.text.unit, decoding);
    try {
        return loaded.tokenizer.encode(text, unknown);
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", shown_path(path), error.what()));
    }
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
        throw InputError(fmt::format("{} has no characters to learn from.", shown_path(path)));
    }
    ids.insert(ids.begin(), Vocabulary::k_separator);
    auto& snapshot = loaded.snapshot;
    const auto own = model_on_threads(threads_to_adapt(snapshot.model, threads), snapshot.model,
                                      snapshot.weights);
    DynamicEvaluation reader(*own.model, config);
    const auto segment = static_cast<std::size_t>(config.segment);
    const std::size_t symbols = ids.size() - 1;
    const auto what = fmt::format("learning from {}", shown_path(path));
    double nats = 0;
    for (std::size_t at = 0; at < symbols; at += segment) {
        const auto count = std::min(segment, symbols - at);
        for (const float x : reader.read({ids.data() + at, count + 1})) nats += double{x};
        tell(Progress{what, static_cast<double>(at) / static_cast<double>(symbols)});
    }
    reader.require_finite();
    snapshot.weights = reader.model().weights();
    return {symbols, nats / static_cast<double>(symbols)};
}

}  // namespace carousel
