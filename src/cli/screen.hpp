#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/options.hpp"

namespace carousel {

/// What a command shows while it works, on standard error: plain lines that stay, and on a terminal
/// one live line below them that is drawn over and over. Lines are broken between words where the
/// terminal ends, and all text is made harmless for it. What cannot be written is lost,
/// and nothing else.
class Screen {
public:
    /// With `--quiet` it shows nothing but warnings, with `--verbose` details too.
    explicit Screen(const GlobalOptions& global);
    /// Removes the live line.
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void line(std::string_view text);

    /// A line for those who want to know more.
    void detail(std::string_view text);

    /// What a model writes: lines below each other, as they are.
    void sample(std::string_view text);

    /// A line that `--quiet` does not silence.
    void warning(std::string_view text);

    /// A sentence and below it a command to be pasted, which is not broken.
    void hint(std::string_view text, std::string_view command);

    /// Draws the live line, cut to the terminal's width, at most ten times a second. Where nothing
    /// can be drawn it becomes a plain line every half minute.
    void live(std::string_view text);

    /// Removes the live line, before something else is written to the terminal; the next one shows
    /// at once there.
    void clear();

    bool quiet() const { return quiet_; }
    bool verbose() const { return verbose_; }

    /// True when the next call of `live` will show something: its text need not be made otherwise.
    bool wants_live() const;

private:
    void write(std::string_view text, std::optional<std::size_t> columns);

    bool quiet_, verbose_, draws_, drawn_ = false;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace carousel
