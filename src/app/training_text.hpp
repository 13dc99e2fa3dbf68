#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/corpus_arguments.hpp"
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
    /// `stored` is the snapshot to start from or null; what it names is looked for around the file
    /// `model`, too. Scratch files go to `folder`. `readers`: who reads the corpus with this
    /// process, as long as the object lives; null: nobody. Throws: UsageError when a resumed run
    /// would get another text or validation, unless that is meant, or standard input is gone;
    /// InputError for a text too short to be cut; all errors of reading.
    TrainingText(const TrainingRequest& options, const Snapshot* stored,
                 const std::filesystem::path& model, const std::filesystem::path& folder,
                 const TellWork& tell, ReadingProcesses* readers = nullptr);
    TrainingText(const TrainingText&) = delete;
    TrainingText& operator=(const TrainingText&) = delete;

    const Corpus& corpus() const { return *corpus_; }
    const CorpusPart& training() const { return training_; }
    const ValidationText& validation() const { return validation_; }
    const TextSettings& settings() const { return reading_.text; }
    const DecodingSettings& decoding() const { return reading_.decoding; }

    /// Whether a resumed run validates on another text than before, so that its losses of then and
    /// now cannot be compared.
    bool validates_anew() const { return validates_anew_; }

    /// What a model file says of it.
    CorpusRecord record() const;

private:
    FindSettings settings_to_find(ReadingProcesses* readers = nullptr) const;
    const Corpus& read_again(const std::vector<std::string>& paths, const CorpusConfig& reading,
                             const Sha256Digest* before, std::optional<Corpus>& corpus,
                             const TellWork& tell) const;
    DocumentList find(const std::vector<std::string>& paths, const TellWork& tell,
                      ReadingProcesses* readers = nullptr) const;
    void read_corpus(const TrainingRequest& options, const Snapshot* stored,
                     const std::filesystem::path& model, const CorpusConfig& reading,
                     const TellWork& tell);
    CorpusConfig reading_of_validation() const;
    void choose_validation(const TrainingRequest& options, const Snapshot* stored);
    void read_validation_again(const TrainingRequest& options, const Snapshot& stored,
                               const std::filesystem::path& model, const TellWork& tell);
    void require_something_to_learn(const TrainingRequest& options) const;
    void tell_of_new_symbols(const TellWork& tell) const;

    CorpusArguments arguments_;
    CorpusConfig reading_;
    std::optional<Corpus> corpus_, validation_corpus_;
    std::optional<std::string> validation_path_;
    double fraction_ = 0;
    CorpusPart training_;
    ValidationText validation_;
    bool validates_anew_ = false;
};

}  // namespace carousel
