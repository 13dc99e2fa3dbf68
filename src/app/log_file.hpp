#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace carousel {

/// The file of a log: a JSON object a line. A line gets there whole or not at all; one that cannot
/// be written waits, and is tried again with the next.
class LogFile {
public:
    /// Begins the file anew. `resumed_at`: appends to it, after the lines of a run that did not
    /// live to save its later steps were cut off, so that each step stands there once.
    LogFile(std::filesystem::path path, std::optional<std::uint64_t> resumed_at);
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    /// `line` without its end.
    void append(std::string_view line);

    /// A sentence for people when lines begin to wait, once each time.
    std::optional<std::string> new_failure();

    /// A sentence on what the file lacks; absent where it is whole.
    std::optional<std::string> shortfall() const;

private:
    void fail();

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::string waiting_;
    std::uint64_t lines_waiting_ = 0, lines_lost_ = 0;
    std::string cause_;  // of the newest failure
    bool fails_ = false, is_told_ = false;
};

/// The part of a log that a run goes on from: all lines but a torn last one and, behind the last
/// line of a step up to `step`, those from the first of a later step on.
std::string_view kept_lines(std::string_view log, std::uint64_t step);

}  // namespace carousel
