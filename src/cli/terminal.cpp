#include "cli/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace carousel {

namespace {

/// As https://no-color.org asks: any NO_COLOR that is not empty switches colours off.
bool shows_colours() {
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    const char* terminal = std::getenv("TERM");
    return isatty(STDERR_FILENO) != 0 && terminal != nullptr &&
           std::string_view(terminal) != "dumb";
}

}  // namespace

std::string alarming(std::string_view text) {
    if (!shows_colours()) return std::string(text);
    return "\x1b[1;31m" + std::string(text) + "\x1b[0m";
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
