#include "app/text_difficulty.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "base/random.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

std::optional<double> difficulty(const std::string& contents, double validation = 0.1) {
    const TemporaryFolder folder;
    const auto path = folder / "text.txt";
    std::ofstream(path, std::ios::binary) << contents;
    TrainingRequest options;
    options.corpus = {path.string()};
    options.validation_fraction = validation;
    return text_difficulty(TrainingText(options, nullptr, folder / "m.carousel", folder.path(),
                                        [](const WorkEvent&) {}));
}

/// Letters of which each is as likely as the others, whatever stands before.
std::string random_letters(int count, std::uint32_t letters) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        const auto position = static_cast<std::uint64_t>(i);
        text += static_cast<char>(
            'a' + random_below({1, RandomPurpose::benchmark, 9}, position, letters));
    }
    return text;
}

}  // namespace

TEST_SUITE("app/text_difficulty") {
    TEST_CASE("random letters are as hard as their number says") {
        const auto loss = difficulty(random_letters(30000, 8));
        REQUIRE(loss);
        CHECK(*loss > std::log(8.0) - 0.02);
        CHECK(*loss < std::log(8.0) + 0.2);
    }

    TEST_CASE("a text that repeats itself is easy, with and without a validation part") {
        std::string text;
        for (int i = 0; i < 300; ++i) text += "round and round we go\n";
        for (const double validation : {0.1, 0.0}) {
            const auto loss = difficulty(text, validation);
            REQUIRE(loss);
            CHECK(*loss < 0.1);
        }
    }

    TEST_CASE("a character is a character, however many bytes it has") {
        std::string wide;
        for (const char c : random_letters(20000, 8)) wide += std::string("\u0434") + c;
        const auto loss = difficulty(wide);
        REQUIRE(loss);
        CHECK(*loss == doctest::Approx(std::log(8.0) / 2).epsilon(0.1));
    }

    TEST_CASE("too little text tells nothing") {
        CHECK_FALSE(difficulty("a few words only"));
    }
}
