#include "training/optimizer.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "nn/initialization.hpp"

using namespace carousel;

namespace {

constexpr LanguageModelConfig k_config{
    .vocabulary_size = 5, .layers = 1, .hidden_size = 3, .embedding_size = 2};

/// A model with an optimizer, and gradients that are all `gradient` but zero in the padding.
struct Setup {
    explicit Setup(const AdamConfig& adam, float gradient = 0.25F)
        : pool(2),
          model(k_config, initial_weights(k_config, 1, pool)),
          optimizer(model, adam),
          gradients(static_cast<std::size_t>(model.parameters().stored())) {
        auto tensors = model.weights();
        for (auto& tensor : tensors) tensor.values.assign(tensor.values.size(), gradient);
        model.parameters().from_canonical(tensors, gradients.data());
    }
    void update(std::uint64_t step, float rate, float scale = 1) {
        optimizer.update(pool, model, gradients.data(), step, rate, scale);
    }

    ThreadPool pool;
    LanguageModel model;
    Optimizer optimizer;
    std::vector<float> gradients;
};

}  // namespace

TEST_SUITE("training/optimizer") {
    TEST_CASE(
        "equal gradients move a weight by the learning rate in every step, whatever their scale") {
        // With bias correction m / (1 - beta1^n) = g and v / (1 - beta2^n) = g², so that m /
        // sqrt(v) = 1.
        for (const float scale : {1.0F, 0.01F}) {
            Setup x({.beta1 = 0.9F, .beta2 = 0.999F, .epsilon = 0});
            const auto before = x.model.weights();
            for (std::uint64_t step = 1; step <= 10; ++step) x.update(step, 0.01F, scale);
            const auto after = x.model.weights();
            for (std::size_t i = 0; i < before.size(); ++i) {
                for (std::size_t k = 0; k < before[i].values.size(); ++k) {
                    CHECK(after[i].values[k] ==
                          doctest::Approx(before[i].values[k] - 0.1F).epsilon(1e-5));
                }
            }
        }
    }

    TEST_CASE("decay shrinks matrices by rate times decay and leaves biases") {
        Setup x({.weight_decay = 0.5F}, 0.0F);
        const auto before = x.model.weights();
        x.update(1, 0.1F);
        const auto after = x.model.weights();
        for (std::size_t i = 0; i < before.size(); ++i) {
            const float kept = before[i].shape.size() == 2 ? 0.95F : 1.0F;
            for (std::size_t k = 0; k < before[i].values.size(); ++k) {
                CHECK(after[i].values[k] == doctest::Approx(kept * before[i].values[k]));
            }
        }
    }

    TEST_CASE("padding of weights and moments stays zero") {
        Setup x({.beta1 = 0.5F, .weight_decay = 0.1F});
        for (std::uint64_t step = 1; step <= 5; ++step) x.update(step, 0.01F);
        std::vector<float> without_padding(x.gradients.size());
        x.model.parameters().from_canonical(x.model.weights(), without_padding.data());
        for (std::size_t i = 0; i < without_padding.size(); ++i) {
            REQUIRE(x.model.values()[i] == without_padding[i]);
        }
    }

    TEST_CASE("moments are averages of the gradients and their squares, and can be taken over") {
        Setup x({.beta1 = 0.75F, .beta2 = 0.5F}, 2.0F), y({.beta1 = 0.75F, .beta2 = 0.5F}, 2.0F);
        x.update(1, 0.01F);
        const auto first = x.optimizer.first_moments(), second = x.optimizer.second_moments();
        REQUIRE(first.size() == x.model.weights().size());
        CHECK(first[2].name == "layers.0.weight_hh");
        for (const float m : first[2].values) CHECK(m == 0.5F);
        for (const float v : second[2].values) CHECK(v == 2.0F);

        y.model.set_weights(x.model.weights());
        y.optimizer.set_moments(first, second);
        x.update(2, 0.01F);
        y.update(2, 0.01F);
        CHECK(x.model.weights() == y.model.weights());
        CHECK(x.optimizer.second_moments() == y.optimizer.second_moments());
    }

    TEST_CASE("moments of another model are refused") {
        Setup x({});
        auto moments = x.optimizer.first_moments();
        moments.pop_back();
        CHECK_THROWS_AS(x.optimizer.set_moments(moments, x.optimizer.second_moments()),
                        std::logic_error);
    }
}
