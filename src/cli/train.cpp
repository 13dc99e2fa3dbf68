#include "cli/train.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <numeric>
#include <span>

#include "base/error.hpp"
#include "cli/embedded_corpus.hpp"
#include "cli/option_values.hpp"
#include "cli/screen.hpp"
#include "cli/training_choices.hpp"
#include "cli/training_log.hpp"
#include "cli/training_run.hpp"
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

fs::path model_path(const TrainOptions& options) {
    if (options.model) return *options.model;
    return fs::path("models") /
           ((options.corpus.empty() ? "verse" : model_name(options.corpus.front())) + ".carousel");
}

// The snapshot that a run starts from, if any.
std::optional<Snapshot> load_start(const TrainOptions& options, const ModelFiles& files) {
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

// The paths of the corpus: those given, else those of the resumed run. None means the embedded
// text.
std::vector<std::string> corpus_paths(const TrainOptions& options, const Snapshot* start) {
    if (!options.resume || !options.corpus.empty()) return options.corpus;
    for (const auto& path : start->corpus.paths) {
        if (path == "-")
            throw UsageError(
                "The model was trained on standard input, which is gone: give the text again, as "
                "CORPUS.");
    }
    return start->corpus.paths;
}

DocumentList documents_of(const std::vector<std::string>& paths, const fs::path& scratch) {
    if (!paths.empty()) return find_documents(paths, scratch);
    auto text = std::make_shared<ScratchFile>(scratch);
    const auto verse = embedded_corpus();
    text->append(std::as_bytes(std::span(verse.data(), verse.size())));
    return {{Document{"verse.txt (embedded)", text->size(), text}}, {}};
}

void show_reading(Screen& screen, std::uint64_t done, std::uint64_t total) {
    screen.live(fmt::format(
        "reading the text: {:.0f} %",
        total > 0 ? 100.0 * static_cast<double>(done) / static_cast<double>(total) : 0));
}

void require_same_corpus(const TrainOptions& options, const Snapshot& start, const Corpus& corpus) {
    if (options.changed_corpus || corpus.fingerprint() == start.corpus.fingerprint) return;
    throw UsageError(
        fmt::format("The corpus is not the one that the model was trained on: {} characters then, "
                    "{} now, and other contents. "
                    "Give the same text, or accept the change with --changed-corpus.",
                    format_count(start.corpus.characters), format_count(corpus.characters())));
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

void introduce(Screen& screen, const Corpus& corpus, const CorpusPart& training,
               const ValidationText& validation, const LanguageModel& model,
               const TrainingConfig& config, int threads) {
    screen.line(fmt::format(
        "Text: {} characters ({} distinct symbols) in {} document{}; {} to learn from, {} to "
        "validate on.",
        format_count(corpus.characters()), format_count(corpus.vocabulary().size()),
        corpus.documents(), corpus.documents() == 1 ? "" : "s", format_count(training.characters),
        format_count(validation.corpus != nullptr ? validation.part.characters : 0)));
    const auto& m = model.config();
    screen.line(fmt::format(
        "Model: {} {} layers of {} units, {} parameters. Batches of {} streams, {} characters a "
        "window. {} thread{}, {}.",
        m.layers, format_value(m.cell), m.hidden_size,
        format_count(static_cast<std::uint64_t>(model.parameters().count())), config.batch_size,
        config.window, threads, threads == 1 ? "" : "s", instruction_set()));
}

}  // namespace

int train(const TrainOptions& options, const GlobalOptions& global) {
    const auto start_time = std::chrono::steady_clock::now();
    Screen screen(global.quiet);
    const ModelFiles files(model_path(options));
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

    // bytes → characters → ids
    const auto paths = corpus_paths(options, stored);
    const auto documents = documents_of(paths, folder);
    for (const auto& note : documents.notes) screen.line(note);
    CorpusConfig reading;
    reading.text = choose_text(options, stored);
    reading.decoding = choose_decoding(options, stored);
    reading.scratch_folder = folder;
    reading.progress = [&](std::uint64_t done, std::uint64_t total) {
        show_reading(screen, done, total);
    };
    if (stored != nullptr) {
        reading.vocabulary.emplace(stored->symbols);
        reading.new_characters = options.from ? NewCharacters::append : NewCharacters::refuse;
    }
    const Corpus corpus(documents, reading);
    if (options.resume) require_same_corpus(options, *stored, corpus);

    // training and validation part
    auto validation_path = options.validation;
    double fraction = options.validation_fraction.value_or(options.validation ? 0.0 : 0.1);
    if (options.resume) {
        const auto& record = stored->corpus;
        const auto stored_path =
            record.validation ? std::optional(record.validation->path) : std::nullopt;
        if ((options.validation && stored_path != options.validation) ||
            (options.validation_fraction &&
             *options.validation_fraction != record.validation_fraction)) {
            throw UsageError(fmt::format(
                "The model validates on {}, and a resumed run must go on so. Leave --validation "
                "and --validation-fraction out.",
                stored_path ? printable(*stored_path)
                            : fmt::format("a fraction of {}", record.validation_fraction)));
        }
        validation_path = stored_path;
        fraction = record.validation_fraction;
    }
    const auto split = corpus.split(fraction);
    std::optional<Corpus> validation_corpus;
    ValidationText validation;
    if (validation_path) {
        auto config = reading;
        config.vocabulary = corpus.vocabulary();
        config.new_characters = NewCharacters::refuse;
        validation_corpus.emplace(find_documents({*validation_path}, folder), config);
        validation = {&*validation_corpus, validation_corpus->whole()};
    } else if (split.validation.characters > 0) {
        validation = {&corpus, split.validation};
    }

    // the model and how it is trained
    const int threads = static_cast<int>(options.threads.value_or(available_cores()));
    ThreadPool pool(threads);
    std::vector<std::string> notes;
    const auto training =
        choose_training(options, stored, split.training.characters, split.training.tokens(), notes);
    const auto config = choose_model(options, stored, split.training.characters,
                                     static_cast<std::int64_t>(corpus.vocabulary().size()));
    auto weights = options.resume ? stored->weights : first_weights(config, training.seed, pool);
    if (options.from) weights = grown_weights(*stored, std::move(weights));
    LanguageModel model(config, weights);
    weights.clear();
    weights.shrink_to_fit();
    Trainer trainer(
        model, pool,
        BatchIterator([&](std::uint64_t begin, std::span<TokenId> out) { corpus.copy(begin, out); },
                      split.training.begin, split.training.end,
                      {training.batch_size, training.window}, training.seed),
        training);

    Snapshot snapshot;
    snapshot.program = "carousel " CAROUSEL_VERSION;
    snapshot.text = reading.text;
    snapshot.decoding = reading.decoding;
    snapshot.symbols = corpus.vocabulary().symbols();
    snapshot.model = config;
    snapshot.training = training;
    snapshot.corpus = {.paths = paths,
                       .fingerprint = corpus.fingerprint(),
                       .characters = corpus.characters(),
                       .validation_fraction = fraction,
                       .validation = {},
                       .training_characters = split.training.characters,
                       .validation_characters = validation.part.characters};
    if (validation_path)
        snapshot.corpus.validation =
            ValidationFile{*validation_path, validation_corpus->fingerprint()};
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
                                added > 0 ? fmt::format("; {} new symbols", added) : ""));
    }
    start.reset();
    introduce(screen, corpus, split.training, validation, model, training, threads);
    if (training.patience > 0 && validation.corpus == nullptr)
        notes.emplace_back("There is no validation text, so --patience has nothing to go by.");
    for (const auto& note : notes) screen.line(note);
    if (!options.resume && files.move_to_previous()) {
        screen.line(fmt::format("The model that was at {} is now {}.",
                                printable(files.best().string()),
                                printable(files.previous().best().string())));
    }

    TrainingLog log(files.log(), options.resume);
    if (log.failed())
        screen.warning(
            fmt::format("carousel: the log {} cannot be written; training goes on without it.",
                        printable(files.log().string())));
    TrainingRun run({options, files, corpus, validation, start_time}, std::move(snapshot), model,
                    trainer, pool, screen, log);
    return run.run();
}

}  // namespace carousel
