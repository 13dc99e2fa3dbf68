#pragma once

#include <cstdint>
#include <string>
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

/// A session with what it writes with.
struct SmallSession {
    std::string name;
    Tokenizer tokenizer;
    TestModel model;
    SessionConfig config;
    std::string prompt;

    Session start() const { return {tokenizer, model.config(), config, tokenizer.encode(prompt)}; }
};

/// Letters; rare characters spelled by bytes; clusters; bytes; any bytes; a stop text that is held
/// back often.
inline std::vector<SmallSession> small_sessions() {
    const std::string rare = "aaaa bbbb cccc \u00e9\u65e5\U0001F600";
    const std::string marks = "\u0301\u0301a e\u0323\u0301 \U0001F468\u200D\U0001F469 \U0001F1EB ";
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
    const TextSettings clusters{.unit = Unit::grapheme, .normalization = Normalization::none};
    std::vector<SmallSession> all;
    const auto add = [&](const char* name, const Tokenizer& tokenizer, SessionConfig config,
                         const char* prompt) {
        config.sampler = {.temperature = 2, .top_p = 0.99F};
        config.seed = 3;
        config.length = 60;
        all.push_back({name, tokenizer, endless_model(tokenizer, 5), config, prompt});
    };
    add("letters", tokenizer_of(k_letters), {}, "the");
    add("rare characters", tokenizer_of(rare, {.min_count = 3}), {}, "a\u65e5");
    add("clusters", tokenizer_of(marks, clusters), {}, "a");
    add("bytes", tokenizer_of(all_bytes, byte_settings()), {}, "");
    add("raw bytes", tokenizer_of(all_bytes, byte_settings()), {.raw = true}, "\xC3");
    add("stop text", tokenizer_of("aab"), {.stop = "bbbbbbbbba"}, "");
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
