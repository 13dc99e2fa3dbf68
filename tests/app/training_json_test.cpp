#include "app/training_json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/training.hpp"
#include "base/stopwatch.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using nlohmann::json;

namespace {

/// A run that stands still.
struct ToldRun {
    Snapshot snapshot{};

    Standing at(std::uint64_t step, double seconds) const {
        HistoryRecord now;
        now.step = step;
        now.seconds = seconds;
        return {snapshot, now, 0.5};
    }
};

/// The lines, as objects.
struct Lines {
    std::vector<json> told{};
    std::vector<std::string> raw{};

    TrainingJson listener(double seconds_apart) {
        return {[this](std::string_view line) {
                    CHECK(line.find('\n') == line.size() - 1);
                    raw.emplace_back(line);
                    told.push_back(json::parse(line));
                },
                seconds_apart};
    }
    std::vector<json> of(std::string_view event) const {
        std::vector<json> found;
        for (const auto& line : told)
            if (line.at("event") == event) found.push_back(line);
        return found;
    }
};

TrainingRequest small_training(const TemporaryFolder& folder) {
    std::ofstream file(folder / "text.txt", std::ios::binary);
    for (int i = 0; i < 60; ++i) file << "round " << i % 7 << " and round we go\n";
    TrainingRequest request;
    request.corpus = {(folder / "text.txt").string()};
    request.model = folder / "m.carousel";
    request.architecture[&LanguageModelConfig::layers] = 1;
    request.architecture[&LanguageModelConfig::hidden_size] = 16;
    request.training[&TrainingConfig::batch_size] = 4;
    request.training[&TrainingConfig::window] = 16;
    request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 6};
    request.validate_every = 3;
    request.threads = 1;
    request.command = "carousel train 'my text.txt'";
    return request;
}

}  // namespace

TEST_SUITE("app/training_json") {
    TEST_CASE("steps are told so many seconds apart, with the norm of their gradient") {
        const ToldRun run;
        Lines lines;
        auto listener = lines.listener(5);
        const auto step = [&](std::uint64_t number, double seconds, double norm) {
            listener.hear(Stepped{.run = run.at(number, seconds),
                                  .characters_per_second = 50,
                                  .seconds_left = 7,
                                  .gradient_norm = norm});
        };
        listener.hear(Begun{run.at(10, 100)});
        step(11, 104, 1);
        step(12, 106, 2);
        step(13, 108, 3);
        step(14, 111, 4);
        REQUIRE(lines.told.size() == 2);
        CHECK(lines.told[0].at("event") == "progress");
        CHECK(lines.told[0].at("step") == 12);
        CHECK(lines.told[0].at("gradient_norm") == 2);
        CHECK(lines.told[0].at("seconds_left") == 7);
        CHECK(lines.told[1].at("step") == 14);
    }

    TEST_CASE("a run begins with all that makes it what it is, and ends with what became of it") {
        const TemporaryFolder folder;
        const auto request = small_training(folder);
        Lines lines;
        auto listener = lines.listener(0);
        const Stopwatch stopwatch;
        run_training(request, {.clock = [&] { return stopwatch.seconds(); },
                               .tell = [&](const TrainingEvent& event) { listener.hear(event); },
                               .wish_to_stop = [] { return std::nullopt; },
                               .begun = "2026-11-27T09:05:01Z"});
        const auto start = lines.of("start");
        REQUIRE(start.size() == 1);
        // A log is known by these bytes.
        const auto& raw = lines.raw[static_cast<std::size_t>(
            std::find(lines.told.begin(), lines.told.end(), start[0]) - lines.told.begin())];
        CHECK(raw.starts_with(R"({"event":"start","program":"carousel )"));
        CHECK(start[0].at("command") == "carousel train 'my text.txt'");
        CHECK(start[0].at("begun") == "2026-11-27T09:05:01Z");
        CHECK(start[0].at("model_file") == request.model->string());
        CHECK(start[0].at("parameters") > 1000);
        CHECK(start[0].at("model").at("hidden_size") == 16);
        CHECK(start[0].at("training").at("window") == 16);
        CHECK(start[0].at("text").at("unit") == "codepoint");
        CHECK(start[0].at("corpus").at("paths") == json(request.corpus));
        CHECK(start[0].at("corpus").at("training_characters") > 1000);

        const auto steps = lines.of("progress");
        REQUIRE(steps.size() == 6);
        for (const auto& step : steps) CHECK(step.at("gradient_norm") > 0);
        const auto validations = lines.of("validation");
        REQUIRE(validations.size() == 2);
        CHECK(validations[1].at("gradient_norm") == steps[5].at("gradient_norm"));
        CHECK_FALSE(lines.of("saved").empty());

        const auto& end = lines.told.back();
        CHECK(end.at("event") == "end");
        CHECK(end.at("step") == 6);
        CHECK(end.at("saved") == true);
        CHECK(end.at("best").at("validation_loss") == validations[1].at("validation_loss"));
        CHECK(validations[1].at("characters") > 0);
        CHECK(end.at("closing").at("whole") == true);
        CHECK(end.at("closing").at("characters") >= validations[1].at("characters"));
        CHECK(end.at("sample").get<std::string>().size() > 10);

        std::ifstream log(folder / "m.log.jsonl");
        std::string first;
        std::getline(log, first);
        CHECK(first + '\n' == raw);
    }

    TEST_CASE("what goes wrong is told, with its step") {
        const ToldRun run;
        Lines lines;
        auto listener = lines.listener(5);
        listener.hear(Begun{run.at(3, 1)});
        listener.hear(Warning{"a full disk"});
        listener.hear(SaveFailed{4, "no room"});
        listener.hear(Recovered{5, 2, "back"});
        listener.hear(Diverged{run.at(6, 1), "gone"});
        listener.hear(Sampled{"any \xff bytes"});
        REQUIRE(lines.told.size() == 5);
        CHECK(lines.told[0] == json{{"event", "warning"}, {"text", "a full disk"}});
        CHECK(lines.told[1] == json{{"event", "save_failed"}, {"step", 4}, {"text", "no room"}});
        CHECK(lines.told[2] == json{{"event", "divergence"}, {"step", 5}, {"text", "back"}});
        CHECK(lines.told[3] == json{{"event", "diverged"}, {"step", 6}, {"text", "gone"}});
        CHECK(lines.told[4].at("step") == 3);
    }
}
