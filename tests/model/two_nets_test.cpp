#include "model/two_nets.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "model/parameter.hpp"

using namespace carousel;

namespace {

LanguageModelConfig config_of(ReadingDirection direction) {
    return {.vocabulary_size = 5,
            .layers = 2,
            .hidden_size = 3,
            .embedding_size = 4,
            .direction = direction};
}

}  // namespace

TEST_SUITE("model/two_nets") {
    TEST_CASE("a model of two nets has the parameters of one, and these again as the second's") {
        const auto one = expected_parameters(config_of(ReadingDirection::forward)),
                   two = expected_parameters(config_of(ReadingDirection::both));
        REQUIRE(two.size() == 2 * one.size());
        for (std::size_t i = 0; i < one.size(); ++i) {
            CHECK(two[i] == one[i]);
            CHECK(two[one.size() + i].name == "backward." + one[i].name);
            CHECK(two[one.size() + i].shape == one[i].shape);
        }
        CHECK(parameter_count(config_of(ReadingDirection::both)) ==
              2 * parameter_count(config_of(ReadingDirection::forward)));
    }

    TEST_CASE("nets that are put together come apart as they were") {
        const auto both = config_of(ReadingDirection::both);
        auto forward = expected_parameters(one_net(both)), backward = forward;
        for (auto& tensor : forward) tensor.values = {1};
        for (auto& tensor : backward) tensor.values = {2};
        std::vector<NamedTensor> all;
        append_tensors(Way::forward, forward, all);
        CHECK_THROWS_AS(tensors_of(Way::forward, both, all), std::logic_error);
        append_tensors(Way::backward, backward, all);
        CHECK(tensors_of(Way::forward, both, all) == forward);
        CHECK(tensors_of(Way::backward, both, all) == backward);
    }

    TEST_CASE("a model without a direction of its own reads forward") {
        CHECK(ways_of({}).size() == 1);
        CHECK(ways_of({}).front() == Way::forward);
        CHECK(ways_of(config_of(ReadingDirection::both)).back() == Way::backward);
    }
}
