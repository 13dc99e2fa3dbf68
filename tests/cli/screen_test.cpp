#include "cli/screen.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

using namespace carousel;

namespace {

/// Standard error as a terminal, as long as it lives.
class Terminal {
public:
    Terminal() : saved_(dup(STDERR_FILENO)) {
        int end = -1;
        REQUIRE(openpty(&master_, &end, nullptr, nullptr, nullptr) == 0);
        dup2(end, STDERR_FILENO);
        close(end);
    }
    ~Terminal() {
        dup2(saved_, STDERR_FILENO);
        close(saved_);
        close(master_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Whether what was written to it next is `text`. A terminal hands on what it is given a little
    /// later, and in pieces.
    bool shows(const std::string& text) const {
        std::string seen(text.size(), '\0');
        std::size_t done = 0;
        pollfd waiting{master_, POLLIN, 0};
        while (done < seen.size() && poll(&waiting, 1, 10'000) == 1) {
            const auto size = read(master_, seen.data() + done, seen.size() - done);
            if (size <= 0) break;
            done += static_cast<std::size_t>(size);
        }
        return seen == text;
    }

private:
    int saved_, master_ = -1;
};

const std::string k_erased = "\r\x1b[K";

}  // namespace

TEST_SUITE("cli/screen") {
    TEST_CASE("the live line is drawn over, and gone before anything else is written") {
        const Terminal terminal;
        Screen screen(false);
        std::this_thread::sleep_for(std::chrono::milliseconds(120));
        screen.live("one");
        CHECK(terminal.shows(k_erased + "one"));
        screen.clear();
        CHECK(terminal.shows(k_erased));
        screen.clear();
        screen.live("the next one shows at once");
        CHECK(terminal.shows(k_erased + "the next one shows at once"));
        screen.line("a line");
        CHECK(terminal.shows(k_erased + "a line\r\n"));
    }

    TEST_CASE("the live line goes with the screen") {
        const Terminal terminal;
        {
            Screen screen(false);
            std::this_thread::sleep_for(std::chrono::milliseconds(120));
            screen.live("one");
        }
        CHECK(terminal.shows(k_erased + "one" + k_erased));
    }

    TEST_CASE("quiet shows warnings alone") {
        const Terminal terminal;
        Screen screen(true);
        std::this_thread::sleep_for(std::chrono::milliseconds(120));
        screen.live("one");
        screen.line("two");
        screen.warning("three");
        CHECK(terminal.shows("three\r\n"));
    }
}
