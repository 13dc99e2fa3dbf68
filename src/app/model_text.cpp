#include "app/model_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <span>
#include <system_error>

#include "app/corpus_names.hpp"
#include "app/embedded_corpus.hpp"
#include "app/stored_text.hpp"
#include "base/error.hpp"
#include "base/scratch_file.hpp"
#include "base/sha256.hpp"
#include "base/shown_path.hpp"

namespace carousel {

namespace {

void tell_of(const DocumentList& documents, const TellWork& tell) {
    for (const auto& note : documents.notes) tell(Note{note});
    for (const auto& warning : documents.warnings) tell(Warning{warning});
    if (documents.skipped.empty()) return;
    tell(Skipped{counts_of_skipped(documents.skipped).substr(1)});
    for (const auto& file : documents.skipped) tell(Detail{file.why});
}

}  // namespace

FindSettings find_settings(const CorpusArguments& arguments, const TextSettings& text,
                           const DecodingSettings& decoding,
                           const std::filesystem::path& scratch_folder) {
    return {.scratch_folder = scratch_folder,
            .decoding = decoding,
            .raw = text.unit == Unit::byte,
            .include = arguments.include,
            .exclude = arguments.exclude};
}

DocumentList documents_of(const std::vector<std::string>& paths, const FindSettings& settings,
                          const TellWork& tell) {
    if (!paths.empty()) {
        auto documents = find_documents(paths, settings);
        tell_of(documents, tell);
        return documents;
    }
    auto text = std::make_shared<ScratchFile>(settings.scratch_folder);
    const auto verse = embedded_corpus();
    text->append(std::as_bytes(std::span(verse.data(), verse.size())));
    return {.documents = {{.path = "verse.txt (embedded)", .size = text->size(), .spool = text}}};
}

std::optional<Corpus> read_as_before(const std::vector<std::string>& paths, FindSettings settings,
                                     const CorpusConfig& config, const Sha256Digest& wanted) {
    if (paths.empty() || settings.raw || settings.decoding.encoding.empty()) return std::nullopt;
    settings.named_everywhere = true;
    try {
        Corpus corpus(find_documents(paths, settings), config);
        if (corpus.fingerprint() == wanted) return corpus;
    } catch (const InputError&) {
        // It was not read so.
    }
    return std::nullopt;
}

std::filesystem::path scratch_folder_for(const std::filesystem::path& model) {
    const auto folder = model.has_parent_path() ? model.parent_path() : ".";
    if (::access(folder.c_str(), W_OK) == 0) return folder;
    std::error_code none;
    const auto temporary = std::filesystem::temp_directory_path(none);
    return none ? folder : temporary;
}

Corpus ModelText::read(const CorpusArguments& arguments, const DecodingSettings& decoding) const {
    CorpusConfig config;
    config.text = model_.snapshot.text;
    config.decoding = decoding;
    config.scratch_folder = scratch_folder_;
    config.vocabulary = model_.tokenizer.vocabulary();
    auto settings = find_settings(arguments, config.text, decoding, scratch_folder_);
    if (auto older =
            read_as_before(arguments.paths, settings, config, model_.snapshot.corpus.fingerprint))
        return std::move(*older);
    return {documents_of(arguments.paths, settings, tell_), config};
}

ModelText::Training ModelText::find_training(const Corpus& corpus, const char* option) const {
    const auto& record = model_.snapshot.corpus;
    Training training;
    if (corpus.fingerprint() != record.fingerprint) training.own.emplace(read_training(option));
    const Corpus& text = training.own ? *training.own : corpus;
    training.part = text.split(record.validation_fraction).training;
    return training;
}

Corpus ModelText::read_training(const char* option) const {
    const auto& record = model_.snapshot.corpus;
    if (record.fingerprint == Sha256Digest{}) {
        throw UsageError(fmt::format(
            "{} needs the text that the model was trained with, which {} does not know: its weights "
            "come from elsewhere, or are a mean of models of different texts. Leave it out.",
            option, shown_path(path_)));
    }
    const auto needs = fmt::format("{} needs the text that the model was trained with, {}", option,
                                   shown_paths(record.paths));
    if (std::any_of(record.paths.begin(), record.paths.end(), is_gone)) {
        throw InputError(needs + ", which came from standard input or a pipe and is gone.");
    }
    const auto stored = corpus_arguments(record.paths);
    std::string why;
    for (const auto& place : stored_places(stored.paths, path_)) {
        try {
            auto corpus = read({place, stored.include, stored.exclude}, model_.snapshot.decoding);
            if (corpus.fingerprint() == record.fingerprint) return corpus;
            why = fmt::format(
                "{}, and what stands there now is another one: its fingerprint is {}, not {}. Put "
                "that text back, or evaluate it where it is.",
                needs, to_hex(corpus.fingerprint()), to_hex(record.fingerprint));
        } catch (const Error& error) {
            why = fmt::format("{}, seen from the folder in which it was trained. {}", needs,
                              error.what());
        }
    }
    throw InputError(why);
}

}  // namespace carousel
