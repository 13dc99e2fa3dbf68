#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "app/log_file.hpp"
#include "app/training_events.hpp"

namespace carousel {

/// `NAME.log.jsonl`: what a run tells, one JSON object a line, for programs that draw curves.
class TrainingLog {
public:
    /// Begins the file anew; `resumed_at`: goes on with it from that step. A log that cannot be
    /// written does not stop a training.
    TrainingLog(const std::filesystem::path& path, std::optional<std::uint64_t> resumed_at)
        : file_(path, resumed_at) {}

    /// As `LogFile` tells them.
    std::optional<std::string> new_failure() { return file_.new_failure(); }
    std::optional<std::string> shortfall() const { return file_.shortfall(); }

    void hear(const TrainingEvent& event);

private:
    void message(std::string_view event, std::string_view text,
                 std::optional<std::uint64_t> step = std::nullopt);
    void progress(const Stepped& step);
    void validation(const Validated& validated);

    LogFile file_;
    double last_progress_ = 0;  // seconds of all runs
    std::uint64_t step_ = 0;
};

}  // namespace carousel
