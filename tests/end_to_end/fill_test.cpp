#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

/// A folder with two tiny models of one text, of which one reads it from both ends; made once.
const fs::path& trained_both_ways() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        const Words train{"train",        "text.txt", "--hidden-size",   "16",  "--layers",  "1",
                          "--steps",      "60",       "--window",        "32",  "--threads", "1",
                          "--batch-size", "8",        "--learning-rate", "0.02"};
        return run(folder.path(), train + Words{"--model", "both.carousel", "--direction", "both"})
                       .code == 0 &&
               run(folder.path(), train + Words{"--model", "one.carousel"}).code == 0;
    }();
    REQUIRE(made);
    return folder.path();
}

Ended with_model(const Words& words, const std::string& model = "both.carousel") {
    return run(trained_both_ways(), words + Words{"--model", model, "--quiet"});
}

bool shows(const std::string& text, std::string_view part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("end_to_end/fill") {
    TEST_CASE("a model trained from both ends writes, is measured, filled with and corrected by") {
        const auto start = little_text().substr(0, 38);
        write(trained_both_ways() / "gap.txt", start + "[...]" + start + "\n");
        const auto filled = with_model({"fill", "gap.txt", "--length", "3"});
        REQUIRE_MESSAGE(filled.code == 0, filled.err);
        CHECK(filled.out.size() == 2 * start.size() + 4);
        CHECK(filled.out.starts_with(start));
        CHECK(filled.out.ends_with(start + "\n"));
        const auto table = with_model({"fill", "gap.txt", "--length", "1:2", "--count", "3"});
        CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 4);
        CHECK(table.out.starts_with("1:39\n"));
        const auto corrected =
            with_model({"correct", "text.txt", "--threshold", "1", "--output", "same.txt"});
        CHECK(corrected.code == 0);
        CHECK(content(trained_both_ways() / "same.txt") == little_text());
        CHECK(with_model({"evaluate", "text.txt"}).code == 0);
        CHECK(with_model({"generate", "--length", "20"}).out.size() >= 20);
        const auto told = run(trained_both_ways(), {"inspect", "both.carousel"});
        CHECK(shows(told.out, "direction both"));
    }

    TEST_CASE("a model of one net is refused with what to do") {
        write(trained_both_ways() / "gap.txt", "a [...] b\n");
        const auto ended = with_model({"fill", "gap.txt"}, "one.carousel");
        CHECK(ended.code == 2);
        CHECK(shows(ended.err, "--direction both"));
        const auto resumed =
            run(trained_both_ways(), {"train", "text.txt", "--model", "one.carousel", "--resume",
                                      "--direction", "both", "--steps", "70"});
        CHECK(resumed.code == 2);
        CHECK(shows(resumed.err, "--direction is forward in the model and both here"));
    }
}
