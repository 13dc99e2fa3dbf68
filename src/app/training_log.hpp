#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "app/training_events.hpp"

namespace carousel {

/// `NAME.log.jsonl`: what a run tells, one JSON object a line, for programs that draw curves.
class TrainingLog {
public:
    /// Appends to the file; `append` false starts it anew. A log that cannot be written does not
    /// stop a training: the object then does nothing and `failed()` is true.
    TrainingLog(const std::filesystem::path& path, bool append);
    ~TrainingLog();

    bool failed() const;

    void hear(const TrainingEvent& event);

private:
    struct File;

    void message(std::string_view event, std::string_view text);
    void progress(const Stepped& step);
    void validation(const Validated& validated);

    std::unique_ptr<File> file_;
    double last_progress_ = 0;  // seconds of all runs
};

}  // namespace carousel
