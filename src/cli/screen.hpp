#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace carousel {

/// What a command shows while it works, on standard error: plain lines that stay, and on a terminal
/// one live line below them that is drawn over and over. Text from files is made harmless by the
/// caller. What cannot be written is lost, and nothing else.
class Screen {
public:
    /// `quiet` shows nothing but warnings.
    explicit Screen(bool quiet);
    /// Removes the live line.
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void line(std::string_view text);

    /// A line that `quiet` does not silence.
    void warning(std::string_view text);

    /// Draws the live line, cut to the terminal's width, at most ten times a second. Where there is
    /// no terminal it becomes a plain line every half minute.
    void live(std::string_view text);

    /// Removes the live line, before something else is written to the terminal; the next one shows
    /// at once there.
    void clear();

    bool quiet() const { return quiet_; }

    /// True when the next call of `live` will show something: its text need not be made otherwise.
    bool wants_live() const;

private:
    bool quiet_, terminal_, drawn_ = false;
    std::chrono::steady_clock::time_point last_;
};

}  // namespace carousel
