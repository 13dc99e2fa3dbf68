#include "app/comparison_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "app/comparison_file.hpp"
#include "app/comparison_measure.hpp"
#include "app/comparison_page.hpp"
#include "app/comparison_plan.hpp"
#include "app/comparison_terms.hpp"
#include "app/loaded_model.hpp"
#include "app/machines.hpp"
#include "app/page_parts.hpp"
#include "app/training.hpp"
#include "app/training_files.hpp"
#include "app/training_text.hpp"
#include "base/error.hpp"
#include "base/file_lock.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "snapshot/model_files.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

FileLock lock_comparison(const ComparisonFiles& files) {
    auto lock = FileLock::try_acquire(files.lock());
    if (lock) return std::move(*lock);
    throw InputError(fmt::format(
        "Another program is at work on the comparison in {}: its lock {} is held. Wait for it to "
        "end, or name another --folder.",
        shown_path(files.folder), shown_path(files.lock())));
}

/// A cell and a seed that were asked for.
struct WantedRun {
    CellKind cell;
    std::uint64_t seed;
};

/// One call of `run_comparison`.
class ComparisonWork {
public:
    ComparisonWork(const ComparisonRequest& request, const ComparisonHost& host)
        : request_(request),
          host_(host),
          files_(comparison_files(request)),
          folder_(files_.folder),
          lock_(lock_comparison(files_)),
          tell_work_([this](const WorkEvent& event) {
              std::visit([&](const auto& e) { host_.tell(e); }, event);
          }) {}

    ComparisonResult run();

private:
    void open_record();
    void read_text();
    void plan_cells();
    std::vector<WantedRun> wanted_runs() const;
    bool is_over(const WantedRun& wanted);
    bool train(const WantedRun& wanted, std::size_t number);
    bool train_to_end(RunBegun& begun, ComparedRun& run);
    std::size_t left();
    void save(const PageState& state);
    bool stopped() const { return host_.wish_to_stop && host_.wish_to_stop(); }

    const ComparisonRequest& request_;
    const ComparisonHost& host_;
    ComparisonFiles files_;
    NewFolder folder_;  // removed again where nothing comes into it
    FileLock lock_;
    TellWork tell_work_;
    Comparison comparison_;
    std::vector<CellKind> cells_;  // that were asked for
    std::vector<WantedRun> wanted_;
    std::unique_ptr<Machine> machine_;
    std::optional<TrainingText> text_;
    double reading_seconds_ = 0;
};

void ComparisonWork::open_record() {
    std::error_code unknown;
    const bool is_there = fs::exists(files_.record(), unknown);
    if (is_there) {
        comparison_ = load_comparison(files_.record());
        require_same_terms(request_, comparison_);
        if (!request_.corpus.empty()) comparison_.terms.corpus = request_.corpus;
        if (request_.validation) comparison_.terms.validation = request_.validation;
    } else {
        comparison_ = new_comparison(request_);
    }
    comparison_.terms.threads = request_.threads;
    cells_ = request_.cells;
    if (cells_.empty() && !is_there) cells_ = usual_cells();
    if (cells_.empty())
        for (const auto& cell : comparison_.cells) cells_.push_back(cell.model.cell);
}

void ComparisonWork::read_text() {
    const double begin = host_.clock();
    text_.emplace(comparison_.terms, nullptr, files_.record(), files_.folder, tell_work_);
    reading_seconds_ = host_.clock() - begin;
    const auto now = compared_text(*text_);
    if (comparison_.text.fingerprint.empty()) comparison_.text = now;
    require_same_text(now, comparison_.text);
    if (text_->validation().part.characters < 2) {
        throw InputError(
            "The text is too short to be compared on: nothing of it is left for validation. Give "
            "more text, or a text of its own with --validation.");
    }
}

void ComparisonWork::plan_cells() {
    machine_ = make_machine(request_.threads.value_or(default_threads()));
    const CellPlanner planner(comparison_, *text_, *machine_, reading_seconds_);
    if (comparison_.equal == Equal::parameters && !comparison_.sizes)
        comparison_.sizes = planner.sizes_of_reference(cells_, request_.parameters);
    for (const auto cell : cells_) {
        if (find_cell(comparison_, cell) != nullptr) continue;
        std::vector<std::string> notes;
        comparison_.cells.push_back(planner.plan(cell, notes));
        for (const auto& note : notes)
            host_.tell(Detail{fmt::format("{}: {}", format_value(cell), note)});
    }
}

// The first seed of all cells comes before the second, so that there is something to be seen early.
std::vector<WantedRun> ComparisonWork::wanted_runs() const {
    const auto first = comparison_.terms.training[&TrainingConfig::seed].value_or(1);
    std::uint64_t seeds = 1;
    for (const auto& run : comparison_.runs) seeds = std::max(seeds, run.seed - first + 1);
    if (request_.seeds) seeds = static_cast<std::uint64_t>(*request_.seeds);
    std::vector<WantedRun> wanted;
    for (std::uint64_t i = 0; i < seeds; ++i)
        for (const auto cell : cells_) wanted.push_back({cell, first + i});
    return wanted;
}

bool ComparisonWork::is_over(const WantedRun& wanted) {
    const auto* run = find_run(comparison_, wanted.cell, wanted.seed);
    return run != nullptr && run->status != RunStatus::begun;
}

// Trainings of this call that are still to come.
std::size_t ComparisonWork::left() {
    return static_cast<std::size_t>(
        std::ranges::count_if(wanted_, [&](const WantedRun& each) { return !is_over(each); }));
}

void ComparisonWork::save(const PageState& state) {
    save_comparison(files_.record(), comparison_);
    write_page(files_.html, comparison_page(comparison_, state));
}

// Returns whether it came to its end.
bool ComparisonWork::train_to_end(RunBegun& begun, ComparedRun& run) {
    auto request = training_request(comparison_, begun.cell, run.seed);
    request.model = files_.model(run.cell, run.seed);
    request.resume = begun.resumed;
    const double start = host_.clock();
    const auto hear = [&](const TrainingEvent& event) {
        std::visit(
            Hear{[&](const Stepped& e) {
                     run.characters_per_second = e.characters_per_second;
                     host_.tell(RunStepped{begun, e});
                 },
                 [&](const Ended& e) {
                     run.steps = e.run.now.step;
                     run.seconds = e.run.now.seconds;
                     run.curve.clear();
                     for (const auto& record : e.run.snapshot.history) {
                         if (!record.has_validation) continue;
                         run.curve.push_back({record.step, record.seconds, record.validation_loss});
                     }
                 },
                 [&](const Warning& e) { host_.tell(e); },
                 // The notes of plan and text were told before.
                 [](const auto&) {}},
            event);
    };
    const auto result = run_training(request, *machine_,
                                     {.clock = [&] { return host_.clock() - start; },
                                      .tell = hear,
                                      .wish_to_stop = [&]() -> std::optional<std::string> {
                                          if (!host_.wish_to_stop) return std::nullopt;
                                          return host_.wish_to_stop();
                                      },
                                      .begun = host_.begun,
                                      .closing_sample = false});
    if (!result.outcome.shortfall.empty()) throw InputError(result.outcome.shortfall);
    return result.outcome.end != TrainingEnd::stopped;
}

// The same.
bool ComparisonWork::train(const WantedRun& wanted, std::size_t number) {
    const auto& cell = *find_cell(comparison_, wanted.cell);
    auto* run = find_run(comparison_, wanted.cell, wanted.seed);
    const auto file = files_.model(wanted.cell, wanted.seed);
    const bool resumed = run != nullptr && fs::exists(ModelFiles(file).resume());
    if (run == nullptr) {
        run = &comparison_.runs.emplace_back();
        run->cell = wanted.cell;
        run->seed = wanted.seed;
        save({.left = left(), .under_way = true});
    }
    run->machine = machine_words(*machine_);
    RunBegun begun{*run, cell, number, wanted_.size(), resumed};
    host_.tell(begun);
    try {
        if (!train_to_end(begun, *run)) return false;
        run->measure = measure_model(load_model(file), {.text = text_->validation(),
                                                        .threads = request_.threads,
                                                        .clock = host_.clock,
                                                        .tell = tell_work_});
        run->status = RunStatus::finished;
        if (run->characters_per_second == 0 && run->seconds > 0) {  // it had all its steps before
            run->characters_per_second =
                static_cast<double>(run->steps) *
                static_cast<double>(cell.training.batch_size * cell.training.window) / run->seconds;
        }
    } catch (const DivergenceError& error) {
        run->status = RunStatus::failed;
        run->failure = error.what();
    }
    save({.left = left(), .under_way = true});
    host_.tell(RunEnded{begun});
    return true;
}

ComparisonResult ComparisonWork::run() {
    if (const auto slow = slowness_of_machine()) host_.tell(Warning{*slow});
    open_record();
    read_text();
    plan_cells();
    wanted_ = wanted_runs();
    host_.tell(
        ComparisonBegun{comparison_, files_.folder, wanted_.size(), wanted_.size() - left()});
    comparison_.runs.reserve(comparison_.runs.size() + wanted_.size());  // runs are pointed at
    bool whole = true;
    for (std::size_t i = 0; whole && i < wanted_.size(); ++i) {
        if (is_over(wanted_[i])) continue;
        whole = !stopped() && train(wanted_[i], i + 1);
    }
    save({.left = left(), .under_way = false});
    return {std::move(comparison_), files_, !whole};
}

}  // namespace

ComparisonResult run_comparison(const ComparisonRequest& request, const ComparisonHost& host) {
    require_consistent(request);
    return ComparisonWork(request, host).run();
}

}  // namespace carousel
