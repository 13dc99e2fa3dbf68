#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/screen.hpp"
#include "cpu/language_model.hpp"
#include "data/corpus.hpp"
#include "report/page.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// The page of `train --report`: how a run goes, with samples from its beginning, its quarters and
/// its end. It is written anew again and again, whole each time, so that it can be watched.
class TrainingPage {
public:
    /// References must outlive the object. `first_step`: where this run starts; the page says that
    /// samples from before it are gone.
    TrainingPage(std::filesystem::path path, const Corpus& corpus, const LanguageModel& model,
                 Screen& screen, std::uint64_t first_step);

    /// Where a run stands.
    struct Standing {
        const Snapshot& snapshot;  ///< with its history; weights are not looked at
        std::uint64_t step = 0;
        double seconds = 0;  ///< of all runs
        std::string words;   ///< what is to be said of the run
    };

    /// Writes the page. One that cannot be written is warned of once; the training goes on.
    void write(const Standing& standing);

    /// Whether the run has come to the next moment of which the page shows samples.
    bool sample_due(double progress) const { return progress >= next_sample_; }

    /// Adds what the model writes now, at three temperatures, with the run's seed. It takes about a
    /// hundredth of the time used so far at most: a slow model writes less.
    void sample(const Standing& standing, double progress, std::string_view name);

    /// A point of the training curve, after each step. The page keeps a few hundred in a run;
    /// snapshots keep those of validations and saves, which are what a resumed run begins with.
    void note(const HistoryRecord& record, double progress);

    /// The run went back to a step: what was written after it is gone.
    void go_back(std::uint64_t step);

    /// What the last samples and the last page together took.
    double closing_seconds() const { return sample_seconds_ + write_seconds_; }

private:
    struct Moment {
        std::uint64_t step;
        std::string name;
        std::vector<PageSample> samples;
    };
    std::string html(const Standing& standing) const;
    std::vector<HistoryRecord> history(const Snapshot& snapshot) const;

    std::filesystem::path path_;
    const Corpus& corpus_;
    const LanguageModel& model_;
    Screen& screen_;
    std::uint64_t first_step_;
    std::vector<Moment> moments_;
    std::vector<HistoryRecord> points_;
    double next_sample_ = 0, next_point_ = 0;
    double sample_seconds_ = 0, write_seconds_ = 0;
    bool failed_ = false;
};

}  // namespace carousel
