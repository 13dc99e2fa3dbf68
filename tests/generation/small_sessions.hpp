#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "generation/session_batch.hpp"
#include "support/tiny_model.hpp"

namespace carousel {

inline const std::string k_letters = "the quick brown fox jumps over the lazy dog.\n";

/// A model that never ends a document by itself.
inline TestModel endless_model(const Tokenizer& tokenizer, std::uint64_t seed) {
    const auto start = untrained_model(tokenizer.vocabulary().size(), seed);
    auto weights = start.weights();
    weights.back().values[Vocabulary::k_separator] = -1e4F;
    return {start.config(), weights};
}

/// A model whose symbols come with these logits, whatever came before.
inline TestModel constant_model(const std::vector<float>& logits) {
    const auto start = untrained_model(logits.size(), 1, 0);
    auto weights = start.weights();
    weights.back().values = logits;
    return {start.config(), weights};
}

/// A Transformer that never ends a document by itself.
inline TestModel small_transformer(std::size_t vocabulary_size) {
    const LanguageModelConfig config{.cell = CellKind::transformer,
                                     .vocabulary_size = static_cast<std::int64_t>(vocabulary_size),
                                     .layers = 2,
                                     .hidden_size = 20,
                                     .embedding_size = 20,
                                     .heads = 2,
                                     .context = 9};
    auto weights = CpuMachine(1).initial_weights(config, 5);
    for (auto& weight : weights[weights.size() - 2].values) weight *= 8;
    weights.back().values[Vocabulary::k_separator] = -1e4F;
    return {config, weights};
}

/// A session with what it writes with.
struct SmallSession {
    std::string name;
    Tokenizer tokenizer;
    TestModel model;
    SessionConfig config;
    std::string prompt;

    Session start() const { return {tokenizer, model.config(), config, tokenizer.encode(prompt)}; }
};

/// Letters; rare characters spelled by bytes, any or known ones; clusters; bytes; any bytes; a stop
/// text that is held back often; many documents.
inline std::vector<SmallSession> small_sessions() {
    const std::string rare = "aaaa bbbb cccc \u00e9\u65e5\U0001F600";
    const std::string marks = "\u0301\u0301a e\u0323\u0301 \U0001F468\u200D\U0001F469 \U0001F1EB ";
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
    const TextSettings clusters{.unit = Unit::grapheme, .normalization = Normalization::none};
    std::vector<SmallSession> all;
    const auto add = [&](const char* name, const Tokenizer& tokenizer, SessionConfig config,
                         const char* prompt) {
        config.sampler = {.temperature = 2, .top_p = 0.99F, .min_p = 0};
        config.seed = 3;
        config.length = 60;
        auto model = config.documents == 1 ? endless_model(tokenizer, 5)
                                           : untrained_model(tokenizer.vocabulary().size(), 5, 1);
        all.push_back({name, tokenizer, std::move(model), config, prompt});
    };
    add("letters", tokenizer_of(k_letters), {}, "the");
    add("rare characters", tokenizer_of(rare, {.min_count = 3}), {}, "a\u65e5");
    add("known rare characters",
        {{.min_count = 3},
         tokenizer_of(rare, {.min_count = 3}).vocabulary(),
         Repertoire{.unseen = {Vocabulary::k_separator}, .spelled = {0xE9, 0x65E5, 0x1F600}}},
        {}, "a");
    add("clusters", tokenizer_of(marks, clusters), {}, "a");
    add("bytes", tokenizer_of(all_bytes, byte_settings()), {}, "");
    add("raw bytes", tokenizer_of(all_bytes, byte_settings()), {.raw = true}, "\xC3");
    add("stop text", tokenizer_of("aab"), {.stop = "bbbbbbbbba"}, "");
    add("documents", tokenizer_of(k_letters), {.documents = 0}, "the");
    // Its text grows far beyond its context.
    add("transformer", tokenizer_of(k_letters), {}, "the");
    all.back().model = small_transformer(all.back().tokenizer.vocabulary().size());
    return all;
}

/// What a session still writes when it is let.
inline std::string rest_of(const SmallSession& small, const Session& session) {
    SessionBatch batch(small.model, small.tokenizer, 1);
    batch.join(session);
    std::string text;
    while (!batch.empty()) {
        for (const auto& piece : batch.advance()) text += piece.text;
    }
    return text;
}

}  // namespace carousel
