#include "support/surroundings.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <initializer_list>

namespace carousel {

namespace {

/// `nohup` has a program ignore SIGHUP, a shell's background jobs ignore SIGINT.
void receive_signals() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD, SIGALRM, SIGXFSZ})
        ::signal(signal, SIG_DFL);
}

void set_environment() {
    for (const char* name :
         {"LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LC_COLLATE", "LC_MESSAGES",
          "TERM", "COLUMNS", "LINES", "NO_COLOR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
        ::unsetenv(name);
    const char* temporary = ::getenv("TMPDIR");
    if (temporary != nullptr && ::access(temporary, R_OK | W_OK | X_OK) != 0) ::unsetenv("TMPDIR");
    ::setenv("HOME", "/nonexistent", 1);
    ::setenv("CAROUSEL_READY_MODELS", "/nonexistent", 1);  // a test brings its own
}

void widen_limits() {
    for (const auto resource : {RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_NOFILE}) {
        rlimit limit{};
        if (::getrlimit(resource, &limit) != 0) continue;
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(resource, &limit);
    }
}

void empty_standard_input() {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0) return;
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
}

}  // namespace

void set_surroundings() {
    receive_signals();
    ::umask(022);
    set_environment();
    widen_limits();
    empty_standard_input();
}

}  // namespace carousel
