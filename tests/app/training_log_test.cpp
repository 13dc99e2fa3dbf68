#include "app/training_log.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// A run that stands still.
struct LoggedRun {
    Snapshot snapshot;

    Standing at(std::uint64_t step, double seconds) const {
        HistoryRecord now;
        now.step = step;
        now.seconds = seconds;
        return {snapshot, now, 0.5};
    }
};

std::vector<nlohmann::json> lines(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
}

}  // namespace

TEST_SUITE("app/training_log") {
    TEST_CASE("steps are told every five seconds, of this run") {
        const TemporaryFolder folder;
        const LoggedRun run;
        TrainingLog log(folder / "log", std::nullopt);
        log.hear(Begun{run.at(10, 100)});
        log.hear(Stepped{.run = run.at(11, 104), .characters_per_second = 50});
        log.hear(Stepped{.run = run.at(12, 106), .characters_per_second = 60});
        log.hear(Stepped{.run = run.at(13, 108), .characters_per_second = 70});
        log.hear(Stepped{.run = run.at(14, 111), .characters_per_second = 80});
        const auto told = lines(folder / "log");
        REQUIRE(told.size() == 2);
        CHECK(told[0]["event"] == "progress");
        CHECK(told[0]["step"] == 12);
        CHECK(told[0]["characters_per_second"] == 60);
        CHECK(told[1]["step"] == 14);
    }

    TEST_CASE("the end says why it came: the sentence of patience stands before the verdict") {
        const TemporaryFolder folder;
        const LoggedRun run;
        TrainingLog log(folder / "log", std::nullopt);
        log.hear(Ended{.run = run.at(5, 1),
                       .end = TrainingEnd::patience,
                       .saved = true,
                       .why = "no patience left",
                       .verdict = "levelled off"});
        log.hear(Ended{.run = run.at(5, 1),
                       .end = TrainingEnd::stopped,
                       .saved = true,
                       .why = "SIGINT",
                       .verdict = "Stopped at step 5."});
        const auto told = lines(folder / "log");
        REQUIRE(told.size() == 3);
        CHECK(told[0]["event"] == "patience");
        CHECK(told[0]["text"] == "no patience left");
        CHECK(told[1]["event"] == "end");
        CHECK(told[1]["text"] == "levelled off");
        CHECK(told[2]["event"] == "stopped");
        CHECK(told[2]["text"] == "SIGINT");
    }

    TEST_CASE("a resumed run appends, a new one begins anew, and a sample may be any bytes") {
        const TemporaryFolder folder;
        TrainingLog(folder / "log", std::nullopt).hear(Sampled{"one"});
        TrainingLog(folder / "log", 5).hear(Sampled{"two \xff"});
        CHECK(lines(folder / "log").size() == 2);
        TrainingLog(folder / "log", std::nullopt).hear(Sampled{"three"});
        CHECK(lines(folder / "log").size() == 1);
    }

    TEST_CASE("steps that were not saved stand once in the log when they come again") {
        const TemporaryFolder folder;
        const LoggedRun run;
        for (const auto resumed_at :
             {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(60)}) {
            TrainingLog log(folder / "log", resumed_at);
            for (const std::uint64_t step : {50, 75, 100}) {
                if (resumed_at && step == 50) continue;
                log.hear(Stepped{.run = run.at(step, 1)});
                log.hear(Validated{run.at(step, 1), 0, false});
                log.hear(Sampled{"a sample"});
            }
        }
        std::vector<std::uint64_t> steps;
        for (const auto& line : lines(folder / "log")) {
            CHECK(line.contains("step"));
            if (line["event"] == "validation") steps.push_back(line["step"]);
        }
        CHECK(steps == std::vector<std::uint64_t>{50, 75, 100});
        CHECK(lines(folder / "log").size() == 6);
    }

    TEST_CASE("what the files of the model lack is in the log") {
        const TemporaryFolder folder;
        const LoggedRun run;
        TrainingLog log(folder / "log", std::nullopt);
        log.hear(
            Ended{.run = run.at(5, 1), .shortfall = "Nothing was written.", .verdict = "good"});
        const auto told = lines(folder / "log");
        REQUIRE(told.size() == 2);
        CHECK(told[0]["event"] == "failure");
        CHECK(told[0]["text"] == "Nothing was written.");
    }
}
