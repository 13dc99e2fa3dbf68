#include "cli/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/shell_word.hpp"

namespace carousel {

namespace {

constexpr std::size_t k_usual_columns = 80, k_fewest_columns = 20;

/// As https://no-color.org asks: any NO_COLOR that is not empty switches colours off.
bool shows_colours() {
    const char* no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == '\0') && can_draw(STDERR_FILENO);
}

}  // namespace

std::optional<std::size_t> columns_of(int stream) {
    if (::isatty(stream) == 0) return std::nullopt;
    struct winsize size {};
    if (::ioctl(stream, TIOCGWINSZ, &size) != 0 || size.ws_col < k_fewest_columns)
        return k_usual_columns;
    return size.ws_col;
}

bool can_draw(int stream) {
    const char* terminal = std::getenv("TERM");
    return ::isatty(stream) != 0 && terminal != nullptr && *terminal != '\0' &&
           std::string_view(terminal) != "dumb";
}

std::string alarming(std::string_view text) {
    if (!shows_colours()) return std::string(text);
    return "\x1b[1;31m" + std::string(text) + "\x1b[0m";
}

std::string program_name() {
    const char* launcher = std::getenv("CAROUSEL_PROGRAM");  // stands before this program
    const std::string_view name =
        launcher != nullptr && *launcher != '\0' ? launcher : program_invocation_name;
    return name.empty() ? "carousel" : shell_word(name);
}

std::string as_called(std::string text) {
    const auto program = program_name();
    for (const std::string before : {"`", "Usage: "}) {
        const auto from = before + "carousel ", to = before + program + ' ';
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
            text.replace(at, from.size(), to);
            at += to.size();
        }
    }
    return text;
}

void hold_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // The lowest free number is what `open` returns; open the wrong way, the stream still
        // fails.
        if (::fcntl(stream, F_GETFD) == -1)
            ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace carousel
