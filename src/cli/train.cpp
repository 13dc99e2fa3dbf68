#include "cli/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <span>

#include "app/training_choices.hpp"
#include "app/training_log.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "cli/option_values.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/training_plan.hpp"
#include "cli/training_run.hpp"
#include "cli/training_text.hpp"
#include "kernels/kernels.hpp"
#include "snapshot/snapshot_file.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

namespace fs = std::filesystem;

/// The folder of the model, made if it is missing and removed again if nothing came into it.
class NewFolder {
public:
    explicit NewFolder(fs::path path)
        : path_(std::move(path)), made_(fs::create_directories(path_)) {}
    ~NewFolder() {
        std::error_code not_empty;
        if (made_) fs::remove(path_, not_empty);
    }
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;

private:
    fs::path path_;
    bool made_;
};

// The name that a corpus gives to its model.
std::string model_name(const std::string& corpus) {
    if (corpus == "-") return "stdin";
    auto path = fs::absolute(corpus).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    const auto stem = path.stem().string();
    return stem.empty() ? "model" : stem;
}

fs::path model_path(const TrainingRequest& options) {
    if (options.model) return *options.model;
    return fs::path("models") /
           ((options.corpus.empty() ? "verse" : model_name(options.corpus.front())) + ".carousel");
}

// The snapshot that a run starts from, if any.
std::optional<Snapshot> load_start(const TrainingRequest& options, const ModelFiles& files) {
    if (options.from) return load_snapshot(*options.from);
    if (!options.resume) return std::nullopt;
    if (!fs::exists(files.resume())) {
        throw InputError(
            fmt::format("There is nothing to resume: {} does not exist. Name the model with "
                        "--model, or leave --resume out to start it.",
                        printable(files.resume().string())));
    }
    auto snapshot = load_snapshot(files.resume());
    if (!snapshot.state) {
        throw SnapshotError(
            fmt::format("{} holds no training state, so it cannot be resumed. Use it with --from "
                        "to start a new training from its weights.",
                        printable(files.resume().string())));
    }
    return snapshot;
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

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string counted(std::int64_t count, std::string_view noun) {
    return format_count(static_cast<std::uint64_t>(count), noun);
}

void introduce(Screen& screen, const TrainingText& text, const LanguageModel& model,
               const TrainingConfig& config, int threads) {
    const auto& corpus = text.corpus();
    screen.line(fmt::format("Text: {} ({}) in {}; {} to learn from, {} to validate on.",
                            format_count(corpus.characters(), "character"),
                            format_count(corpus.vocabulary().size(), "distinct symbol"),
                            format_count(corpus.documents(), "document"),
                            format_count(text.training().characters),
                            format_count(text.validation().part.characters)));
    const auto& m = model.config();
    screen.line(fmt::format(
        "Model: {} {} layer{} of {}, {} parameters. Batches of {}, {} a window. {}, {}.", m.layers,
        format_value(m.cell), m.layers == 1 ? "" : "s", counted(m.hidden_size, "unit"),
        format_count(static_cast<std::uint64_t>(model.parameters().count())),
        counted(config.batch_size, "stream"), counted(config.window, "character"),
        counted(threads, "thread"), instruction_set()));
}

// Before anything long is begun: no file of the user's is overwritten, nor moved away as if it were
// the model that was there before.
void require_own_files(const TrainingRequest& options, const ModelFiles& files) {
    std::vector<fs::path> read(options.corpus.begin(), options.corpus.end());
    if (options.validation) read.emplace_back(*options.validation);
    for (const auto& path : {files.best(), files.resume(), files.log(), files.lock()})
        require_output_file("model", path, read);
    for (const auto& path : {files.best(), files.resume()}) {
        if (!options.resume && fs::exists(path) && !begins_like_snapshot(path)) {
            throw UsageError(fmt::format(
                "--model would replace {}, which is no model. Name another file, best with the "
                "ending .carousel.",
                shown_path(path)));
        }
    }
    if (!options.report) return;
    read.insert(read.end(), {files.best(), files.resume(), files.log(), files.lock()});
    if (options.from) read.push_back(*options.from);
    require_output_file("report", *options.report, read);
}

}  // namespace

int train(const TrainingRequest& options, const GlobalOptions& global) {
    const auto start_time = std::chrono::steady_clock::now();
    Screen screen(global.quiet);
    const ModelFiles files(model_path(options));
    require_own_files(options, files);
    const auto folder = files.best().has_parent_path() ? files.best().parent_path() : fs::path(".");
    const NewFolder new_folder(folder);
    const auto lock = FileLock::try_acquire(files.lock());
    if (!lock) {
        throw InputError(
            fmt::format("Another training is writing {}: its lock {} is held. Wait for it to end, "
                        "or choose another --model.",
                        printable(files.best().string()), printable(files.lock().string())));
    }
    auto start = load_start(options, files);
    const Snapshot* stored = start ? &*start : nullptr;

    const TrainingText text(options, stored, folder, screen);
    const auto& corpus = text.corpus();

    // the model and how it is trained
    const int threads = static_cast<int>(options.threads.value_or(available_cores()));
    ThreadPool pool(threads);
    const auto settings = plan_training(options, stored, text, pool, start_time);
    const auto& config = settings.plan.model;
    const auto& training = settings.plan.training;
    auto weights = options.resume ? stored->weights : first_weights(config, training.seed, pool);
    if (options.from) weights = grown_weights(*stored, std::move(weights));
    LanguageModel model(config, weights);
    weights.clear();
    weights.shrink_to_fit();
    Trainer trainer(
        model, pool,
        BatchIterator([&](std::uint64_t begin, std::span<TokenId> out) { corpus.copy(begin, out); },
                      text.training().begin, text.training().end,
                      {training.batch_size, training.window}, training.seed),
        training);

    Snapshot snapshot;
    snapshot.program = "carousel " CAROUSEL_VERSION;
    snapshot.text = text.settings();
    snapshot.decoding = text.decoding();
    snapshot.symbols = corpus.vocabulary().symbols();
    snapshot.model = config;
    snapshot.training = training;
    snapshot.corpus = text.record();
    if (options.resume) {
        trainer.set_state(*start->state);
        snapshot.history = start->history;
        snapshot.best = start->best;
        snapshot.fine_tuned_from = start->fine_tuned_from;
        screen.line(fmt::format("Going on from step {} of {}.", format_count(start->step),
                                printable(files.resume().string())));
    } else if (options.from) {
        snapshot.fine_tuned_from = Origin{options.from->string(), weights_sha256(*start)};
        const auto added = corpus.vocabulary().size() - start->symbols.size();
        screen.line(fmt::format("Starting from the weights of {}{}.",
                                printable(options.from->string()),
                                added > 0 ? "; " + format_count(added, "new symbol") : ""));
    }
    start.reset();
    introduce(screen, text, model, training, threads);
    if (settings.by_time) {
        const double left = std::max(0.0, training.length.amount - seconds_since(start_time));
        for (const auto& line : describe_plan(settings, left)) screen.line(line);
    }
    for (const auto& note : settings.notes) screen.line(note);
    if (training.patience > 0 && text.validation().corpus == nullptr)
        screen.line("There is no validation text, so --patience has nothing to go by.");
    const bool replaces = fs::exists(files.previous().best());
    if (!options.resume && files.move_to_previous()) {
        screen.line(fmt::format("The model that was at {} is now {}{}.",
                                printable(files.best().string()),
                                printable(files.previous().best().string()),
                                replaces ? ", and replaces the one before it" : ""));
    }

    TrainingLog log(files.log(), options.resume);
    if (log.failed())
        screen.warning(
            fmt::format("carousel: the log {} cannot be written; training goes on without it.",
                        printable(files.log().string())));
    TrainingRun run({options, files, corpus, text.validation(), start_time, settings.prospect},
                    std::move(snapshot), model, trainer, pool, screen, log);
    return run.run();
}

}  // namespace carousel
