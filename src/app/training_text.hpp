#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/events.hpp"
#include "app/training_request.hpp"
#include "data/corpus.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// A text to validate on: a part of a corpus.
struct ValidationText {
    const Corpus* corpus = nullptr;  ///< null: none
    CorpusPart part;
};

/// The text of a training: read, and cut into the part to learn from and the part to validate on.
class TrainingText {
public:
    /// From the CORPUS of the options, else that of the resumed run, else the embedded verses;
    /// `stored` is the snapshot to start from or null. Scratch files go to `folder`.
    /// Throws: UsageError when a resumed run would get another text or validation, or standard
    /// input is gone; all errors of reading.
    TrainingText(const TrainingRequest& options, const Snapshot* stored,
                 const std::filesystem::path& folder, const TellWork& tell);
    TrainingText(const TrainingText&) = delete;
    TrainingText& operator=(const TrainingText&) = delete;

    const Corpus& corpus() const { return *corpus_; }
    const CorpusPart& training() const { return training_; }
    const ValidationText& validation() const { return validation_; }
    const TextSettings& settings() const { return reading_.text; }
    const DecodingSettings& decoding() const { return reading_.decoding; }

    /// What a model file says of it.
    CorpusRecord record() const;

private:
    void choose_validation(const TrainingRequest& options, const Snapshot* stored);

    std::vector<std::string> paths_;
    CorpusConfig reading_;
    std::optional<Corpus> corpus_, validation_corpus_;
    std::optional<std::string> validation_path_;
    double fraction_ = 0;
    CorpusPart training_;
    ValidationText validation_;
};

}  // namespace carousel
