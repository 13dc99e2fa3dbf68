#include "cli/signals.hpp"

#include <csignal>

namespace carousel {

namespace {

constexpr int k_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

volatile std::sig_atomic_t g_received = 0;

void restore() {
    for (const int signal : k_signals) {
        if (std::signal(signal, SIG_DFL) == SIG_IGN) std::signal(signal, SIG_IGN);
    }
}

void receive(int signal) {
    g_received = signal;
    restore();
}

}  // namespace

StopSignals::StopSignals() {
    g_received = 0;
    for (const int signal : k_signals) {
        // Under nohup, the end of the terminal is no reason to stop.
        if (std::signal(signal, receive) == SIG_IGN && signal == SIGHUP)
            std::signal(signal, SIG_IGN);
    }
}

StopSignals::~StopSignals() {
    restore();
}

int StopSignals::received() const {
    return g_received;
}

}  // namespace carousel
