#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/corpus_arguments.hpp"
#include "app/events.hpp"
#include "app/loaded_model.hpp"
#include "data/corpus.hpp"
#include "data/documents.hpp"

namespace carousel {

/// How the documents of a corpus are looked for, as these texts are read.
FindSettings find_settings(const CorpusArguments& arguments, const TextSettings& text,
                           const DecodingSettings& decoding,
                           const std::filesystem::path& scratch_folder);

/// The documents that CORPUS arguments name; without any, the text that comes with the program.
/// `tell` hears which files are read and as what, and what is skipped.
/// Throws: as `find_documents`.
DocumentList documents_of(const std::vector<std::string>& paths, const FindSettings& settings,
                          const TellWork& tell);

/// The corpus of a model for which an encoding was named when that still held for files in UTF-8
/// too: absent unless the text, read so, has the fingerprint `wanted`.
std::optional<Corpus> read_as_before(const std::vector<std::string>& paths, FindSettings settings,
                                     const CorpusConfig& config, const Sha256Digest& wanted);

/// Where scratch files of the use of a model go: beside it, where there is room for a corpus, or
/// with temporary files when the model is in a folder that only others may write.
std::filesystem::path scratch_folder_for(const std::filesystem::path& model);

/// Texts as a model reads them: with its alphabet and its way of making characters.
class ModelText {
public:
    /// `model`, loaded from `path`, must outlive the object. `tell` hears of documents that are
    /// skipped.
    ModelText(const LoadedModel& model, const std::filesystem::path& path, TellWork tell)
        : model_(model),
          path_(path),
          scratch_folder_(scratch_folder_for(path)),
          tell_(std::move(tell)) {}

    /// Throws: as `Corpus`.
    Corpus read(const CorpusArguments& arguments, const DecodingSettings& decoding) const;

    const std::filesystem::path& scratch_folder() const { return scratch_folder_; }

    /// What the model learned from.
    struct Training {
        std::optional<Corpus> own;  ///< absent: the corpus that was given
        CorpusPart part;
    };

    /// The training part of the text that the model was trained with: `corpus` when that is this
    /// text, else what stands at the stored paths, seen from here or around the model. `option` is
    /// named in messages. Throws: InputError when it is not there or has changed.
    Training find_training(const Corpus& corpus, const char* option) const;

private:
    Corpus read_training(const char* option) const;

    const LoadedModel& model_;
    std::filesystem::path path_, scratch_folder_;
    TellWork tell_;
};

}  // namespace carousel
