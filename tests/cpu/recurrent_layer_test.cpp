#include "cpu/recurrent_layer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/embedding.hpp"
#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_steps = 4, k_streams = 3;
constexpr WindowLimits k_limits{k_steps * k_streams, k_streams};

LanguageModelConfig config_of(int cell) {
    return {.cell = static_cast<CellKind>(cell),
            .vocabulary_size = 9,
            .layers = 2,
            .hidden_size = 19,
            .embedding_size = 5};
}

/// Two layers, of which the upper one reads vectors that a test may choose.
class TwoLayers {
public:
    explicit TwoLayers(const LanguageModel& model)
        : config_(model.config()),
          embedding_(model, k_limits.positions, {.trains = true}),
          room_(k_limits.positions * gates_row_length(config_)),
          upper_room_(room_.size()),
          lower_(model, of(0), {&embedding_, nullptr, room_.data()}),
          upper_(model, of(1), {nullptr, &lower_, upper_room_.data()}) {
        for (auto* layer : {&lower_, &upper_}) layer->prepare(pool_);
        const auto ids = random_ids(k_steps, k_streams, config_.vocabulary_size, 1);
        embedding_.look_up({ids.data(), ids.size()}, nullptr);
        auto state = RecurrentState::zeros(config_, k_streams);
        lower_.forward(pool_, {k_steps, k_streams, embedding_.rows()}, state);
    }

    /// Σ weights · outputs of the upper layer.
    double run(const std::vector<float>& inputs, const std::vector<float>& weights) {
        auto state = RecurrentState::zeros(config_, k_streams);
        state.hidden.fill(0.3F);
        state.states.fill(1.0F);
        upper_.forward(pool_, {k_steps, k_streams, {inputs.data(), row(), nullptr}}, state);
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            sum += double{weights[i]} * double{upper_.outputs()[i]};
        return sum;
    }

    /// Its gradient by the inputs.
    std::vector<float> gradient(const std::vector<float>& weights, std::vector<float>& gradients) {
        ActivationGradients back(config_, k_steps, k_streams);
        back.begin();
        std::copy(weights.begin(), weights.end(), back.outputs());
        upper_.backward(pool_, back, gradients.data());
        return {back.outputs(), back.outputs() + weights.size()};
    }

    std::ptrdiff_t row() const { return hidden_row_length(config_); }

private:
    static RecurrentLayerConfig of(std::int64_t index) {
        return {.index = index, .limits = k_limits, .use = {.trains = true}};
    }

    LanguageModelConfig config_;
    ThreadPool pool_{2};
    Embedding embedding_;
    Buffer room_, upper_room_;
    RecurrentLayer lower_, upper_;
};

/// Numbers in (-1, 1) for (T, B, H), in rows with padding of zero.
std::vector<float> vectors(std::int64_t hidden_size, std::ptrdiff_t row, std::uint32_t stream) {
    std::vector<float> values(static_cast<std::size_t>(k_limits.positions * row));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (static_cast<std::int64_t>(i) % row < hidden_size)
            values[i] = 2 * random_uniform({6, RandomPurpose::benchmark, stream}, i) - 1;
    }
    return values;
}

}  // namespace

TEST_SUITE("cpu/recurrent_layer") {
    TEST_CASE("a layer returns to its inputs what central differences say, whatever its stages") {
        for (int cell = 0; cell < k_cell_count; ++cell) {
            INFO(cell_word(config_of(cell)));
            const auto model = lively_model(config_of(cell));
            TwoLayers layers(model);
            auto inputs = vectors(19, layers.row(), 1);
            const auto weights = vectors(19, layers.row(), 2);
            std::vector<float> gradients(static_cast<std::size_t>(model.parameters().stored()));
            layers.run(inputs, weights);
            const auto gradient = layers.gradient(weights, gradients);
            constexpr float k_change = 4e-3F;
            double wrong = 0, size = 0;
            // Every stream at the first step, at the middle and at the last one.
            for (std::size_t i = 0; i < gradient.size(); i += 7) {
                if (static_cast<std::int64_t>(i) % layers.row() >= 19) continue;
                const float x = inputs[i];
                inputs[i] = x + k_change;
                const double more = layers.run(inputs, weights);
                inputs[i] = x - k_change;
                const double less = layers.run(inputs, weights);
                inputs[i] = x;
                const double expected = (more - less) / (2 * double{k_change});
                wrong += std::pow(double{gradient[i]} - expected, 2);
                size += expected * expected;
            }
            CHECK(size > 0.01);
            CHECK(std::sqrt(wrong / size) < 3e-3);
        }
    }

    TEST_CASE("a layer fills the gradients of its own weights and of no other") {
        for (int cell = 0; cell < k_cell_count; ++cell) {
            INFO(cell_word(config_of(cell)));
            const auto model = lively_model(config_of(cell));
            TwoLayers layers(model);
            const auto weights = vectors(19, layers.row(), 2);
            std::vector<float> gradients(static_cast<std::size_t>(model.parameters().stored()),
                                         7.0F);
            layers.run(vectors(19, layers.row(), 1), weights);
            layers.gradient(weights, gradients);
            for (const auto& tensor : model.parameters().to_canonical(gradients.data())) {
                CAPTURE(tensor.name);
                const auto untouched = std::count(tensor.values.begin(), tensor.values.end(), 7.0F);
                const bool is_own = tensor.name.starts_with("layers.1.");
                CHECK(untouched ==
                      (is_own ? 0 : static_cast<std::ptrdiff_t>(tensor.values.size())));
            }
        }
    }
}
