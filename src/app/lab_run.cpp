#include "app/lab_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "app/lab_file.hpp"
#include "app/output_files.hpp"
#include "base/error.hpp"
#include "base/file_lock.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

constexpr double k_seconds_between_saves = 5;

FileLock lock(const std::filesystem::path& file) {
    auto path = file;
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
    path += ".lock";
    auto lock = FileLock::try_acquire(path);
    if (lock) return std::move(*lock);
    throw InputError(
        fmt::format("Another run is writing {}: its lock is held. Wait for it to end, or name "
                    "another file with --output.",
                    shown_path(file)));
}

LabProgress progress_of(const LabRun& run, const std::vector<TrialRecord>& records) {
    LabProgress progress{
        .task = run.config.experiment.task, .summary = summarize(records), .trials = 0};
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto& record = records[i];
        if (i >= static_cast<std::size_t>(run.first_trial) || record.result) ++progress.trials;
        progress.sequences += record.sequences;
        if (!record.result) progress.most = std::max(progress.most, record.sequences);
    }
    return progress;
}

// Saves now and then, and whenever a trial has ended.
class Saver {
public:
    Saver(const LabRun& run, const LabHost& host) : run_(run), host_(host), last_(host.clock()) {}

    void hear(const std::vector<TrialRecord>& records) {
        const auto ended = std::count_if(records.begin(), records.end(),
                                         [](const TrialRecord& r) { return r.result.has_value(); });
        const double now = host_.clock();
        if (ended == ended_ && now - last_ < k_seconds_between_saves) return;
        write_lab_file(run_, records);
        ended_ = ended;
        last_ = now;
    }

private:
    const LabRun& run_;
    const LabHost& host_;
    std::ptrdiff_t ended_ = -1;
    double last_;
};

}  // namespace

LabReport run_lab(const LabRun& run, int threads, const LabHost& host) {
    const auto held = lock(run.file);
    LabReport report{.config = run.config,
                     .records = read_lab_file(run),
                     .summary = {},
                     .published = published_result(run.config.experiment)};
    Saver saver(run, host);
    report.complete =
        run_trials(run.config, report.records, static_cast<std::size_t>(run.first_trial), threads,
                   {.turn_ended =
                        [&](const std::vector<TrialRecord>& records) {
                            saver.hear(records);
                            host.tell(progress_of(run, records));
                        },
                    .wish_to_stop = host.wish_to_stop});
    write_lab_file(run, report.records);
    report.summary = summarize(report.records);
    return report;
}

std::vector<LabReport> run_task(const LabRequest& request, LabTask task, int threads,
                                const LabHost& host) {
    std::vector<LabReport> reports;
    auto own = request;
    if (const auto before = request_before(request)) {
        auto run = lab_run(*before, task);
        if (request.output) run.file = request.output->parent_path() / run.file.filename();
        const auto& report = reports.emplace_back(run_lab(run, threads, host));
        if (!report.complete) return reports;
        if (report.summary.solved > 0) own.limit = plain_net_limit(report.summary.sequences);
    }
    reports.push_back(run_lab(lab_run(own, task), threads, host));
    return reports;
}

}  // namespace carousel
