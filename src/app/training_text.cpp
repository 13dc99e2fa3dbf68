#include "app/training_text.hpp"

#include <fmt/format.h>

#include "app/model_text.hpp"
#include "app/training_settings.hpp"
#include "base/error.hpp"
#include "base/quantity.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

// The paths of the corpus: those given, else those of the resumed run. None means the embedded
// text.
std::vector<std::string> corpus_paths(const TrainingRequest& options, const Snapshot* start) {
    if (!options.resume || !options.corpus.empty()) return options.corpus;
    for (const auto& path : start->corpus.paths) {
        if (path == "-")
            throw UsageError(
                "The model was trained on standard input, which is gone: give the text again, as "
                "CORPUS.");
    }
    return start->corpus.paths;
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

}  // namespace

TrainingText::TrainingText(const TrainingRequest& options, const Snapshot* stored,
                           const std::filesystem::path& folder, const TellWork& tell)
    : paths_(corpus_paths(options, stored)) {
    const auto documents = documents_of(paths_, folder);
    for (const auto& note : documents.notes) tell(Skipped{note});
    reading_.text = settle_text(options, stored);
    reading_.decoding = settle_decoding(options, stored);
    reading_.scratch_folder = folder;
    if (stored != nullptr) {
        reading_.vocabulary.emplace(stored->symbols);
        reading_.new_characters = options.from ? NewCharacters::append : NewCharacters::refuse;
    }
    auto reading = reading_;
    reading.progress = [&](std::uint64_t done, std::uint64_t total) {
        const auto share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
        tell(Progress{"reading the text", share});
    };
    corpus_.emplace(documents, reading);
    if (options.resume) require_same_corpus(options, *stored, *corpus_);

    choose_validation(options, stored);
    const auto split = corpus_->split(fraction_);
    training_ = split.training;
    if (validation_path_) {
        reading.vocabulary = corpus_->vocabulary();
        reading.new_characters = NewCharacters::refuse;
        validation_corpus_.emplace(find_documents({*validation_path_}, folder), reading);
        validation_ = {&*validation_corpus_, validation_corpus_->whole()};
    } else if (split.validation.characters > 0) {
        validation_ = {&*corpus_, split.validation};
    }
}

void TrainingText::choose_validation(const TrainingRequest& options, const Snapshot* stored) {
    validation_path_ = options.validation;
    fraction_ = options.validation_fraction.value_or(options.validation ? 0.0 : 0.1);
    if (!options.resume) return;
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
    validation_path_ = stored_path;
    fraction_ = record.validation_fraction;
}

CorpusRecord TrainingText::record() const {
    CorpusRecord record{.paths = paths_,
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
