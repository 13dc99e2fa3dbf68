#include "cli/signals.hpp"

#include <csignal>

namespace carousel {

namespace {

volatile std::sig_atomic_t g_received = 0;

void receive(int signal) {
    g_received = signal;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

StopSignals::StopSignals() {
    g_received = 0;
    std::signal(SIGINT, receive);
    std::signal(SIGTERM, receive);
}

StopSignals::~StopSignals() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

int StopSignals::received() const {
    return g_received;
}

}  // namespace carousel
