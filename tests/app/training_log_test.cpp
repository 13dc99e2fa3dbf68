#include "app/training_log.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// A run that stands still.
struct Run {
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
        const Run run;
        TrainingLog log(folder / "log", false);
        log.hear(Begun{run.at(10, 100)});
        log.hear(Stepped{run.at(11, 104), 50});
        log.hear(Stepped{run.at(12, 106), 60});
        log.hear(Stepped{run.at(13, 108), 70});
        log.hear(Stepped{run.at(14, 111), 80});
        const auto told = lines(folder / "log");
        REQUIRE(told.size() == 2);
        CHECK(told[0]["event"] == "progress");
        CHECK(told[0]["step"] == 12);
        CHECK(told[0]["characters_per_second"] == 60);
        CHECK(told[1]["step"] == 14);
    }

    TEST_CASE("the end says why it came: the sentence of patience stands before the verdict") {
        const TemporaryFolder folder;
        const Run run;
        TrainingLog log(folder / "log", false);
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
        CHECK(told[0] == nlohmann::json{{"event", "patience"}, {"text", "no patience left"}});
        CHECK(told[1] == nlohmann::json{{"event", "end"}, {"text", "levelled off"}});
        CHECK(told[2] == nlohmann::json{{"event", "stopped"}, {"text", "SIGINT"}});
    }

    TEST_CASE("a resumed run appends, a new one begins anew, and a sample may be any bytes") {
        const TemporaryFolder folder;
        TrainingLog(folder / "log", false).hear(Sampled{"one"});
        TrainingLog(folder / "log", true).hear(Sampled{"two \xff"});
        CHECK(lines(folder / "log").size() == 2);
        TrainingLog(folder / "log", false).hear(Sampled{"three"});
        CHECK(lines(folder / "log").size() == 1);
    }

    TEST_CASE("a log that cannot be written says so and goes on") {
        const TemporaryFolder folder;
        TrainingLog log(folder / "missing/log", false);
        CHECK(log.failed());
        log.hear(Sampled{"lost"});
    }
}
