#include "cli/screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <string>

#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr auto k_redraw = std::chrono::milliseconds(100);
constexpr auto k_plain_line = std::chrono::seconds(30);

// What cannot be shown, on a full disk or a closed terminal, must end no training.
void show(const std::string& text) {
    std::fputs(text.c_str(), stderr);
}

std::size_t terminal_width() {
    struct winsize size {};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
    return size.ws_col;
}

}  // namespace

Screen::Screen(bool quiet)
    : quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      last_(std::chrono::steady_clock::now()) {}

Screen::~Screen() {
    clear();
}

void Screen::clear() {
    if (!drawn_) return;
    show("\r\x1b[K");
    drawn_ = false;
    last_ = {};
}

void Screen::line(std::string_view text) {
    if (!quiet_) warning(text);
}

void Screen::warning(std::string_view text) {
    clear();
    show(fmt::format("{}\n", text));
}

bool Screen::wants_live() const {
    if (quiet_) return false;
    const auto since = std::chrono::steady_clock::now() - last_;
    return terminal_ ? since >= k_redraw : since >= k_plain_line;
}

void Screen::live(std::string_view text) {
    if (!wants_live()) return;
    last_ = std::chrono::steady_clock::now();
    if (!terminal_) return line(text);
    show(fmt::format("\r\x1b[K{}", cut_to_width(text, terminal_width() - 1)));
    std::fflush(stderr);
    drawn_ = true;
}

std::string format_duration(double seconds) {
    if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string format_count(std::uint64_t count) {
    auto digits = std::to_string(count);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ",");
    }
    return digits;
}

std::string format_count(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

std::string format_bytes(double bytes) {
    if (bytes < 1e3) return fmt::format("{:.0f} bytes", bytes);
    if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
    if (bytes < 1e9) return fmt::format("{:.1f} MB", bytes / 1e6);
    return fmt::format("{:.1f} GB", bytes / 1e9);
}

}  // namespace carousel
