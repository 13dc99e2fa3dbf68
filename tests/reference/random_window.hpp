#pragma once

#include "base/random.hpp"
#include "cpu/parameter.hpp"
#include "model/language_model_config.hpp"
#include "reference/reference_model.hpp"

namespace carousel {

/// Draws for tests: the n-th number of a stream in [-1, 1).
class TestNumbers {
public:
    explicit TestNumbers(std::uint64_t seed) : key_{seed, RandomPurpose::benchmark, 0} {}
    double next() { return 2.0 * static_cast<double>(random_uniform(key_, at_++)) - 1.0; }
    TokenId next_id(std::int64_t bound) {
        return static_cast<TokenId>(random_word(key_, at_++) % static_cast<std::uint32_t>(bound));
    }

private:
    RandomKey key_;
    std::uint64_t at_ = 0;
};

inline TokenIds random_ids(TestNumbers& numbers, std::int64_t steps, std::int64_t streams,
                           std::int64_t bound) {
    TokenIds ids(
        TokenIds::shape_type{static_cast<std::size_t>(steps), static_cast<std::size_t>(streams)});
    for (auto& id : ids) id = numbers.next_id(bound);
    return ids;
}

/// Weights in [-0.7, 0.7): large enough that every gate leaves its linear range.
inline ReferenceTensors random_weights(const LanguageModelConfig& config, TestNumbers& numbers) {
    auto tensors = expected_parameters(config);
    const ParameterList list(config);
    for (std::size_t i = 0; i < tensors.size(); ++i)
        tensors[i].values.resize(static_cast<std::size_t>(list.all()[i].count()));
    auto weights = to_reference(tensors);
    for (auto& weight : weights) {
        for (auto& x : weight) x = 0.7 * numbers.next();
    }
    return weights;
}

}  // namespace carousel
