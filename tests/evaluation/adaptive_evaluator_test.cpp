#include "evaluation/adaptive_evaluator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "evaluation/evaluator.hpp"
#include "model/reader.hpp"
#include "support/tiny_corpus.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_likely = 3;

Metrics adaptive(const TestModel& model, const Corpus& corpus, const CorpusPart& part,
                 float learning_rate, const SurprisalVisitor& visitor = {}, int threads = 1) {
    const auto team = model.on(threads);
    DynamicEvaluation reader(team, {.learning_rate = learning_rate, .segment = 7});
    return evaluate_adaptively(reader, corpus, part, visitor, k_likely);
}

struct Seen {
    std::vector<std::uint64_t> indices;
    std::string text;
    std::vector<double> nats;
    SurprisalVisitor visitor() {
        return [this](const CharacterSurprisal& character) {
            indices.push_back(character.index);
            text += character.text;
            nats.push_back(character.nats);
            for (const auto& [id, probability] : character.likely) {
                likely.push_back(id);
                probabilities.push_back(probability);
            }
        };
    }
    std::vector<TokenId> likely{};
    std::vector<float> probabilities{};
};

const std::vector<std::string> k_documents{"hello \u65e5ld, hell\u00e9 world", "another text",
                                           "hold on, world"};

/// Says what a model says that does not learn.
class FixedPredictor final : public Predictor {
public:
    explicit FixedPredictor(const TestModel& model)
        : model_(model),
          reader_(model->reader(1)),
          state_(RecurrentState::zeros(model.config(), 1)) {}

    void read(TokenId symbol) override {
        TokenIds ids(TokenIds::shape_type{1, 1});
        ids(0, 0) = symbol;
        reader_->advance(ids, state_, logits_);
        model_.machine().softmax({logits_.data(), logits_.size()}, 1);
    }
    std::span<const float> probabilities() override { return {logits_.data(), logits_.size()}; }

private:
    const TestModel& model_;
    std::unique_ptr<Reader> reader_;
    RecurrentState state_;
    Tensor<2> logits_;
};

}  // namespace

TEST_SUITE("evaluation/adaptive_evaluator") {
    TEST_CASE("with a learning rate of 0 every figure is that of the stream, and what was likely") {
        const TinyCorpus corpus(k_documents, {.min_count = 2});
        const auto model = untrained_model(corpus->vocabulary().size(), 9);
        const auto split = corpus->split(0.4);
        for (const auto& part : {corpus->whole(), split.training, split.validation}) {
            Seen fixed, learned;
            const auto expected = evaluate_stream(model, *corpus, part, Precision::float32,
                                                  fixed.visitor(), k_likely);
            CHECK(adaptive(model, *corpus, part, 0, learned.visitor()) == expected);
            CHECK(learned.indices == fixed.indices);
            CHECK(learned.text == fixed.text);
            CHECK(learned.nats == fixed.nats);
            CHECK(learned.likely.size() == k_likely * learned.nats.size());
            CHECK(learned.likely == fixed.likely);
            CHECK(learned.probabilities == fixed.probabilities);
        }
    }

    TEST_CASE("a predictor that says what the model says has the figures of the stream") {
        const TinyCorpus corpus(k_documents, {.min_count = 2});
        const auto model = untrained_model(corpus->vocabulary().size(), 9);
        for (const auto& part : {corpus->whole(), corpus->split(0.4).validation}) {
            Seen fixed, predicted;
            const auto expected = evaluate_stream(model, *corpus, part, Precision::float32,
                                                  fixed.visitor(), k_likely);
            FixedPredictor predictor(model);
            const auto metrics =
                evaluate_predictor(predictor, *corpus, part, predicted.visitor(), k_likely);
            CHECK(metrics.characters == expected.characters);
            CHECK(metrics.bytes == expected.bytes);
            CHECK(metrics.nats == doctest::Approx(expected.nats).epsilon(1e-5));
            CHECK(predicted.indices == fixed.indices);
            CHECK(predicted.text == fixed.text);
            CHECK(predicted.likely == fixed.likely);
        }
        const TinyCorpus other({"abc"});
        FixedPredictor predictor(model);
        CHECK_THROWS_AS(evaluate_predictor(predictor, *other, other->whole()), std::logic_error);
    }

    TEST_CASE("a text whose second half repeats its first becomes cheaper there") {
        const std::string half = "the quick brown fox jumps over the lazy dog; ";
        std::string text;
        for (int i = 0; i < 20; ++i) text += half;
        const TinyCorpus corpus({text});
        const auto model = untrained_model(corpus->vocabulary().size(), 9, 1);
        Seen seen;
        adaptive(model, *corpus, corpus->whole(), 0.01F, seen.visitor());
        const auto middle = seen.nats.begin() + static_cast<std::ptrdiff_t>(seen.nats.size() / 2);
        double first = 0, second = 0;
        std::for_each(seen.nats.begin(), middle, [&](double nats) { first += nats; });
        std::for_each(middle, seen.nats.end(), [&](double nats) { second += nats; });
        CHECK(second < 0.7 * first);
    }

    TEST_CASE("every figure is the same on every number of threads") {
        const TinyCorpus corpus(k_documents);
        const auto model = untrained_model(corpus->vocabulary().size(), 9);
        const auto one = adaptive(model, *corpus, corpus->whole(), 0.01F);
        CHECK(adaptive(model, *corpus, corpus->whole(), 0.01F, {}, 3) == one);
        CHECK(one != adaptive(model, *corpus, corpus->whole(), 0));
    }

    TEST_CASE("a part without characters and a strange vocabulary are errors") {
        const TinyCorpus corpus(k_documents);
        const auto model = untrained_model(corpus->vocabulary().size(), 9);
        CHECK_THROWS_AS(adaptive(model, *corpus, {.begin = 3, .end = 3}, 0.01F), InputError);
        const auto strange = untrained_model(corpus->vocabulary().size() + 1, 9);
        CHECK_THROWS_AS(adaptive(strange, *corpus, corpus->whole(), 0.01F), std::logic_error);
    }
}
