#include "cpu/parameter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "cpu/small_model.hpp"

using namespace carousel;

namespace {

/// Tensors whose n-th number over all of them is n + 1.
std::vector<NamedTensor> numbered(const LanguageModelConfig& config) {
    auto tensors = expected_parameters(config);
    const ParameterList list(config);
    float next = 1;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        for (std::int64_t k = 0; k < list.all()[i].count(); ++k)
            tensors[i].values.push_back(next++);
    }
    return tensors;
}

}  // namespace

TEST_SUITE("cpu/parameter") {
    TEST_CASE("stored and canonical form turn into each other, and padding is zero") {
        for (const auto& config : odd_configs()) {
            INFO(cell_word(config), " V ", config.vocabulary_size, " H ", config.hidden_size);
            const ParameterList list(config);
            const auto tensors = numbered(config);
            std::vector<float> stored(static_cast<std::size_t>(list.stored()), -1.0F);
            list.from_canonical(tensors, stored.data());
            CHECK(list.to_canonical(stored.data()) == tensors);
            // Each number has one place, and every other place is zero.
            const auto others = std::count(stored.begin(), stored.end(), 0.0F);
            CHECK(list.stored() - others == list.count());
            std::sort(stored.begin(), stored.end());
            CHECK(std::unique(stored.begin(), stored.end()) - stored.begin() ==
                  list.count() + (others > 0 ? 1 : 0));
        }
    }

    TEST_CASE("gate g of unit u lies in lane u % 16 of panel 4 (u / 16) + g") {
        const LanguageModelConfig config{
            .vocabulary_size = 3, .layers = 1, .hidden_size = 20, .embedding_size = 2};
        const ParameterList list(config);
        std::vector<float> stored(static_cast<std::size_t>(list.stored()));
        const auto tensors = numbered(config);
        list.from_canonical(tensors, stored.data());
        const auto& weight = *list.layer(0).input_weight;
        for (const std::int64_t gate : {0, 1, 2, 3}) {
            for (const std::int64_t unit : {0, 3, 15, 16, 19}) {
                for (const std::int64_t k : {0, 1}) {
                    const auto panel = unit / 16 * 4 + gate;
                    const auto at = weight.offset + (panel * 2 + k) * 16 + unit % 16;
                    const auto canonical = (gate * 20 + unit) * 2 + k;
                    CHECK(stored[static_cast<std::size_t>(at)] ==
                          tensors[1].values[static_cast<std::size_t>(canonical)]);
                }
            }
        }
    }

    TEST_CASE("tensors with another name, shape or size are refused") {
        const LanguageModelConfig config{
            .vocabulary_size = 3, .layers = 1, .hidden_size = 4, .embedding_size = 2};
        const auto refused = [&](auto change) {
            auto tensors = numbered(config);
            change(tensors);
            CHECK_THROWS_AS(LanguageModel(config, tensors), std::logic_error);
        };
        CHECK_NOTHROW(LanguageModel(config, numbered(config)));
        refused([](auto& tensors) { tensors.pop_back(); });
        refused([](auto& tensors) { tensors[1].name = "layers.0.weight"; });
        refused([](auto& tensors) { std::swap(tensors[0].shape[0], tensors[0].shape[1]); });
        refused([](auto& tensors) { tensors[2].values.pop_back(); });
        refused([](auto& tensors) { std::swap(tensors[1], tensors[2]); });
    }
}
