#include "app/lab_run.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "app/lab_json.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

LabRequest short_request(const std::filesystem::path& file) {
    return {.tasks = {LabTask::lags}, .symbols = 5, .trials = 2, .output = file};
}

/// Runs the one task of a request; stops after so many turns.
LabReport run_it(const LabRequest& request, int turns = 1'000'000) {
    return run_lab(lab_run(request, request.tasks.front()), 1,
                   {.clock = [] { return 0.0; },
                    .tell = [](const LabProgress&) {},
                    .wish_to_stop = [&turns] { return --turns <= 0; }});
}

}  // namespace

TEST_SUITE("app/lab_run") {
    TEST_CASE("a run that was stopped goes on from its file and comes to the same") {
        const TemporaryFolder folder;
        const auto whole = run_it(short_request(folder / "whole.jsonl"));
        CHECK(whole.complete);
        const auto request = short_request(folder / "stopped.jsonl");
        int runs = 1;
        while (!run_it(request, 1).complete) ++runs;
        CHECK(runs > 1);
        CHECK(read_file(folder / "stopped.jsonl") == read_file(folder / "whole.jsonl"));
        CHECK(lab_json(run_it(request)) == lab_json(whole));
    }

    TEST_CASE("more trials of a run are added to those that there are") {
        const TemporaryFolder folder;
        auto request = short_request(folder / "a.jsonl");
        const auto two = run_it(request);
        request.trials = 3;
        const auto three = run_it(request);
        CHECK(three.summary.trials == 3);
        CHECK(three.records[1].result->sequences == two.records[1].result->sequences);
    }

    TEST_CASE("parts of a run side by side are the run, once their files are put together") {
        const TemporaryFolder folder;
        const auto whole = run_it(short_request(folder / "whole.jsonl"));
        auto first = short_request(folder / "first.jsonl");
        first.trials = 1;
        auto second = short_request(folder / "second.jsonl");
        second.trials = second.first_trial = 1;
        CHECK(run_it(first).summary.trials == 1);
        const auto part = run_it(second);
        CHECK(part.complete);
        CHECK(part.summary.trials == 1);
        CHECK(part.records[1].result->sequences == whole.records[1].result->sequences);
        std::ofstream(folder / "both.jsonl", std::ios::binary)
            << read_file(folder / "second.jsonl") << read_file(folder / "first.jsonl");
        int turns = 0;
        const auto both = run_lab(lab_run(short_request(folder / "both.jsonl"), LabTask::lags), 1,
                                  {.clock = [] { return 0.0; },
                                   .tell = [&](const LabProgress&) { ++turns; },
                                   .wish_to_stop = [] { return false; }});
        CHECK(turns == 0);
        CHECK(lab_json(both) == lab_json(whole));
    }

    TEST_CASE("the plain net stops at ten times the sequences that an LSTM needs in the mean") {
        const TemporaryFolder folder;
        LabRequest request{.tasks = {LabTask::long_lags},
                           .symbols = 4,
                           .lag = 6,
                           .rules = LabRules::modern,
                           .cell = CellKind::rnn,
                           .trials = 1};
        const auto before = request_before(request);
        REQUIRE(before);
        CHECK(before->cell == CellKind::lstm);
        CHECK_FALSE(request_before(*before));
        request.output = folder / "plain.jsonl";
        const auto reports = run_task(request, LabTask::long_lags, 1,
                                      {.clock = [] { return 0.0; },
                                       .tell = [](const LabProgress&) {},
                                       .wish_to_stop = [] { return false; }});
        REQUIRE(reports.size() == 2);
        CHECK(reports[0].config.cell == CellKind::lstm);
        CHECK(reports[0].summary.solved == 1);
        CHECK(reports[1].config.cell == CellKind::rnn);
        CHECK(static_cast<double>(reports[1].config.experiment.limit) ==
              10 * reports[0].summary.sequences);
        CHECK(std::filesystem::exists(folder / "2c-p4-q6-modern-lstm-seed1.jsonl"));
        request.limit = 50;
        CHECK_FALSE(request_before(request));
    }

    TEST_CASE("a file of another run, or of anything else, is refused and stays") {
        const TemporaryFolder folder;
        auto request = short_request(folder / "a.jsonl");
        run_it(request);
        const auto before = read_file(folder / "a.jsonl");
        request.seed = 2;
        CHECK_THROWS_AS(run_it(request), InputError);
        CHECK(read_file(folder / "a.jsonl") == before);
        for (const auto& text :
             {std::string("no JSON\n"), before.substr(0, before.size() - 5),
              before + "{\"trial\":99999999999,\"sequences\":1}\n", before + "[]\n"}) {
            std::ofstream(folder / "b.jsonl", std::ios::binary) << text;
            CHECK_THROWS_AS(run_it(short_request(folder / "b.jsonl")), InputError);
            CHECK(read_file(folder / "b.jsonl") == text);
        }
    }

    TEST_CASE("sizes that a task does not have are refused") {
        LabRequest request{.tasks = {LabTask::order_of_two}, .lag = 5};
        CHECK_THROWS_AS(lab_run(request, LabTask::order_of_two), UsageError);
        request = {.tasks = {LabTask::lags}, .cell = CellKind::gru};
        CHECK_THROWS_AS(lab_run(request, LabTask::lags), UsageError);
        request = {.tasks = {LabTask::lags}, .fed_by_gates = false, .rules = LabRules::modern};
        CHECK_THROWS_AS(lab_run(request, LabTask::lags), UsageError);
        request = {.tasks = {LabTask::adding}, .rules = LabRules::modern};
        request.cell = CellKind::transformer;
        CHECK_THROWS_WITH_AS(lab_run(request, LabTask::adding),
                             doctest::Contains("The lab has recurrent nets"), UsageError);
    }

    TEST_CASE("files are named by what differs from the usual") {
        LabRequest request{.tasks = {LabTask::adding}};
        CHECK(lab_run(request, LabTask::adding).file == "lab/4-1997-seed1.jsonl");
        CHECK(lab_run(request, LabTask::adding).trials == 10);
        request.length = 500;
        request.rules = LabRules::guess;
        CHECK(lab_run(request, LabTask::adding).file == "lab/4-T500-guess-seed1.jsonl");
    }

    TEST_CASE("what trials come to stands beside the paper") {
        LabReport report{.config = {.experiment = standard_experiment(LabTask::adding)},
                         .records = {{.result = TrialResult{.solved = true, .sequences = 100}},
                                     {.result = TrialResult{.solved = false, .sequences = 900}},
                                     {.result = TrialResult{.solved = true, .sequences = 300}},
                                     {.sequences = 7}},
                         .summary = {},
                         .published = published_result(standard_experiment(LabTask::adding))};
        report.summary = summarize(report.records);
        CHECK(report.summary.trials == 3);
        CHECK(report.summary.solved == 2);
        CHECK(report.summary.sequences == 200);
        CHECK(report.summary.fewest == 100);
        CHECK(report.summary.most == 300);
        const auto table = lab_table(report);
        CHECK(table.find("2 of 3") != std::string::npos);
        CHECK(table.find("74,000") != std::string::npos);
        CHECK(table.find("100 to 300") != std::string::npos);
        CHECK(lab_page({report}).find("74,000") != std::string::npos);
        CHECK(lab_json(report).find("\"sequences\":74000") != std::string::npos);
    }
}
