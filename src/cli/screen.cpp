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

}  // namespace carousel
