#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/training_events.hpp"
#include "data/corpus.hpp"
#include "model/model.hpp"
#include "report/page.hpp"
#include "text/tokenizer.hpp"

namespace carousel {

/// The page of `train --report`: how a run goes, with samples from its beginning, its quarters and
/// its end. It is written anew again and again, whole each time, so that it can be watched.
class TrainingPage {
public:
    /// The references outlive the object.
    struct Config {
        std::filesystem::path path;
        const Corpus& corpus;
        const Tokenizer& writer;  ///< of samples: it knows what may be written
        const Model& model;
        std::uint64_t first_step = 0;  ///< where this run starts: samples from before it are gone
        bool samples = true;
        std::optional<int> threads{};   ///< that write samples; absent: by the size of the model
        std::string command{};          ///< that was typed, if one was
        std::function<double()> clock;  ///< seconds
        TellTraining tell;              ///< hears of a page that cannot be written, once
    };
    explicit TrainingPage(const Config& config);

    void hear(const TrainingEvent& event);

    /// What the last samples and the last page together took.
    double closing_seconds() const { return sample_seconds_ + write_seconds_; }

    /// Why the page on disk is not the newest; empty where it is.
    const std::string& failure() const { return failure_; }

private:
    struct Moment {
        std::uint64_t step;
        std::string name;
        std::vector<PageSample> samples;
    };
    void rest(const Standing& run);
    void end(const Ended& ended);
    void note(const Standing& run);
    void go_back(std::uint64_t step);
    void sample(const Standing& run, std::string_view name);
    void write(const Standing& run, std::string_view words, int reload = 0);
    void write_under_way(const Standing& run);
    std::string html(const Standing& run, std::string_view words, int reload) const;
    std::vector<HistoryRecord> history(const Snapshot& snapshot) const;

    Config config_;
    std::vector<Moment> moments_;
    std::vector<HistoryRecord> points_;
    double next_sample_ = 0, next_point_ = 0;  // progress
    double sample_seconds_ = 0, write_seconds_ = 0;
    bool outdated_ = false, failed_before_ = false;
    std::string failure_;
};

}  // namespace carousel
