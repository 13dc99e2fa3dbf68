#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "app/log_file.hpp"
#include "app/training_events.hpp"
#include "app/training_json.hpp"

namespace carousel {

/// `NAME.log.jsonl`: what a run tells, one JSON object a line, for programs that draw curves.
class TrainingLog {
public:
    /// Begins the file anew; `resumed_at`: goes on with it from that step. A log that cannot be
    /// written does not stop a training.
    TrainingLog(const std::filesystem::path& path, std::optional<std::uint64_t> resumed_at);
    TrainingLog(const TrainingLog&) = delete;
    TrainingLog& operator=(const TrainingLog&) = delete;

    /// As `LogFile` tells them.
    std::optional<std::string> new_failure() { return file_.new_failure(); }
    std::optional<std::string> shortfall() const { return file_.shortfall(); }

    void hear(const TrainingEvent& event) { json_.hear(event); }

private:
    LogFile file_;
    TrainingJson json_;
};

}  // namespace carousel
