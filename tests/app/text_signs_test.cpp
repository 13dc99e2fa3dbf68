#include "app/text_signs.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

std::optional<double> signs(const std::string& contents, const TextSettings& settings = {}) {
    const TemporaryFolder folder;
    std::ofstream(folder / "text.txt", std::ios::binary) << contents;
    TrainingRequest options;
    options.corpus = {(folder / "text.txt").string()};
    options.text[&TextSettings::unit] = settings.unit;
    return share_of_signs(TrainingText(options, nullptr, folder / "m.carousel", folder.path(),
                                       [](const WorkEvent&) {}));
}

std::string repeated(const std::string& line, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += line;
    return text;
}

}  // namespace

TEST_SUITE("app/text_signs") {
    TEST_CASE("every fifth character of a program may be one, and none of prose") {
        CHECK(signs(repeated("a[i] = b*c;", 2000)) == doctest::Approx(4.0 / 11).epsilon(0.01));
        CHECK(signs(repeated("\"The sea,\" he said: \u2018it's calm!\u2019\n", 1000)) == 0);
    }

    TEST_CASE("the whole text is looked at, however long, not only its beginning") {
        const auto prose = repeated("The sea was calm.\n", 40'000);
        const auto half = signs(prose + repeated("f(x) + y[i++];\n", 40'000) + prose);
        REQUIRE(half);
        CHECK(*half > 0.12);
        CHECK(*half < 0.17);
    }

    TEST_CASE("characters are counted, not bytes, whatever the unit") {
        CHECK(signs(repeated("\u6708(\u5149)", 2000)) == doctest::Approx(0.5).epsilon(0.01));
        CHECK(signs(repeated("a(b)", 2000), {.unit = Unit::byte}) ==
              doctest::Approx(0.5).epsilon(0.01));
        CHECK(signs(repeated("e\u0301(b)", 2000), {.unit = Unit::grapheme}) ==
              doctest::Approx(0.5).epsilon(0.01));
    }

    TEST_CASE("of a few words nothing is told") {
        CHECK_FALSE(signs("a = b;"));
    }
}
