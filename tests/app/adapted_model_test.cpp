#include "app/adapted_model.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "app/evaluation_run.hpp"
#include "app/training.hpp"
#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// Lines of a server's log, as it writes them on a day like any other.
std::vector<std::string> log_lines(std::uint32_t day, int count) {
    constexpr std::array k_paths{"/", "/cart", "/login", "/search?q=tea", "/static/app.css"};
    constexpr std::array k_users{"ada", "ben", "cleo"};
    auto draw = [&, position = std::uint64_t{0}](std::uint32_t below) mutable {
        return random_below({day, RandomPurpose::benchmark, 1}, position++, below);
    };
    std::vector<std::string> lines;
    for (int i = 0; i < count; ++i) {
        const int second = 7 * i;
        auto line = fmt::format("Mar {:02} {:02}:{:02}:{:02} web{} ", day, second / 3600 % 24,
                                second / 60 % 60, second % 60, 1 + draw(2));
        if (draw(3) > 0)
            line += fmt::format("nginx[812]: \"GET {} HTTP/1.1\" 200 {}ms", k_paths[draw(5)],
                                10 + draw(50));
        else
            line += fmt::format("sshd[{}]: Accepted publickey for {} from 10.0.0.{} port 22 ssh2",
                                1000 + draw(9000), k_users[draw(3)], 2 + draw(7));
        lines.push_back(line);
    }
    return lines;
}

/// A model of such a log that is sure of itself, and a day on which two things went wrong.
struct Log {
    Log() {
        write("quiet.log", log_lines(2, 700));
        auto today = log_lines(5, 220);
        today[59] = "Mar 05 00:06:53 web1 kernel: EXT4-fs error (device sda1): reading directory";
        today[139] = "Mar 05 00:16:13 web2 sshd[4011]: Accepted password for root from 203.0.113.7";
        write("today.log", today);
        write("tomorrow.log", log_lines(6, 100));

        TrainingRequest request;
        request.corpus = {folder / "quiet.log"};
        request.model = folder / "log.carousel";
        request.text[&TextSettings::min_count] = 2;
        request.architecture[&LanguageModelConfig::cell] = CellKind::cifg;
        request.architecture[&LanguageModelConfig::layers] = 2;
        request.architecture[&LanguageModelConfig::hidden_size] = 32;
        request.architecture[&LanguageModelConfig::embedding_size] = 16;
        request.training[&TrainingConfig::batch_size] = 8;
        request.training[&TrainingConfig::window] = 32;
        request.training[&TrainingConfig::dropout_between] = 0.0F;
        request.training[&TrainingConfig::dropout_output] = 0.0F;
        request.training[&TrainingConfig::dropout_recurrent] = 0.0F;
        request.training[&TrainingConfig::learning_rate] = 0.02F;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 800};
        request.validate_every = 800;
        request.sample_every = 0;
        request.threads = 1;
        const Stopwatch stopwatch;
        run_training(request, {.clock = [&] { return stopwatch.seconds(); },
                               .tell = [](const TrainingEvent&) {},
                               .wish_to_stop = [] { return std::optional<std::string>(); },
                               .closing_sample = false});
    }

    EvaluationReport evaluated(const char* text, bool adapt,
                               const Given<AdaptationConfig>& adaptation = {}) const {
        EvaluationRequest request;
        request.corpus = {folder / text};
        request.model = folder / "log.carousel";
        request.protocol = Protocol::stream;
        request.adapt = adapt;
        request.adaptation = adaptation;
        request.per_line = folder / "lines.tsv";
        request.threads = 1;
        const TellWork tell = [](const WorkEvent&) {};
        EvaluationRun run(request, tell);
        auto report = run.measure();
        run.save_lists({});
        return report;
    }

    /// The numbers of the most surprising lines of the newest evaluation.
    std::set<int> first_lines(int count) const {
        std::ifstream file(folder / "lines.tsv");
        std::set<int> numbers;
        std::string row, field;
        std::getline(file, row);
        while (count-- > 0 && std::getline(file, row)) {
            std::istringstream fields(row);
            for (int i = 0; i < 5; ++i) std::getline(fields, field, '\t');
            numbers.insert(std::stoi(field));
        }
        return numbers;
    }

    AdaptationReport adapt(LoadedModel& model, const Given<AdaptationConfig>& adaptation) const {
        return adapt_to_text(model, folder / "today.log", {}, UnknownCharacters::skip,
                             adaptation.over({}), 1, [](const WorkEvent&) {});
    }

    TemporaryFolder folder;

private:
    void write(const char* name, const std::vector<std::string>& lines) const {
        std::ofstream file(folder / name, std::ios::binary);
        for (const auto& line : lines) file << line << '\n';
    }
};

const Log& the_log() {
    static const Log log;
    return log;
}

double nats(const Measurement& measurement) {
    return nats_per_character(measurement.metrics);
}

Given<AdaptationConfig> at_rate(float rate) {
    Given<AdaptationConfig> adaptation;
    adaptation[&AdaptationConfig::learning_rate] = rate;
    return adaptation;
}

// Without a bound on what a gradient counts, one planted line breaks so small a model at the first.
const auto k_fast = at_rate(0.004F), k_far_too_fast = at_rate(5);

}  // namespace

TEST_SUITE("app/adapted_model") {
    TEST_CASE("on a log with planted lines, learning helps, and these lines still stand out") {
        const auto report = the_log().evaluated("today.log", true, k_fast);
        REQUIRE(report.measurements.size() == 2);
        const auto& [adaptive, fixed] = std::tie(report.measurements[0], report.measurements[1]);
        CHECK(adaptive.adaptive);
        CHECK_FALSE(fixed.adaptive);
        CHECK(nats(fixed) < 0.8);  // it is sure of itself
        CHECK(nats(adaptive) < nats(fixed) - 0.03);
        CHECK(the_log().first_lines(2) == std::set<int>{60, 140});
    }

    TEST_CASE("a model that has learned from such a log predicts the next one as well as before") {
        auto loaded = load_model(the_log().folder / "log.carousel");
        const auto before = the_log().evaluated("tomorrow.log", false);
        const auto learned = the_log().adapt(loaded, k_fast);
        CHECK_FALSE(learned.fell_back());
        CHECK(learned.nats < learned.fixed_nats);
        Snapshot changed = load_snapshot(the_log().folder / "log.carousel");
        CHECK(loaded.snapshot.weights.front().values != changed.weights.front().values);
        changed.weights = loaded.snapshot.weights;
        save_snapshot(the_log().folder / "changed.carousel", changed);
        EvaluationRequest request;
        request.corpus = {the_log().folder / "tomorrow.log"};
        request.model = the_log().folder / "changed.carousel";
        request.protocol = Protocol::stream;
        request.threads = 1;
        const TellWork tell = [](const WorkEvent&) {};
        EvaluationRun after(request, tell);
        CHECK(nats(after.measure().measurements[0]) < nats(before.measurements[0]) + 0.05);
    }

    TEST_CASE("where learning makes it worse, all that is told is of the model as it was") {
        const auto fixed = the_log().evaluated("today.log", false);
        const auto lines = the_log().first_lines(220);
        const auto report = the_log().evaluated("today.log", true, k_far_too_fast);
        REQUIRE(report.measurements.size() == 2);
        CHECK_FALSE(report.measurements[0].adaptive);
        CHECK(report.measurements[0].metrics == fixed.measurements[0].metrics);
        CHECK(report.measurements[1].adaptive);
        CHECK(the_log().first_lines(220) == lines);
        CHECK(the_log().first_lines(2) == std::set<int>{60, 140});
        const auto notes = fmt::format("{}", fmt::join(evaluation_notes(report), " "));
        CHECK(notes.find("Learning made it worse") != std::string::npos);

        auto loaded = load_model(the_log().folder / "log.carousel");
        const auto before = loaded.snapshot.weights;
        CHECK(the_log().adapt(loaded, k_far_too_fast).fell_back());
        CHECK(loaded.snapshot.weights == before);
    }
}
