#include "adaptation/dynamic_evaluation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"
#include "cpu/cpu_adapter.hpp"
#include "cpu/small_model.hpp"
#include "model/reader.hpp"
#include "support/test_model.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_symbols = 20;

TestModel small_model() {
    const auto model = lively_model(
        {.vocabulary_size = k_symbols, .layers = 2, .hidden_size = 33, .embedding_size = 17});
    return {model.config(), model.weights()};
}

/// All numbers of some tensors, one after the other.
std::vector<float> flat(const std::vector<NamedTensor>& tensors) {
    std::vector<float> values;
    for (const auto& tensor : tensors)
        values.insert(values.end(), tensor.values.begin(), tensor.values.end());
    return values;
}

std::vector<TokenId> text_of(std::size_t count, std::uint32_t stream = 3) {
    const auto ids = random_ids(count, 1, k_symbols, stream);
    return {ids.begin(), ids.end()};
}

/// What the usual size of gradients is gathered from.
std::array<Stretch, 2> stretches() {
    return {text_of(60, 1), text_of(60, 2)};
}

/// The surprisals of a text that is read segment by segment, and the weights after it.
struct Reading {
    std::vector<float> nats, weights;
};

Reading read(const TestModel& model, const std::vector<TokenId>& text,
             const AdaptationConfig& config, int threads = 1) {
    const auto team = model.on(threads);
    DynamicEvaluation reader(team, config, stretches());
    Reading reading;
    for (std::size_t at = 0; at + 1 < text.size();) {
        const auto count =
            std::min<std::size_t>(static_cast<std::size_t>(config.segment), text.size() - 1 - at);
        const auto nats = reader.read({text.data() + at, count + 1});
        reading.nats.insert(reading.nats.end(), nats.begin(), nats.end());
        at += count;
    }
    reading.weights = flat(reader.model().weights());
    return reading;
}

std::vector<float> static_nats(const Model& model, const std::vector<TokenId>& text) {
    const auto reader = model.reader(1);
    auto state = RecurrentState::zeros(model.config(), 1);
    TokenIds inputs(TokenIds::shape_type{text.size() - 1, 1}), targets(inputs.shape());
    std::copy(text.begin(), text.end() - 1, inputs.begin());
    std::copy(text.begin() + 1, text.end(), targets.begin());
    Tensor<2> nats;
    reader->surprisals(inputs, targets, state, nats);
    return {nats.begin(), nats.end()};
}

double sum(const std::vector<float>& values, std::size_t begin, std::size_t end) {
    double total = 0;
    for (std::size_t i = begin; i < end; ++i) total += double{values[i]};
    return total;
}

constexpr AdaptationConfig k_lively{
    .learning_rate = 0.01F, .decay = 0.1F, .segment = 5, .epsilon = 0.1F};

}  // namespace

TEST_SUITE("adaptation/dynamic_evaluation") {
    TEST_CASE("two updates are those of the equation, worked out in double") {
        const auto model = small_model();
        const auto text = text_of(11);
        auto& pool = model.machine().team();
        CpuAdapter adapter(model.machine(), pool, model.config(), model.weights(), 5);
        const double mean = gather_gradient_scale(adapter, 5, stretches());
        // One copy of the model goes along in single precision, to take gradients at.
        LanguageModel along(model.config(), model.weights());
        const auto stored = static_cast<std::size_t>(along.parameters().stored());
        const std::vector<float> before(along.values(), along.values() + stored);
        std::vector<double> weights(before.begin(), before.end());
        auto state = RecurrentState::zeros(model.config(), 1);
        TruncatedBackpropagation backpropagation(along, pool, 5, 1, {});
        bool clipped = false, unclipped = false;
        for (std::size_t at = 0; at < 10; at += 5) {
            TokenIds inputs(TokenIds::shape_type{5, 1}), targets(inputs.shape());
            std::copy_n(text.data() + at, 5, inputs.data());
            std::copy_n(text.data() + at + 1, 5, targets.data());
            std::vector<float> gradients(stored);
            backpropagation.run(inputs, targets, state, {}, gradients.data());
            for (std::size_t i = 0; i < stored; ++i) {
                const double rms = double{adapter.rms().data()[i]};
                const double start = double{before[i]};
                const double pull = std::min(1.0, 0.6 * rms / mean);
                (pull == 1.0 ? clipped : unclipped) = true;
                weights[i] +=
                    -0.01 * double{gradients[i]} / (rms + 0.1 * mean) + pull * (start - weights[i]);
                along.values()[i] = static_cast<float>(weights[i]);
            }
        }
        REQUIRE(clipped);
        REQUIRE(unclipped);
        auto config = k_lively;
        config.decay = 0.6F;
        const auto reading = read(model, text, config);
        const auto expected = flat(along.weights());
        REQUIRE(expected.size() == reading.weights.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            REQUIRE(std::abs(double{reading.weights[i]} - double{expected[i]}) < 2e-6);
        }
    }

    TEST_CASE("with a learning rate of 0 the surprisals are those of the model, bit for bit") {
        const auto model = small_model();
        const auto text = text_of(43);  // the last segment is short
        auto config = k_lively;
        config.learning_rate = 0;
        const auto reading = read(model, text, config);
        CHECK(same_bits(reading.nats, static_nats(model, text)));
        CHECK(reading.weights == flat(model.weights()));
    }

    TEST_CASE("symbol by symbol a text is predicted as it is in segments") {
        const auto model = small_model();
        const auto text = text_of(48);  // the last segment is short
        const auto segments = read(model, text, k_lively);
        for (const int threads : {1, 2}) {
            const auto team = model.on(threads);
            DynamicEvaluation reader(team, k_lively, stretches());
            for (std::size_t i = 0; i + 1 < text.size(); ++i) {
                const auto logits = reader.next(text[i]);
                std::vector<float> p(logits.begin(), logits.end());
                model.machine().softmax(p, 1);
                REQUIRE(-std::log(double{p[text[i + 1]]}) ==
                        doctest::Approx(double{segments.nats[i]}).epsilon(1e-5));
            }
        }
    }

    TEST_CASE("a segment is predicted before it is learned") {
        const auto model = small_model();
        auto text = text_of(101);
        const auto as_it_was = read(model, text, k_lively);
        const auto fixed = static_nats(model, text);
        CHECK(std::equal(fixed.begin(), fixed.begin() + 5, as_it_was.nats.begin()));
        CHECK(as_it_was.nats[5] != fixed[5]);
        // Another end of the text, in the middle of a segment.
        std::reverse(text.begin() + 53, text.end());
        const auto changed = read(model, text, k_lively);
        CHECK(std::equal(changed.nats.begin(), changed.nats.begin() + 52, as_it_was.nats.begin()));
        CHECK(changed.nats != as_it_was.nats);
    }

    TEST_CASE("what comes again costs less, and the model it was made from stays") {
        const auto model = small_model();
        const auto once = text_of(50);
        std::vector<TokenId> text;
        for (int i = 0; i < 8; ++i) text.insert(text.end(), once.begin(), once.end());
        const auto before = model.weights();
        auto config = k_lively;
        config.decay = 0.001F;
        const auto reading = read(model, text, config);
        const auto fixed = static_nats(model, text);
        CHECK(sum(reading.nats, 349, 399) < 0.5 * sum(reading.nats, 0, 49));
        CHECK(sum(reading.nats, 349, 399) < 0.5 * sum(fixed, 349, 399));
        CHECK(model.weights() == before);
    }

    TEST_CASE("a strong pull keeps the weights near those that they had") {
        const auto model = small_model();
        const auto text = text_of(300);
        const auto distance = [&](float decay) {
            auto config = k_lively;
            config.decay = decay;
            const auto reading = read(model, text, config);
            const auto before = flat(model.weights());
            double squares = 0;
            for (std::size_t i = 0; i < reading.weights.size(); ++i) {
                const double d = double{reading.weights[i]} - double{before[i]};
                squares += d * d;
            }
            return std::sqrt(squares);
        };
        const double free = distance(0);
        CHECK(distance(0.2F) < 0.7 * free);
        CHECK(free > 0);
    }

    TEST_CASE("what the statistics hardly saw moves no weight by more than 32 learning rates") {
        const auto model = small_model();
        auto config = k_lively;
        config.epsilon = 1e-6F;  // of symbols that the stretches lack, gradients have no usual size
        config.decay = 0;
        const std::array some{Stretch(40, TokenId{1})};
        DynamicEvaluation reader(model, config, some);
        reader.read(text_of(6));
        const auto before = flat(model.weights()), after = flat(reader.model().weights());
        float most = 0;
        for (std::size_t i = 0; i < before.size(); ++i)
            most = std::max(most, std::abs(after[i] - before[i]));
        CHECK(most > 31.9F * config.learning_rate);
        CHECK(most < 32.1F * config.learning_rate);
    }

    TEST_CASE("surprisals and weights have the same bits on every number of threads") {
        const auto model = small_model();
        const auto text = text_of(58);
        const auto one = read(model, text, k_lively);
        for (const int threads : {2, 3}) {
            const auto team = read(model, text, k_lively, threads);
            CHECK(same_bits(team.nats, one.nats));
            CHECK(same_bits(team.weights, one.weights));
        }
    }

    TEST_CASE("a learning rate that is far too high is an error that names it") {
        const auto model = small_model();
        auto config = k_lively;
        config.learning_rate = 1e38F;
        try {
            read(model, text_of(300), config);
            FAIL("the weights ran away unnoticed");
        } catch (const DivergenceError& error) {
            CHECK(std::string(error.what()).find("--adapt-learning-rate") != std::string::npos);
        }
    }

    TEST_CASE("weights that ran away in the last segment are noticed when asked for") {
        const auto model = small_model();
        for (const float rate : {0.01F, std::numeric_limits<float>::max()}) {
            auto config = k_lively;
            config.learning_rate = rate;
            DynamicEvaluation reader(model, config, stretches());
            reader.read(text_of(6));
            if (rate < 1) {
                CHECK_NOTHROW(reader.require_finite());
            } else {
                CHECK_THROWS_AS(reader.require_finite(), DivergenceError);
            }
        }
    }

    TEST_CASE("without another scale it is that of what the model writes itself") {
        const auto model = small_model();
        const auto text = text_of(20);
        DynamicEvaluation by_itself(model, k_lively);
        DynamicEvaluation told(model, k_lively, written_stretches(model, 5));
        const auto last = [&](DynamicEvaluation& reader) {
            std::vector<float> nats;
            for (std::size_t at = 0; at < 15; at += 5) {
                const auto piece = reader.read({text.data() + at, 6});
                nats.assign(piece.begin(), piece.end());
            }
            return nats;
        };
        CHECK(last(by_itself) == last(told));
    }

    TEST_CASE("segments have one symbol to predict at least and the segment's at most") {
        const auto model = small_model();
        DynamicEvaluation reader(model, k_lively, stretches());
        const auto text = text_of(7);
        CHECK_THROWS_AS(reader.read({text.data(), 1}), std::logic_error);
        CHECK_THROWS_AS(reader.read({text.data(), 7}), std::logic_error);
        CHECK(reader.read({text.data(), 6}).size() == 5);
    }
}
