#include "app/long_prompt.hpp"

#include <doctest/doctest.h>

#include <string>

#include "app/machines.hpp"
#include "generation/session_batch.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;

namespace {

const std::string k_text = "The wheel goes round, the horses rise, and lamps look on.\n";

/// An untrained model, as if a file had been loaded.
LoadedModel loaded_model() {
    auto tokenizer = tokenizer_of(k_text);
    const auto model = untrained_model(tokenizer.vocabulary().size(), 3);
    Snapshot snapshot;
    snapshot.model = model->config();
    snapshot.weights = model->weights();
    return {std::move(snapshot), std::move(tokenizer)};
}

std::string written(const LoadedModel& loaded, Session session) {
    const auto own = model_on_threads(1, loaded.snapshot.model, loaded.snapshot.weights);
    SessionBatch batch(*own.model, loaded.tokenizer, 1);
    batch.join(std::move(session));
    std::string text;
    while (!batch.empty())
        for (const auto& piece : batch.advance()) text += piece.text;
    return text;
}

LanguageModelConfig of_size(std::int64_t hidden_size) {
    return {.vocabulary_size = 65,
            .layers = 2,
            .hidden_size = hidden_size,
            .embedding_size = hidden_size};
}

}  // namespace

TEST_SUITE("app/long_prompt") {
    TEST_CASE("a prompt read ahead by a team is gone on with as if it had been read alone") {
        const auto loaded = loaded_model();
        std::string prompt;
        for (int i = 0; i < 12; ++i) prompt += k_text;
        const auto ids = loaded.tokenizer.encode(prompt);
        REQUIRE(ids.size() > k_long_prompt);
        const Session session(loaded.tokenizer, loaded.snapshot.model, {.seed = 7, .length = 80},
                              ids);
        Session ahead = session, by_size = session;
        read_ahead(ahead, loaded, Precision::float32, 3);
        CHECK(ahead.reading().unread.size() == 1);
        CHECK(written(loaded, ahead) == written(loaded, session));
        // So small a model is read by the thread that writes.
        read_long_prompt(by_size, loaded, Precision::float32, 1, {});
        CHECK(by_size.reading().unread.size() == session.reading().unread.size());
    }

    TEST_CASE("a long text is read by all threads from smaller models on than a text is written") {
        const auto all = default_threads();
        CHECK(threads_to_read(of_size(64), {}) == 1);
        CHECK(threads_to_read(of_size(512), {}) == all);
        CHECK(threads_for(of_size(512), 1, {}) == 1);
        CHECK(threads_to_read(of_size(2048), {}) == all);
        CHECK(threads_to_read(of_size(64), 5) == 5);
    }
}
