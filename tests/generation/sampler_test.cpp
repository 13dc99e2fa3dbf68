#include "generation/sampler.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "cpu/cpu_machine.hpp"

using namespace carousel;

namespace {

const CpuMachine k_machine(1);

constexpr float k_infinity = std::numeric_limits<float>::infinity();
constexpr float k_last_draw = 1.0F - 0x1p-24F;

std::vector<float> logits_of(const std::vector<double>& probabilities) {
    std::vector<float> logits;
    for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
    return logits;
}

/// How often each symbol is drawn by evenly spaced numbers.
std::map<TokenId, int> frequencies(const SamplerConfig& config, const std::vector<float>& logits,
                                   int draws = 1000, bool loops = false) {
    Sampler sampler(config);
    std::map<TokenId, int> counts;
    for (int i = 0; i < draws; ++i) {
        const float draw = (static_cast<float>(i) + 0.5F) / static_cast<float>(draws);
        ++counts[sampler.sample(k_machine, logits, draw, loops)];
    }
    return counts;
}

std::set<TokenId> kept(const SamplerConfig& config, const std::vector<float>& logits) {
    std::set<TokenId> ids;
    for (const auto& [id, count] : frequencies(config, logits)) ids.insert(id);
    return ids;
}

using Ids = std::set<TokenId>;
const auto k_five = logits_of({0.1, 0.4, 0.05, 0.3, 0.15});

}  // namespace

TEST_SUITE("generation/sampler") {
    TEST_CASE("symbols are drawn as often as their probabilities say") {
        const auto counts = frequencies({.temperature = 1}, k_five);
        const std::vector<int> expected{100, 400, 50, 300, 150};
        for (TokenId id = 0; id < 5; ++id) {
            CHECK(std::abs(counts.at(id) - expected[id]) <= 1);
        }
    }

    TEST_CASE("a temperature T raises probabilities to the power 1/T") {
        // 0.8^2 : 0.2^2 = 16 : 1
        const auto counts =
            frequencies({.temperature = 0.5F, .min_p = 0}, logits_of({0.8, 0.2}), 1700);
        CHECK(std::abs(counts.at(0) - 1600) <= 1);
        CHECK(std::abs(counts.at(1) - 100) <= 1);
    }

    TEST_CASE("temperature 0 takes the most likely symbol whatever the draw") {
        Sampler sampler({.temperature = 0});
        for (const float draw : {0.0F, 0.5F, k_last_draw})
            CHECK(sampler.sample(k_machine, k_five, draw) == 1);
    }

    TEST_CASE("among equals temperature 0 takes the lowest id") {
        Sampler sampler({.temperature = 0});
        CHECK(sampler.sample(k_machine, std::vector<float>{0, 7, 3, 7}, 0.9F) == 1);
    }

    TEST_CASE("the smallest temperatures take the most likely symbol too") {
        for (const float temperature : {1e-3F, 1e-30F, 1e-45F}) {
            CHECK(kept({.temperature = temperature}, k_five) == Ids{1});
        }
    }

    TEST_CASE("top_k keeps the k most likely") {
        CHECK(kept({.temperature = 1, .top_k = 1}, k_five) == Ids{1});
        CHECK(kept({.temperature = 1, .top_k = 3}, k_five) == Ids{1, 3, 4});
        CHECK(kept({.temperature = 1, .top_k = 5}, k_five).size() == 5);
        CHECK(kept({.temperature = 1, .top_k = 50}, k_five).size() == 5);
        const auto counts = frequencies({.temperature = 1, .top_k = 2}, k_five, 700);
        CHECK(std::abs(counts.at(1) - 400) <= 1);
    }

    TEST_CASE("among equals top_k keeps the lowest ids") {
        CHECK(kept({.temperature = 1, .top_k = 2, .min_p = 0}, {1, 5, 1, 1}) == Ids{0, 1});
    }

    TEST_CASE("top_p keeps the fewest that together reach it") {
        CHECK(kept({.temperature = 1, .top_p = 0.39F}, k_five) == Ids{1});
        CHECK(kept({.temperature = 1, .top_p = 0.5F}, k_five) == Ids{1, 3});
        CHECK(kept({.temperature = 1, .top_p = 0.69F}, k_five) == Ids{1, 3});
        CHECK(kept({.temperature = 1, .top_p = 0.71F}, k_five) == Ids{1, 3, 4});
        CHECK(kept({.temperature = 1, .top_p = 0.96F}, k_five).size() == 5);
        CHECK(kept({.temperature = 1, .top_p = 1e-6F}, k_five) == Ids{1});
    }

    TEST_CASE("min_p keeps those near enough to the most likely") {
        CHECK(kept({.temperature = 1, .min_p = 0.9F}, k_five) == Ids{1});
        CHECK(kept({.temperature = 1, .min_p = 0.7F}, k_five) == Ids{1, 3});
        CHECK(kept({.temperature = 1, .min_p = 0.24F}, k_five) == Ids{0, 1, 3, 4});
        CHECK(kept({.temperature = 1, .min_p = 0.1F}, k_five).size() == 5);
    }

    TEST_CASE("each control works on what the one before it left") {
        // The first of the two that top_k keeps has 4/7 of the rest, which 0.5 does not exceed.
        CHECK(kept({.temperature = 1, .top_k = 2, .top_p = 0.5F}, k_five) == Ids{1});
        // Flattened by the temperature, 0.3 is 0.87 of 0.4; as it was, it is 0.75.
        CHECK(kept({.temperature = 2, .min_p = 0.8F}, k_five) == Ids{1, 3});
        CHECK(kept({.temperature = 1, .min_p = 0.8F}, k_five) == Ids{1});
        CHECK(kept({.temperature = 1, .top_k = 3, .top_p = 0.9F, .min_p = 0.5F}, k_five) ==
              Ids{1, 3});
    }

    TEST_CASE("a masked symbol is never drawn") {
        auto logits = k_five;
        logits[1] = -k_infinity;
        logits[2] = std::numeric_limits<float>::quiet_NaN();
        CHECK(kept({.temperature = 0}, logits) == Ids{3});
        CHECK(kept({.temperature = 100}, logits) == Ids{0, 3, 4});
        CHECK(kept({.temperature = 1, .top_k = 5, .top_p = 0.999F, .min_p = 1e-9F}, logits) ==
              Ids{0, 3, 4});
        Sampler sampler({.temperature = 1});
        CHECK(sampler.sample(k_machine, std::vector<float>{-k_infinity, -300, -k_infinity}, 0) ==
              1);
    }

    TEST_CASE("a symbol that is all but impossible is not drawn, not even by 0") {
        // Its probability is a denormal number, which some threads turn to zero and some do not.
        Sampler sampler({.temperature = 1});
        CHECK(sampler.sample(k_machine, std::vector<float>{-300, 0, 0}, 0) == 1);
    }

    TEST_CASE("logits beyond all measure still give a symbol") {
        CHECK(kept({.temperature = 1}, {0, k_infinity, -1e38F}) == Ids{1});
        CHECK(kept({.temperature = 1, .top_p = 0.5F}, {3e38F, -3e38F}) == Ids{0});
        Sampler sampler({});
        const std::vector<float> no_numbers(3, std::numeric_limits<float>::quiet_NaN());
        CHECK_THROWS_AS(sampler.sample(k_machine, no_numbers, 0.5F), SnapshotError);
    }

    TEST_CASE("the extreme draws give symbols that were kept") {
        for (const SamplerConfig& config :
             {SamplerConfig{.temperature = 1}, SamplerConfig{.temperature = 1, .top_k = 2},
              SamplerConfig{.temperature = 1, .top_p = 0.5F},
              SamplerConfig{.temperature = 1, .min_p = 0.7F}}) {
            Sampler sampler(config);
            CHECK(kept(config, k_five).contains(sampler.sample(k_machine, k_five, 0)));
            CHECK(kept(config, k_five).contains(sampler.sample(k_machine, k_five, k_last_draw)));
        }
    }

    TEST_CASE("a draw depends on nothing drawn before") {
        const RandomKey key{.seed = 3, .purpose = RandomPurpose::benchmark};
        std::vector<float> small(7), large(1000);
        for (std::size_t i = 0; i < large.size(); ++i) large[i] = random_normal(key, i);
        for (std::size_t i = 0; i < small.size(); ++i) small[i] = random_normal(key, 2000 + i);
        const SamplerConfig config{.temperature = 1, .top_k = 100, .top_p = 0.9F};
        Sampler used(config);
        for (int i = 0; i < 50; ++i) {
            const float draw = static_cast<float>(i) / 50;
            Sampler fresh(config), fresh_too(config);
            CHECK(used.sample(k_machine, large, draw) == fresh.sample(k_machine, large, draw));
            CHECK(used.sample(k_machine, small, draw) == fresh_too.sample(k_machine, small, draw));
        }
    }

    TEST_CASE("without a choice what is far from the most likely is left out") {
        const SamplerConfig config;
        CHECK(config.temperature == 0.8F);
        // 0.2^1.25 is more, 0.1^1.25 less than a tenth of 1
        CHECK(kept(config, logits_of({1, 0.2, 0.1, 0.01})) == Ids{0, 1});
    }

    TEST_CASE("in a loop symbols are drawn as the model has them, or more evenly") {
        const auto shares = [](const SamplerConfig& config) {
            return frequencies(config, k_five, 1000, true);
        };
        const auto own = frequencies({.temperature = 1, .min_p = 0}, k_five);
        CHECK(shares({.temperature = 0.3F, .top_k = 2, .top_p = 0.5F, .min_p = 0.9F}) == own);
        CHECK(shares({.temperature = 1.5F}) ==
              frequencies({.temperature = 1.5F, .min_p = 0}, k_five));
        CHECK(shares({.temperature = 0}) == std::map<TokenId, int>{{1, 1000}});
    }

    TEST_CASE("a text ends in a loop when its last symbols repeat those 1 to 8 before them") {
        const auto after = [](std::vector<TokenId> text, TokenId period, int more) {
            for (int i = 0; i < more; ++i) text.push_back(text[text.size() - period]);
            return text;
        };
        for (TokenId period = 1; period <= 8; ++period) {
            std::vector<TokenId> text{90, 91};
            for (TokenId i = 0; i < period; ++i) text.push_back(i);
            CHECK_FALSE(ends_in_loop(after(text, period, 15), 16));
            CHECK(ends_in_loop(after(text, period, 16), 16));
            CHECK(ends_in_loop(after({text.begin() + 2, text.end()}, period, 16), 16));
            CHECK_FALSE(ends_in_loop(after(text, period, 40), 0));
            auto over = after(text, period, 40);
            over.push_back(90);
            CHECK_FALSE(ends_in_loop(over, 16));
        }
        std::vector<TokenId> nine{0, 1, 2, 3, 4, 5, 6, 7, 8};
        CHECK_FALSE(ends_in_loop(after(nine, 9, 40), 16));
        CHECK_FALSE(ends_in_loop({}, 16));
    }

    TEST_CASE("controls outside their ranges are refused") {
        for (const SamplerConfig& config :
             {SamplerConfig{.temperature = -1}, SamplerConfig{.top_k = -1},
              SamplerConfig{.top_p = 0}, SamplerConfig{.top_p = 1.5F}, SamplerConfig{.min_p = 1},
              SamplerConfig{.loop_length = -1}, SamplerConfig{.loop_length = 1001},
              SamplerConfig{.temperature = std::numeric_limits<float>::quiet_NaN()}}) {
            CHECK_THROWS_AS(Sampler{config}, std::logic_error);
        }
    }
}
