#include "base/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace carousel {

using Block = std::array<std::uint32_t, 4>;

TEST_SUITE("base/random") {
    // Source: kat_vectors of Random123 (Salmon et al. 2011), philox4x32 with 10 rounds.
    TEST_CASE("Philox gives the known answers of its authors") {
        CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
              Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
        CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
        CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
    }

    TEST_CASE("a stream's words are the blocks of its counter, one after the other") {
        const RandomKey key{
            .seed = 0x299f31d0a4093822, .purpose = RandomPurpose::sampling, .stream = 9};
        for (std::uint64_t position :
             {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{1} << 40}) {
            const std::uint64_t index = position / 4;
            const Block block = philox(
                {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), 6, 9},
                {0xa4093822, 0x299f31d0});
            CHECK(random_word(key, position) == block[position % 4]);
        }
    }

    TEST_CASE("seed, purpose, stream and position each change the draw") {
        const RandomKey key{.seed = 1, .purpose = RandomPurpose::initialization, .stream = 0};
        std::set<std::uint32_t> words{random_word(key, 0), random_word(key, 1),
                                      random_word(key, std::uint64_t{1} << 34)};
        RandomKey other = key;
        other.seed = 2;
        words.insert(random_word(other, 0));
        other.seed = (std::uint64_t{1} << 32) + 1;
        words.insert(random_word(other, 0));
        other = key;
        other.purpose = RandomPurpose::dropout_input;
        words.insert(random_word(other, 0));
        other = key;
        other.stream = 1;
        words.insert(random_word(other, 0));
        CHECK(words.size() == 7);
    }

    TEST_CASE("uniform draws lie in [0, 1), with mean 1/2 and variance 1/12") {
        const RandomKey key{.seed = 3, .purpose = RandomPurpose::benchmark};
        constexpr int count = 100000;
        double sum = 0, squares = 0;
        for (int i = 0; i < count; ++i) {
            const float value = random_uniform(key, static_cast<std::uint64_t>(i));
            REQUIRE(value >= 0.0F);
            REQUIRE(value < 1.0F);
            sum += value;
            squares += double{value} * value;
        }
        // Four standard deviations of the two means.
        CHECK(sum / count == doctest::Approx(0.5).epsilon(0.004));
        CHECK(squares / count - sum / count * (sum / count) ==
              doctest::Approx(1.0 / 12).epsilon(0.012));
    }

    TEST_CASE("integer draws reach every value below the bound and none beyond") {
        const RandomKey key{.seed = 4, .purpose = RandomPurpose::stream_offset};
        std::array<int, 7> counts{};
        for (std::uint64_t i = 0; i < 7000; ++i) {
            const std::uint64_t value = random_below(key, i, counts.size());
            REQUIRE(value < counts.size());
            ++counts[value];
        }
        for (const int count : counts) CHECK(count == doctest::Approx(1000).epsilon(0.12));
        CHECK(random_below(key, 0, 1) == 0);
        std::uint64_t largest = 0;
        for (std::uint64_t i = 0; i < 64; ++i) {
            largest = std::max(largest, random_below(key, i, UINT64_MAX));
        }
        CHECK(largest > UINT64_MAX / 2);
    }

    TEST_CASE("normal draws have mean 0, variance 1 and the kurtosis of twelve uniforms") {
        const RandomKey key{.seed = 5};
        constexpr int count = 100000;
        double sum = 0, squares = 0, fourths = 0;
        for (int i = 0; i < count; ++i) {
            const double value = random_normal(key, static_cast<std::uint64_t>(i));
            REQUIRE(value >= -6);
            REQUIRE(value <= 6);
            sum += value;
            squares += value * value;
            fourths += value * value * value * value;
        }
        CHECK(sum / count == doctest::Approx(0).scale(1).epsilon(0.013));
        CHECK(squares / count == doctest::Approx(1).epsilon(0.018));
        CHECK(fourths / count == doctest::Approx(3 - 0.1).epsilon(0.04));
    }

    TEST_CASE("two seeds from the system differ") {
        CHECK(random_seed() != random_seed());
    }
}

}  // namespace carousel
