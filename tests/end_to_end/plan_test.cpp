#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A folder with a text that a plan is made for.
struct WithText {
    TemporaryFolder folder;
    WithText() { write(folder / "text.txt", little_text()); }

    Json plan(const Words& more) const {
        const auto ended =
            run(folder.path(), Words{"plan", "text.txt", "--json", "--quiet"} + more);
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        return Json::parse(ended.out);
    }
};

}  // namespace

TEST_SUITE("end_to_end/plan") {
    TEST_CASE("a plan is printed, and nothing is written") {
        const WithText here;
        const auto ended = run(here.folder.path(), {"plan", "text.txt", "--time", "10m"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(ended.out.starts_with("It would read your text about "));
        CHECK(ended.out.find("; done at ") != std::string::npos);
        CHECK(ended.out.find("\nPlan: ") != std::string::npos);
        CHECK(ended.out.find("passes over the text") != std::string::npos);
        CHECK(ended.out.find("an estimate") != std::string::npos);
        CHECK_FALSE(fs::exists(here.folder / "models"));
    }

    TEST_CASE("a plan for steps says the settings that train then uses") {
        const WithText here;
        const Words words{"--steps", "3", "--preset", "nano", "--hidden-size", "24"};
        const auto plan = here.plan(words);
        REQUIRE(run(here.folder.path(),
                    Words{"train", "text.txt", "--model", "m.carousel", "--quiet"} + words)
                    .code == 0);
        for (const char* field : {"cell", "layers", "hidden_size", "embedding_size"}) {
            CAPTURE(field);
            CHECK(plan.at(field).dump() == inspected(here.folder.path(), "m.carousel", field));
        }
        CHECK(plan.at("hidden_size") == 24);
        const auto training = Json::parse(inspected(here.folder.path(), "m.carousel", "training"));
        for (const auto& [name, value] : training.items()) {
            CAPTURE(name);
            CHECK(plan.at(name) == value);
        }
        CHECK(plan.at("updates") == 3);
    }

    TEST_CASE("what options decide stands in the plan, and the outlook follows the time") {
        const WithText here;
        const auto plan = here.plan({"--time", "2m", "--layers", "1", "--hidden-size", "40",
                                     "--dropout-output", "0.25", "--batch-size", "4"});
        CHECK(plan.at("layers") == 1);
        CHECK(plan.at("hidden_size") == 40);
        CHECK(plan.at("batch_size") == 4);
        CHECK(plan.at("dropout_output") == 0.25);
        CHECK(plan.at("seconds") == 120);
        CHECK(plan.at("characters_read") > 0);
        CHECK(plan.at("memory_bytes") > 1'000'000);
        CHECK(plan.at("expected_loss_low") < plan.at("expected_loss_high"));
    }

    TEST_CASE("a preset is refused where the sizes stand already") {
        const WithText here;
        const auto ended =
            run(here.folder.path(), {"train", "text.txt", "--resume", "--preset", "small"});
        CHECK(ended.code == 2);
        CHECK(ended.err.find("--preset") != std::string::npos);
    }
}
