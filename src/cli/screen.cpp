#include "cli/screen.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/terminal.hpp"
#include "cli/wrap.hpp"
#include "text/printable.hpp"

namespace carousel {

namespace {

constexpr auto k_redraw = std::chrono::milliseconds(100);
constexpr auto k_plain_line = std::chrono::seconds(30);

// What cannot be shown, on a full disk or a closed terminal, must end no training.
void show(const std::string& text) {
    std::fputs(text.c_str(), stderr);
}

}  // namespace

Screen::Screen(const GlobalOptions& global)
    : quiet_(global.quiet),
      verbose_(global.verbose),
      draws_(can_draw(STDERR_FILENO)),
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

void Screen::detail(std::string_view text) {
    if (verbose_) line(text);
}

void Screen::sample(std::string_view text) {
    if (!quiet_) write(text, columns_of(STDERR_FILENO));
}

void Screen::warning(std::string_view text) {
    write(as_called(std::string(text)), columns_of(STDERR_FILENO));
}

void Screen::hint(std::string_view text, std::string_view command) {
    if (quiet_) return;
    line(text);
    write("  " + std::string(command), std::nullopt);
}

// `columns`: of the terminal, which may be made narrow at any time; absent: nothing is broken.
void Screen::write(std::string_view text, std::optional<std::size_t> columns) {
    clear();
    const auto harmless = printable(text);
    show((columns ? wrapped_lines(harmless, *columns) : harmless) + '\n');
}

bool Screen::wants_live() const {
    if (quiet_) return false;
    const auto since = std::chrono::steady_clock::now() - last_;
    return draws_ ? since >= k_redraw : since >= k_plain_line;
}

void Screen::live(std::string_view text) {
    if (!wants_live()) return;
    last_ = std::chrono::steady_clock::now();
    if (!draws_) return line(text);
    const auto columns = columns_of(STDERR_FILENO).value_or(1);
    show("\r\x1b[K" + std::string(cut_to_width(printable(text), columns - 1)));
    std::fflush(stderr);
    drawn_ = true;
}

}  // namespace carousel
