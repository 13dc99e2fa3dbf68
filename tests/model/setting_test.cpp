#include "model/setting.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "model/language_model_descriptions.hpp"
#include "model/training_descriptions.hpp"
#include "support/described.hpp"

using namespace carousel;

TEST_SUITE("model/setting") {
    TEST_CASE("every field of architecture and training is described once") {
        check_every_field_is_described<LanguageModelConfig>();
        check_every_field_is_described<TrainingConfig>();
    }

    TEST_CASE("a field that is not described is missed") {
        struct Two {
            TrainingLength first;
            float second = 0;
        };
        CHECK(field_count<Two>() == 2);
    }

    TEST_CASE("every default of a training lies in its range") {
        const TrainingConfig config;
        for_each_setting<TrainingConfig>([&](const auto& setting) {
            if constexpr (requires { setting.range.contains(config.*setting.field); })
                CHECK_MESSAGE(setting.range.contains(config.*setting.field), setting.name);
        });
    }

    TEST_CASE("what is given replaces its field and no other") {
        Given<TrainingConfig> given;
        CHECK_FALSE(given.any());
        given[&TrainingConfig::beta2] = 0.5F;
        CHECK(given.any());
        CHECK_FALSE(given[&TrainingConfig::beta1]);
        TrainingConfig before;
        before.window = 7;
        auto after = before;
        after.beta2 = 0.5F;
        CHECK(given.over(before) == after);
    }

    TEST_CASE("ranges know their bounds") {
        CHECK(WholeRange{1, 16}.contains(16));
        CHECK_FALSE(WholeRange{0, 16}.contains(-1));
        CHECK(k_below_one.contains(0));
        CHECK_FALSE(k_below_one.contains(1));
        CHECK_FALSE(RealRange{0, 1}.contains(std::numeric_limits<double>::quiet_NaN()));
        CHECK(interval(k_below_one) == "[0, 1)");
        CHECK(interval(RealRange{.low = 0, .high = 10, .without_low = true}) == "(0, 10]");
        CHECK(interval(WholeRange{1, 16}) == "[1, 16]");
    }

    TEST_CASE("a setting has one name in options, messages and JSON") {
        const auto& setting = setting_of(&TrainingConfig::final_learning_rate);
        CHECK(setting.name == "final-learning-rate");
        CHECK(noun_of(setting) == "final learning rate");
        CHECK(key_of(setting) == "final_learning_rate");
        CHECK(noun_of(setting_of(&TrainingConfig::clip)) == "clipping bound");
    }

    TEST_CASE("values are spelled as options read them") {
        CHECK(format_value(0.1F) == "0.1");
        CHECK(format_value(std::uint64_t{18446744073709551615U}) == "18446744073709551615");
        CHECK(format_value(Schedule::linear) == "linear");
        CHECK(format_value(TrainingLength{LengthKind::epochs, 3}) == "3 epochs");
    }
}
