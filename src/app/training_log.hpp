#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "model/training_state.hpp"

namespace carousel {

/// `NAME.log.jsonl`: what the screen shows, one JSON object a line, for programs that draw curves.
class TrainingLog {
public:
    /// Appends to the file; `append` false starts it anew. A log that cannot be written does not
    /// stop a training: the object then does nothing and `failed()` is true.
    TrainingLog(const std::filesystem::path& path, bool append);
    ~TrainingLog();

    bool failed() const;

    void message(std::string_view event, std::string_view text);
    void progress(const HistoryRecord& record, double characters_per_second);
    void validation(const HistoryRecord& record, bool best);

private:
    struct File;
    std::unique_ptr<File> file_;
};

}  // namespace carousel
