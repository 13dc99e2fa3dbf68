#include "cpu/optimizer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "cpu/initialization.hpp"

using namespace carousel;

namespace {

constexpr LanguageModelConfig k_config{
    .vocabulary_size = 5, .layers = 1, .hidden_size = 3, .embedding_size = 2};

/// A model with an optimizer, and gradients that are all `gradient` but zero in the padding.
struct Setup {
    explicit Setup(const OptimizerConfig& adam, float gradient = 0.25F,
                   const LanguageModelConfig& config = k_config, int threads = 2)
        : pool(threads),
          model(config, initial_weights(config, 1, pool)),
          optimizer(model, adam, pool.size()),
          gradients(static_cast<std::size_t>(model.parameters().stored())) {
        auto tensors = model.weights();
        for (auto& tensor : tensors) tensor.values.assign(tensor.values.size(), gradient);
        model.parameters().from_canonical(tensors, gradients.data());
    }
    void update(std::uint64_t step, float rate, float scale = 1) {
        optimizer.update(pool, model, gradients.data(), {step, rate, scale});
    }

    ThreadPool pool;
    LanguageModel model;
    Optimizer optimizer;
    std::vector<float> gradients;
};

}  // namespace

TEST_SUITE("cpu/optimizer") {
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
        y.optimizer.set_first_moments(first);
        y.optimizer.set_second_moments(second);
        x.update(2, 0.01F);
        y.update(2, 0.01F);
        CHECK(x.model.weights() == y.model.weights());
        CHECK(x.optimizer.second_moments() == y.optimizer.second_moments());
    }

    TEST_CASE("moments of another model are refused") {
        Setup x({});
        auto moments = x.optimizer.first_moments();
        moments.pop_back();
        CHECK_THROWS_AS(x.optimizer.set_first_moments(moments), std::logic_error);
    }

    TEST_CASE("Muon steps along the directions of a matrix, whatever the gradient's size") {
        // A gradient of rank one, (3, 4) ⊗ (0.6, 0.8): one singular value, which the polynomials
        // take from 1 to `singular`.
        double singular = 1;
        for (const auto& [a, b, c] : Orthogonalization::k_polynomials) {
            const double square = singular * singular;
            singular *= a + b * square + c * square * square;
        }
        for (const float scale : {1.0F, 1e-4F}) {
            CAPTURE(scale);
            Setup x({.kind = OptimizerKind::muon, .momentum = 0.9F, .weight_decay = 0.5F}, 0.0F);
            auto gradients = x.model.weights();
            auto& hidden = gradients[2];  // layers.0.weight_hh, (12, 3)
            REQUIRE(hidden.shape == std::vector<std::int64_t>{12, 3});
            const std::array<float, 2> left{3, 4}, right{0.6F, 0.8F};
            for (auto& tensor : gradients) tensor.values.assign(tensor.values.size(), 0.0F);
            for (std::size_t n = 0; n < 2; ++n) {
                for (std::size_t k = 0; k < 2; ++k)
                    hidden.values[(n + 4) * 3 + k + 1] = scale * left[n] * right[k];
            }
            x.model.parameters().from_canonical(gradients, x.gradients.data());
            const auto before = x.model.weights();
            x.update(1, 0.1F);
            const auto after = x.model.weights();
            for (std::size_t n = 0; n < 12; ++n) {
                for (std::size_t k = 0; k < 3; ++k) {
                    const bool inside = n >= 4 && n < 6 && k >= 1;
                    const double direction =
                        inside ? double{left[n - 4]} / 5 * double{right[k - 1]} : 0;
                    CHECK(after[2].values[n * 3 + k] ==
                          doctest::Approx(0.95 * double{before[2].values[n * 3 + k]} -
                                          0.1 * 0.5 * std::sqrt(12.0) * singular * direction)
                              .epsilon(1e-4)
                              .scale(0.1));
                }
            }
            CHECK(x.optimizer.second_moments()[2].values == std::vector<float>(36));
            CHECK(x.optimizer.first_moments()[2].values[13] ==
                  doctest::Approx(0.1 * double{scale} * 3 * 0.6));
        }
    }

    TEST_CASE("Muon moves the factors of a product less far than a matrix of their shape") {
        const auto check = [](CellKind cell, const std::vector<std::string>& factors) {
            auto config = k_config;
            config.cell = cell;
            // Equal gradients are a matrix of one direction, and a step along it is as long as its
            // rate.
            Setup x({.kind = OptimizerKind::muon, .weight_decay = 0}, 0.25F, config);
            const auto before = x.model.weights();
            x.update(1, 0.01F);
            const auto after = x.model.weights();
            double whole = 0;
            std::size_t found = 0;
            for (std::size_t i = 0; i < before.size(); ++i) {
                const auto& [name, shape, values] = before[i];
                if (!name.starts_with("layers.0.") || shape.size() != 2) continue;
                double squares = 0;
                for (std::size_t k = 0; k < values.size(); ++k)
                    squares += std::pow(double{after[i].values[k]} - double{values[k]}, 2);
                const double step =
                    std::sqrt(squares / static_cast<double>(std::max(shape[0], shape[1])));
                if (name == "layers.0.weight_ih") whole = step;
                const bool is_factor =
                    std::find(factors.begin(), factors.end(), name.substr(9)) != factors.end();
                found += is_factor ? 1 : 0;
                CHECK_MESSAGE(step == doctest::Approx((is_factor ? 0.3 : 1) * whole).epsilon(1e-3),
                              name);
            }
            CHECK(whole > 0);
            CHECK(found == factors.size());
        };
        check(CellKind::mogrifier,
              {"round1.down", "round1.up", "round2.down", "round2.up", "round3.down", "round3.up",
               "round4.down", "round4.up", "round5.down", "round5.up"});
        check(CellKind::mlstm, {"weight_hh", "weight_vh"});
        check(CellKind::gru_before, {});
    }

    TEST_CASE("whether members share Muon's matrices out or do them together changes no bit") {
        auto config = k_config;
        config.layers = 3;  // six matrices
        std::vector<NamedTensor> alone;
        for (const int threads : {1, 2, 3, 4, 5, 6, 8}) {
            CAPTURE(threads);
            Setup x({.kind = OptimizerKind::muon, .average = 0.9F}, 0.0F, config, threads);
            for (std::size_t i = 0; i < x.gradients.size(); ++i)
                x.gradients[i] = random_normal({1, RandomPurpose::benchmark, 5}, i);
            auto tensors = x.model.parameters().to_canonical(x.gradients.data());
            x.model.parameters().from_canonical(tensors, x.gradients.data());
            for (std::uint64_t step = 1; step <= 3; ++step) x.update(step, 0.01F);
            if (threads == 1) alone = x.model.weights();
            CHECK(x.model.weights() == alone);
        }
    }

    TEST_CASE("Muon leaves embedding, biases and output layer to Adam") {
        Setup adam({.kind = OptimizerKind::adam}), muon({.kind = OptimizerKind::muon});
        for (auto* x : {&adam, &muon}) {
            for (std::uint64_t step = 1; step <= 3; ++step) x->update(step, 0.01F);
        }
        const auto one = adam.model.weights(), two = muon.model.weights();
        for (std::size_t i = 0; i < one.size(); ++i) {
            const bool recurrent = one[i].name.find(".weight_") != std::string::npos;
            CHECK((one[i].values == two[i].values) == !recurrent);
        }
    }
}
