#include "inspection/telling_units.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/random.hpp"

using namespace carousel;

namespace {

const ForEach k_in_turn = [](std::size_t count, const std::function<void(std::size_t)>& work) {
    for (std::size_t i = 0; i < count; ++i) work(i);
};

float noise(std::uint64_t position) {
    return 2 * random_uniform({1, RandomPurpose::benchmark, 0}, position) - 1;
}

/// Two layers of ten units with two signals that mean nothing.
UnitTrace noise_of(std::size_t length) {
    UnitTrace trace{.layers = 2,
                    .signals = 2,
                    .units = 10,
                    .length = length,
                    .values = {},
                    .nats = {},
                    .likely = {}};
    trace.values.resize(2 * 2 * 10 * length);
    for (std::size_t i = 0; i < trace.values.size(); ++i) trace.values[i] = noise(i);
    return trace;
}

float& at(UnitTrace& trace, const UnitPlace& place, std::size_t t) {
    return trace.values[((place.layer * trace.signals + place.signal) * trace.units + place.unit) *
                            trace.length +
                        t];
}

/// Lines of thirty characters, and quotes now and then.
std::vector<TextFeature> features_of(std::size_t length) {
    std::vector<std::string> characters;
    for (std::size_t t = 0; t < length; ++t)
        characters.emplace_back(t % 30 == 29 ? "\n" : t % 70 == 20 || t % 70 == 45 ? "\"" : "a");
    return text_features(characters);
}

FeatureReport report_of(const std::vector<FeatureReport>& all, const std::string& name) {
    for (const auto& report : all)
        if (report.name == name) return report;
    FAIL("no such feature");
    return all.front();
}

}  // namespace

TEST_SUITE("inspection/telling_units") {
    TEST_CASE("a unit that counts the place in line is found among others, turned round as well") {
        constexpr std::size_t k_length = 1200;
        auto trace = noise_of(k_length);
        const UnitPlace planted{.layer = 1, .unit = 7, .signal = 1};
        for (std::size_t t = 0; t < k_length; ++t)
            at(trace, planted, t) = 0.2F * noise(t + 7'000'000) - static_cast<float>(t % 30) / 30;
        const auto found = find_telling_units(trace, features_of(k_length), 3, k_in_turn);
        const auto report = report_of(found, "place in line");
        REQUIRE(report.units.size() == 3);
        CHECK(report.units[0].place.layer == planted.layer);
        CHECK(report.units[0].place.unit == planted.unit);
        CHECK(report.units[0].place.signal == planted.signal);
        CHECK(report.units[0].measured < -0.8);
        CHECK_FALSE(report.units[0].told_right);
        CHECK(std::abs(report.units[1].measured) < 0.3);
        CHECK(found.front().name == "place in line");
    }

    TEST_CASE("a unit that is on within quotation marks tells nearly all places right") {
        constexpr std::size_t k_length = 2000;
        auto trace = noise_of(k_length);
        const auto features = features_of(k_length);
        const UnitPlace planted{.layer = 0, .unit = 3, .signal = 0};
        for (const auto& feature : features) {
            if (feature.name != "quotes") continue;
            for (std::size_t t = 0; t < k_length; ++t)
                at(trace, planted, t) = 0.3F * noise(t + 9'000'000) + feature.values[t];
        }
        const auto report = report_of(find_telling_units(trace, features, 1, k_in_turn), "quotes");
        REQUIRE(report.units.size() == 1);
        CHECK(report.units[0].place.unit == 3);
        CHECK(report.units[0].told_right.value() > 0.95);
    }

    TEST_CASE("what is measured is the half on which nothing was chosen") {
        constexpr std::size_t k_length = 1200;
        auto trace = noise_of(k_length);
        const UnitPlace planted{.layer = 1, .unit = 2, .signal = 0};
        for (std::size_t t = 0; t < k_length / 2; ++t)
            at(trace, planted, t) = static_cast<float>(t % 30);
        const auto report = report_of(
            find_telling_units(trace, features_of(k_length), 1, k_in_turn), "place in line");
        CHECK(report.units[0].place.unit == 2);
        CHECK(report.units[0].chosen > 0.95);
        CHECK(std::abs(report.units[0].measured) < 0.2);
    }

    TEST_CASE("what a text does not have is not measured, and comes last") {
        const auto found = find_telling_units(noise_of(600), features_of(600), 2, k_in_turn);
        CHECK(report_of(found, "comments").units.empty());
        CHECK(report_of(found, "comments").places == 0);
        CHECK(found.back().units.empty());
    }

    TEST_CASE("a correlation is 1 for what rises alike, 0 for what stays") {
        const std::vector<float> one{1, 2, 3, 4}, twice{2, 4, 6, 8}, down{4, 3, 2, 1},
            still{5, 5, 5, 5};
        CHECK(correlation(one, twice) == doctest::Approx(1));
        CHECK(correlation(one, down) == doctest::Approx(-1));
        CHECK(correlation(one, still) == 0);
    }
}
