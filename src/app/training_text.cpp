#include "app/training_text.hpp"

#include <fmt/format.h>

#include "app/model_text.hpp"
#include "app/stored_text.hpp"
#include "app/training_settings.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/shown_path.hpp"
#include "text/printable.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

namespace {

// What names the corpus: what is given, else what the resumed run was given, each of its parts. No
// path means the embedded text.
CorpusArguments arguments_of(const TrainingRequest& options, const Snapshot* start) {
    CorpusArguments given{options.corpus, options.include, options.exclude};
    if (!options.resume) return given;
    auto stored = corpus_arguments(start->corpus.paths);
    if (!given.include.empty() || !given.exclude.empty()) {
        stored.include = given.include;
        stored.exclude = given.exclude;
    }
    if (!given.paths.empty()) {
        stored.paths = given.paths;
        return stored;
    }
    for (const auto& path : stored.paths) {
        if (is_gone(path)) {
            throw UsageError(fmt::format(
                "The model was trained on {}, which is gone: give the text again, as CORPUS.",
                path == "-" ? "standard input" : "the pipe " + shown_path(path)));
        }
    }
    return stored;
}

/// Reads one place after the other until the text is the wanted one, else the first.
template <typename Read>
void read_first(const std::vector<std::vector<std::string>>& places, const Sha256Digest& wanted,
                Read read) {
    for (std::size_t i = 0; places.size() > 1 && i < places.size(); ++i) {
        try {
            if (read(places[i]).fingerprint() == wanted) return;
        } catch (const InputError&) {
            // It is another text, which this model may not even be able to read.
        }
    }
    read(places.front());
}

void require_same_corpus(const TrainingRequest& options, const Snapshot& start,
                         const Corpus& corpus) {
    if (options.changed_corpus || corpus.fingerprint() == start.corpus.fingerprint) return;
    throw UsageError(
        fmt::format("The corpus is not the one that the model was trained on: {} characters then, "
                    "{} now, and other contents. "
                    "Give the same text, or accept the change with --changed-corpus.",
                    format_count(start.corpus.characters), format_count(corpus.characters())));
}

void require_same_validation(const TrainingRequest& options, const ValidationFile& stored,
                             const Corpus& corpus, const std::string& path) {
    if (options.changed_corpus || corpus.fingerprint() == stored.fingerprint) return;
    throw UsageError(fmt::format(
        "The validation text {} is not the one that the model was validated on: it has other "
        "contents, and no loss on it can be compared with the best so far. Give the same text, or "
        "accept the change with --changed-corpus, which forgets that best.",
        shown_path(path)));
}

}  // namespace

TrainingText::TrainingText(const TrainingRequest& options, const Snapshot* stored,
                           const std::filesystem::path& model, const std::filesystem::path& folder,
                           const TellWork& tell, ReadingProcesses* readers)
    : arguments_(arguments_of(options, stored)) {
    reading_.text = settle_text(options, stored);
    reading_.decoding = settle_decoding(options, stored);
    reading_.scratch_folder = folder;
    if (stored != nullptr) {
        reading_.vocabulary.emplace(stored->symbols);
        reading_.new_characters = options.from ? NewCharacters::append : NewCharacters::refuse;
    }
    choose_validation(options, stored);
    std::optional<DocumentList> validation;  // of a new training, whose alphabet it widens
    if (validation_path_ && !options.resume) validation = find({*validation_path_}, tell);
    auto reading = reading_;
    reading.also_known = validation ? &*validation : nullptr;
    reading.processes = readers;
    reading.progress = [&](std::uint64_t done, std::uint64_t total) {
        const auto share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
        tell(Progress{"reading the text", share});
    };
    read_corpus(options, stored, model, reading, tell);
    if (options.resume) require_same_corpus(options, *stored, *corpus_);
    tell_of_new_symbols(tell);

    const auto split = corpus_->split(fraction_);
    training_ = split.training;
    require_something_to_learn(options);
    if (validation) {
        validation_corpus_.emplace(*validation, reading_of_validation());
    } else if (validation_path_) {
        read_validation_again(options, *stored, model, tell);
    } else if (split.validation.characters > 0) {
        validation_ = {&*corpus_, split.validation};
        validates_anew_ = options.resume && corpus_->fingerprint() != stored->corpus.fingerprint;
    }
    if (validation_corpus_) validation_ = {&*validation_corpus_, validation_corpus_->whole()};
}

FindSettings TrainingText::settings_to_find(ReadingProcesses* readers) const {
    auto settings =
        find_settings(arguments_, reading_.text, reading_.decoding, reading_.scratch_folder);
    settings.processes = readers;
    return settings;
}

DocumentList TrainingText::find(const std::vector<std::string>& paths, const TellWork& tell,
                                ReadingProcesses* readers) const {
    return documents_of(paths, settings_to_find(readers), tell);
}

// `before`: the fingerprint that the text had, if there was a training before.
const Corpus& TrainingText::read_again(const std::vector<std::string>& paths,
                                       const CorpusConfig& reading, const Sha256Digest* before,
                                       std::optional<Corpus>& corpus, const TellWork& tell) const {
    corpus.reset();
    if (before != nullptr)
        corpus = read_as_before(paths, settings_to_find(reading.processes), reading, *before);
    return corpus ? *corpus : corpus.emplace(find(paths, tell, reading.processes), reading);
}

void TrainingText::read_corpus(const TrainingRequest& options, const Snapshot* stored,
                               const std::filesystem::path& model, const CorpusConfig& reading,
                               const TellWork& tell) {
    const auto read = [&](const std::vector<std::string>& paths) -> const Corpus& {
        return read_again(paths, reading, options.resume ? &stored->corpus.fingerprint : nullptr,
                          corpus_, tell);
    };
    if (options.resume && options.corpus.empty()) {
        read_first(stored_places(arguments_.paths, model), stored->corpus.fingerprint, read);
    } else {
        read(arguments_.paths);
    }
}

// With the alphabet of the corpus.
CorpusConfig TrainingText::reading_of_validation() const {
    auto reading = reading_;
    reading.vocabulary = corpus_->vocabulary();
    reading.new_characters = NewCharacters::refuse;
    return reading;
}

void TrainingText::read_validation_again(const TrainingRequest& options, const Snapshot& stored,
                                         const std::filesystem::path& model, const TellWork& tell) {
    const auto& before = *stored.corpus.validation;
    const auto read = [&](const std::vector<std::string>& paths) -> const Corpus& {
        return read_again(paths, reading_of_validation(), &before.fingerprint, validation_corpus_,
                          tell);
    };
    if (options.validation) {
        read({*validation_path_});
    } else {
        read_first(stored_places({*validation_path_}, model), before.fingerprint, read);
    }
    require_same_validation(options, before, *validation_corpus_, *validation_path_);
    validates_anew_ = validation_corpus_->fingerprint() != before.fingerprint;
}

void TrainingText::require_something_to_learn(const TrainingRequest& options) const {
    if (training_.characters > 0) return;
    throw InputError(fmt::format(
        "The text has {}, and with {} of it kept for validation nothing is left to learn from. "
        "Give more text{}.",
        format_count(corpus_->characters(), "character"), fraction_,
        options.resume ? "" : ", or a smaller --validation-fraction"));
}

// What only the text to validate on has is predicted badly, and nobody else would say why.
void TrainingText::tell_of_new_symbols(const TellWork& tell) const {
    const auto count = corpus_->symbols_of_others();
    if (count == 0) return;
    const auto& symbols = corpus_->vocabulary().symbols();
    const auto first = describe_character(symbols[symbols.size() - count].text, reading_.text.unit);
    tell(
        Note{fmt::format("The validation text has {} that the corpus lacks and that will not be "
                         "learned: {}{}.",
                         format_count(count, "character"), first, count > 1 ? " and others" : "")});
}

void TrainingText::choose_validation(const TrainingRequest& options, const Snapshot* stored) {
    validation_path_ = options.validation;
    fraction_ = options.validation_fraction.value_or(options.validation ? 0.0 : 0.1);
    if (!options.resume) return;
    const auto& record = stored->corpus;
    const auto stored_path =
        record.validation ? std::optional(record.validation->path) : std::nullopt;
    // Under another path it may be the same text, which is looked at when it is read.
    if ((options.validation && !stored_path) ||
        (options.validation_fraction &&
         *options.validation_fraction != record.validation_fraction)) {
        throw UsageError(fmt::format(
            "The model validates on {}, and a resumed run must go on so. Leave --validation "
            "and --validation-fraction out.",
            stored_path ? printable(*stored_path)
                        : fmt::format("a fraction of {}", record.validation_fraction)));
    }
    validation_path_ = options.validation ? options.validation : stored_path;
    fraction_ = record.validation_fraction;
}

CorpusRecord TrainingText::record() const {
    CorpusRecord record{.paths = stored_arguments(arguments_),
                        .fingerprint = corpus_->fingerprint(),
                        .characters = corpus_->characters(),
                        .validation_fraction = fraction_,
                        .validation = {},
                        .training_characters = training_.characters,
                        .validation_characters = validation_.part.characters};
    if (validation_path_)
        record.validation = ValidationFile{*validation_path_, validation_corpus_->fingerprint()};
    return record;
}

}  // namespace carousel
