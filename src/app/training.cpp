#include "app/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/corpus_names.hpp"
#include "app/learned_repertoire.hpp"
#include "app/machines.hpp"
#include "app/output_files.hpp"
#include "app/processes.hpp"
#include "app/resumption.hpp"
#include "app/teachers.hpp"
#include "app/training_files.hpp"
#include "app/training_log.hpp"
#include "app/training_page.hpp"
#include "app/training_settings.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "data/reading_processes.hpp"
#include "model/parameter.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "text/printable.hpp"
#include "training/follower.hpp"

namespace carousel {

namespace fs = std::filesystem;

namespace {

// The other processes are released whatever becomes of the training.
class Release {
public:
    explicit Release(ProcessGroup* processes) : processes_(processes) {}
    ~Release() {
        if (processes_ != nullptr) dismiss(*processes_);
    }
    Release(const Release&) = delete;
    Release& operator=(const Release&) = delete;

private:
    ProcessGroup* processes_;
};

TrainingTeam team_of(ProcessGroup* processes, const Teachers& teachers) {
    if (processes == nullptr) return {.teachers = teachers.shapes()};
    if (!teachers.empty())
        throw UsageError("One process alone learns from a --teacher: leave mpirun out.");
    return {.processes = processes->processes(),
            .link = [processes] { return measured_link(*processes); }};
}

std::string described(const Machine& machine, const ProcessGroup* processes) {
    if (processes == nullptr) return machine.description();
    return fmt::format("{} processes, each {}", processes->processes(), machine.description());
}

// Weights for a vocabulary that begins with the old one: known symbols keep their rows, new ones
// get fresh ones.
std::vector<NamedTensor> grown_weights(const Snapshot& old, std::vector<NamedTensor> fresh) {
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const auto& from = old.weights[i].values;
        std::copy(from.begin(), from.end(),
                  fresh[i].values.begin());  // rows of symbols come first in memory
    }
    return fresh;
}

std::vector<NamedTensor> start_weights(const TrainingRequest& request, const Snapshot* stored,
                                       const Plan& plan, const Machine& machine) {
    if (request.resume) return stored->weights;
    auto fresh = first_weights(plan.model, plan.training.seed, machine);
    return request.from ? grown_weights(*stored, std::move(fresh)) : fresh;
}

// What the files of the model say besides weights and state.
Snapshot first_snapshot(const TrainingRequest& request, const Snapshot* stored,
                        const TrainingText& text, const Plan& plan, const Teachers& teachers) {
    Snapshot snapshot;
    snapshot.program = "carousel " CAROUSEL_VERSION;
    snapshot.text = text.settings();
    snapshot.decoding = text.decoding();
    snapshot.symbols = text.corpus().vocabulary().symbols();
    snapshot.repertoire = learned_repertoire(text, stored);
    snapshot.model = plan.model;
    snapshot.training = plan.training;
    snapshot.corpus = text.record();
    snapshot.teachers = teachers.origins();
    if (request.resume) {
        snapshot.fine_tuned_from = stored->fine_tuned_from;
    } else if (request.from) {
        snapshot.fine_tuned_from = Origin{request.from->string(), weights_sha256(*stored)};
    }
    return snapshot;
}

// How often the whole run reads the text.
std::optional<double> passes_of(const TrainingText& text, const TrainingPlan& plan) {
    const auto& training = plan.plan.training;
    const auto& [kind, amount] = training.length;
    if (kind == LengthKind::epochs) return amount;
    if (kind == LengthKind::seconds)
        return plan.by_time ? std::optional(plan.plan.passes) : std::nullopt;
    return amount * static_cast<double>(training.batch_size * training.window) /
           static_cast<double>(text.training().tokens());
}

Prepared preparation(const TrainingRequest& request, const Snapshot* stored,
                     const TrainingText& text, const TrainingPlan& plan, const ModelFiles& files,
                     const TrainingHost& host, const Machine& machine) {
    const auto& training = plan.plan.training;
    Prepared prepared{.request = request,
                      .text = text,
                      .plan = plan,
                      .model = plan.plan.model,
                      .training = training,
                      .file = files.best(),
                      .parameters = static_cast<std::uint64_t>(parameter_count(plan.plan.model)),
                      .machine = described(machine, host.processes),
                      .begun = host.begun,
                      .passes = passes_of(text, plan)};
    if (request.resume) {
        prepared.resumed = files.resume();
        prepared.step = stored->step;
    } else if (request.from) {
        prepared.tuned_from = request.from;
        prepared.new_symbols = text.corpus().vocabulary().size() - stored->symbols.size();
    }
    if (plan.by_time) prepared.seconds_left = std::max(0.0, training.length.amount - host.clock());
    return prepared;
}

void tell_notes(const TrainingText& text, const TrainingPlan& plan, const TellTraining& tell) {
    for (const auto& note : plan.notes) tell(Note{note});
    if (plan.plan.training.patience > 0 && text.validation().corpus == nullptr)
        tell(Note{"There is no validation text, so --patience has nothing to go by."});
}

void tell_of_teachers(const Teachers& teachers, const TrainingConfig& training,
                      const TellTraining& tell) {
    if (teachers.empty()) return;
    std::vector<std::string> names;
    for (const auto& origin : teachers.origins()) names.push_back(shown_path(origin.name));
    tell(Note{fmt::format(
        "Learning from {} as well: {:.3g} % of the loss is how far the model is from what {}.",
        fmt::join(names, ", "), 100 * training.teacher_share,
        names.size() == 1 ? "it expects" : "they expect together")});
}

// The model that was there before is kept, with all that belongs to it; `from` follows it where it
// names that one.
void make_room(const TrainingFiles& own, std::optional<fs::path>& from, const TellTraining& tell) {
    if (const auto previous = own.make_room()) {
        const auto& best = own.model().best();
        tell(Note{fmt::format("The model that was at {} is now {}.", shown_path(best),
                              shown_path(previous->best()))});
        if (from && is_same_file(*from, best)) from = previous->best();
    }
}

// What `stored` and the best file tell of the best model, as far as it can be compared with what
// comes.
void take_up_best(Snapshot& stored, FoundBest& found, const TrainingText& text,
                  const ModelFiles& files, const TellTraining& tell) {
    if (!text.validates_anew()) {
        if (!found.warning.empty()) tell(Warning{found.warning});
        return;
    }
    // Any model may become the best on the new text: the old best one is kept.
    forget_validations(stored);
    found = {};
    std::string note = "The text to validate on is another one: the losses so far are forgotten.";
    if (const auto aside = files.set_best_aside())
        note += fmt::format(" The model that was the best before is now {}.", shown_path(*aside));
    tell(Note{note});
}

}  // namespace

TrainingResult run_training(const TrainingRequest& request, const TrainingHost& host) {
    if (const auto slow = slowness_of_machine()) host.tell(Warning{*slow});
    const Release release(host.processes);
    const auto machine = make_machine(threads_of(request, host.processes));
    if (host.processes == nullptr) return run_training(request, *machine, host);
    return run_training(with_shards_for(request, host.processes->processes()), *machine, host);
}

TrainingResult run_training(const TrainingRequest& request, const Machine& machine,
                            const TrainingHost& host) {
    const TrainingFiles own(request);
    const auto& files = own.model();
    auto start_request = request;  // names the file of --from as it stands, not as it was called
    if (request.from) start_request.from = model_file(*request.from);
    auto start = load_start(start_request, files);
    const Snapshot* stored = start ? &*start : nullptr;
    if (stored != nullptr) own.require_report(start_request, files_named_by(*stored));
    FoundBest found;
    if (request.resume) found = find_best(*stored, files);
    std::optional<ReadingProcesses> readers;
    if (host.processes != nullptr) {
        readers.emplace(*host.processes,
                        [&](int process) { call_to_corpus(*host.processes, process); });
    }
    const TrainingText text(request, stored, files.best(), own.folder(), work_of(host.tell),
                            readers ? &*readers : nullptr);
    const auto& corpus = text.corpus();

    // the model and how it is trained
    const Teachers teachers(
        {request, request.resume ? stored : nullptr, files.best(), text, machine});
    const auto plan = plan_training(request, stored, text, machine, host.clock,
                                    MeasureSpeed::for_time, team_of(host.processes, teachers));
    const auto& training = plan.plan.training;
    if (!teachers.empty() && plan.plan.model.direction == ReadingDirection::both)
        throw UsageError("Teachers read forward: give --teacher or --direction both, not both.");
    if (host.processes != nullptr) require_shards(training, host.processes->processes());
    Trainer trainer(
        machine, plan.plan.model, start_weights(request, stored, plan.plan, machine),
        BatchIterator([&](std::uint64_t begin, std::span<TokenId> out) { corpus.copy(begin, out); },
                      text.training().begin, text.training().end,
                      {training.batch_size, training.window}, training.seed),
        training, host.processes);
    if (!teachers.empty()) trainer.learn_from(teachers.together());
    if (request.resume) {
        require_place(*start->state, trainer.steps_per_epoch(), request.changed_corpus);
        trainer.set_state(*stored->state);
    }
    auto snapshot = first_snapshot(request, stored, text, plan.plan, teachers);
    const Tokenizer writer(snapshot.text, corpus.vocabulary(), snapshot.repertoire);
    const auto prepared = preparation(request, stored, text, plan, files, host, machine);
    host.tell(prepared);
    tell_notes(text, plan, host.tell);
    tell_of_teachers(teachers, training, host.tell);
    std::optional<Snapshot> best;
    if (request.resume) {
        take_up_best(*start, found, text, files, host.tell);
        snapshot.history = stored->history;
        snapshot.best = found.best;
        if (found.in_hand) best = best_in_hand(*stored);
    } else {
        make_room(own, start_request.from, host.tell);
    }
    const auto resumed_at = request.resume ? std::optional(stored->step) : std::nullopt;
    start.reset();

    // who listens
    TrainingLog log(files.log(), resumed_at);
    log.hear(prepared);
    std::optional<TrainingPage> page;
    if (request.report) {
        page.emplace(TrainingPage::Config{.path = *request.report,
                                          .corpus = corpus,
                                          .writer = writer,
                                          .model = trainer.model(),
                                          .first_step = trainer.counters().step,
                                          .samples = request.sample_every != 0,
                                          .threads = request.threads,
                                          .command = request.command,
                                          .clock = host.clock,
                                          .tell = host.tell});
    }
    const auto tell = [&](const TrainingEvent& event) {
        log.hear(event);
        if (const auto failure = log.new_failure()) host.tell(Warning{*failure});
        host.tell(event);
        if (page) page->hear(event);
    };
    TrainingRun run({.request = request,
                     .files = files,
                     .best_step = found.file_step,
                     .best = std::move(best),
                     .writer = writer,
                     .validation = text.validation(),
                     .prospect = plan.prospect,
                     .host = host,
                     .tell = tell,
                     .closing_seconds = [&] { return page ? page->closing_seconds() : 0; },
                     .first_weights =
                         [&] {
                             const auto from = load_start(start_request, files);
                             return start_weights(request, from ? &*from : nullptr, plan.plan,
                                                  machine);
                         }},
                    std::move(snapshot), trainer);
    TrainingResult result{
        .outcome = run.run(), .model = files.best(), .prompt = beginning_of(corpus)};
    if (page) result.report_failure = page->failure();
    if (const auto lost = log.shortfall()) host.tell(Warning{*lost});
    return result;
}

TrainingPreview preview_training(const TrainingRequest& asked, const TrainingHost& host,
                                 const TrainingTeam& team) {
    const auto request = team.processes > 1 ? with_shards_for(asked, team.processes) : asked;
    std::optional<Snapshot> from;
    if (request.from) from = load_snapshot(model_file(*request.from));
    const Snapshot* stored = from ? &*from : nullptr;
    const TrainingText text(request, stored, model_path(request), fs::temp_directory_path(),
                            work_of(host.tell));
    const auto machine = make_machine(threads_of(request, nullptr));
    TrainingPreview preview{.plan = plan_training(request, stored, text, *machine, host.clock,
                                                  MeasureSpeed::always, team),
                            .characters_to_learn_from = text.training().characters,
                            .characters_to_validate_on = text.validation().part.characters};
    const auto& plan = preview.plan.plan;
    const auto length = settle_length(request);
    preview.parameters = static_cast<std::uint64_t>(parameter_count(plan.model));
    preview.seconds = length.kind == LengthKind::seconds ? length.amount : plan.seconds;
    return preview;
}

}  // namespace carousel
