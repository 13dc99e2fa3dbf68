#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cpu/gradient_norm.hpp"
#include "cpu/optimizer.hpp"
#include "cpu/parameter.hpp"
#include "cpu/truncated_backpropagation.hpp"
#include "reference/drawn_masks.hpp"
#include "support/near.hpp"
#include "support/places.hpp"
#include "training/gradient_clipping.hpp"

using namespace carousel;

namespace {

constexpr std::uint64_t k_seed = 42;  // as in make_pytorch_numbers.py

/// One training run of pytorch_numbers.txt; names are those of the file.
struct StoredRun {
    std::map<std::string, std::vector<double>> values;
    std::vector<std::vector<double>> inputs, targets, losses_and_norms;  // of each step

    const std::vector<double>& at(const std::string& name) const { return values.at(name); }

    LanguageModelConfig config() const {
        const auto size = [&](std::size_t i) {
            return static_cast<std::int64_t>(at("sizes").at(i));
        };
        return {.cell = static_cast<CellKind>(at("architecture").at(0)),
                .vocabulary_size = size(0),
                .layers = size(3),
                .hidden_size = size(2),
                .embedding_size = size(1),
                .output_input = static_cast<OutputInput>(at("architecture").at(1)),
                .heads = attention(2),
                .context = attention(3)};
    }
    /// A size that only a Transformer has.
    std::int64_t attention(std::size_t i) const {
        const auto& sizes = at("architecture");
        return i < sizes.size() ? static_cast<std::int64_t>(sizes[i]) : 0;
    }
    std::size_t streams() const { return static_cast<std::size_t>(at("sizes").at(4)); }
    std::size_t window() const { return static_cast<std::size_t>(at("sizes").at(5)); }
    float adam(std::size_t i) const { return static_cast<float>(at("adam").at(i)); }

    DropoutRates rates() const {
        const auto rate = [&](std::size_t i) { return static_cast<float>(at("dropout").at(i)); };
        return {.input = rate(0),
                .between = rate(1),
                .output = rate(2),
                .recurrent = rate(3),
                .mask = static_cast<DropoutMask>(at("dropout").at(4))};
    }
    TokenIds ids(const std::vector<double>& numbers) const {
        TokenIds result(TokenIds::shape_type{window(), streams()});
        for (std::size_t i = 0; i < numbers.size(); ++i)
            result.data()[i] = static_cast<TokenId>(numbers[i]);
        return result;
    }
    std::vector<NamedTensor> first_weights() const {
        auto tensors = expected_parameters(config());
        for (auto& tensor : tensors) {
            for (const double x : at("first." + tensor.name))
                tensor.values.push_back(static_cast<float>(x));
        }
        return tensors;
    }
};

std::vector<StoredRun> stored_runs() {
    std::ifstream file(source_root() / "tests/reference/pytorch_numbers.txt");
    REQUIRE(file.is_open());
    std::vector<StoredRun> runs;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name;
        words >> name;
        if (name == "#") continue;
        if (name == "case") {
            runs.emplace_back();
            continue;
        }
        std::size_t count = 0;
        words >> count;
        std::vector<double> numbers(count);
        for (auto& number : numbers) words >> number;
        REQUIRE(words);
        auto& run = runs.back();
        if (name == "inputs") {
            run.inputs.push_back(std::move(numbers));
        } else if (name == "targets") {
            run.targets.push_back(std::move(numbers));
        } else if (name == "loss_and_norm") {
            run.losses_and_norms.push_back(std::move(numbers));
        } else {
            run.values[name] = std::move(numbers);
        }
    }
    return runs;
}

std::vector<double> joined(const std::vector<Matrix>& layers) {
    std::vector<double> all;
    for (const auto& layer : layers) all.insert(all.end(), layer.begin(), layer.end());
    return all;
}

}  // namespace

TEST_SUITE("reference/pytorch") {
    // Both sides compute in double; the file keeps ten digits.
    TEST_CASE("the reference repeats PyTorch's training: gradients, losses, weights and states") {
        const auto runs = stored_runs();
        REQUIRE(runs.size() == 8);
        for (const auto& run : runs) {
            const auto config = run.config();
            const auto names = expected_parameters(config);
            auto weights = to_reference(run.first_weights());
            ReferenceOptimizer adam{.beta1 = run.at("adam")[1],
                                    .beta2 = run.at("adam")[2],
                                    .epsilon = run.at("adam")[3],
                                    .weight_decay = run.at("adam")[4],
                                    .clip = run.at("adam")[5],
                                    .decays = reference_matrices(config),
                                    .first = {},
                                    .second = {}};
            auto state = reference_zeros(config, run.streams());
            REQUIRE(run.inputs.size() == 8);
            for (std::size_t n = 0; n < run.inputs.size(); ++n) {
                const auto inputs = run.ids(run.inputs[n]), targets = run.ids(run.targets[n]);
                const auto masks =
                    drawn_masks(config, static_cast<std::int64_t>(run.window()),
                                static_cast<std::int64_t>(run.streams()), run.rates(), {k_seed, n});
                const auto result =
                    reference_backward(weights, {config, inputs, targets, state, masks});
                state = result.state;
                if (n == 0) {
                    for (std::size_t i = 0; i < weights.size(); ++i) {
                        CAPTURE(names[i].name);
                        CHECK(distance(result.gradients[i], run.at("gradient." + names[i].name))
                                  .relative() < 1e-8);
                    }
                }
                const double norm = adam.update(weights, result.gradients, run.at("adam")[0]);
                CHECK(distance(std::vector{result.loss, norm}, run.losses_and_norms[n]).relative() <
                      1e-8);
            }
            for (std::size_t i = 0; i < weights.size(); ++i) {
                CAPTURE(names[i].name);
                CHECK(distance(weights[i], run.at("last." + names[i].name)).relative() < 1e-8);
            }
            CHECK(distance(joined(state.hidden), run.at("hidden")).relative() < 1e-8);
            CHECK(distance(joined(state.states), run.at("cell")).relative() < 1e-8);
        }
    }

    // Single precision: 6e-8 an operation, 1e-5 of a gradient (fast_path_test.cpp), and from there
    // a part of the learning rate of 0.02 in each of eight updates.
    TEST_CASE("the program repeats PyTorch's training within single precision") {
        ThreadPool pool(2);
        for (const auto& run : stored_runs()) {
            const auto config = run.config();
            LanguageModel model(config, run.first_weights());
            const auto streams = static_cast<std::int64_t>(run.streams());
            TruncatedBackpropagation fast(model, pool, static_cast<std::int64_t>(run.window()),
                                          streams, run.rates());
            Optimizer optimizer(model,
                                {.beta1 = run.adam(1),
                                 .beta2 = run.adam(2),
                                 .epsilon = run.adam(3),
                                 .weight_decay = run.adam(4)},
                                pool.size());
            Buffer gradients(model.parameters().stored());
            auto state = RecurrentState::zeros(config, streams);
            for (std::size_t n = 0; n < run.inputs.size(); ++n) {
                const double loss = fast.run(run.ids(run.inputs[n]), run.ids(run.targets[n]), state,
                                             {k_seed, n}, gradients.data());
                if (n == 0) {
                    for (const auto& tensor : model.parameters().to_canonical(gradients.data())) {
                        CAPTURE(tensor.name);
                        CHECK(
                            distance(tensor.values, run.at("gradient." + tensor.name)).relative() <
                            1e-5);
                    }
                }
                const double norm = global_norm(pool, gradients.data(), gradients.size());
                CHECK(distance(std::vector{loss, norm}, run.losses_and_norms[n]).relative() < 1e-5);
                optimizer.update(pool, model, gradients.data(),
                                 {n + 1, run.adam(0), clipping_factor(norm, run.adam(5))});
            }
            for (const auto& tensor : model.weights()) {
                CAPTURE(tensor.name);
                CHECK(distance(tensor.values, run.at("last." + tensor.name)).difference < 2e-5);
            }
            CHECK(distance(state.hidden, run.at("hidden")).difference < 1e-5);
            CHECK(distance(state.states, run.at("cell")).difference < 1e-5);
        }
    }
}
