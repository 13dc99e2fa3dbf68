#include "cli/screen.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
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
        fcntl(master_, F_SETFL, O_NONBLOCK);
    }
    ~Terminal() {
        dup2(saved_, STDERR_FILENO);
        close(saved_);
        close(master_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// What has been written to it since the last call.
    std::string seen() const {
        std::string text(4096, '\0');
        const auto size = read(master_, text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
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
        CHECK(terminal.seen() == k_erased + "one");
        screen.clear();
        CHECK(terminal.seen() == k_erased);
        screen.clear();
        CHECK(terminal.seen().empty());
        screen.live("the next one shows at once");
        CHECK(terminal.seen() == k_erased + "the next one shows at once");
        screen.line("a line");
        CHECK(terminal.seen() == k_erased + "a line\r\n");
    }

    TEST_CASE("the live line goes with the screen") {
        const Terminal terminal;
        {
            Screen screen(false);
            std::this_thread::sleep_for(std::chrono::milliseconds(120));
            screen.live("one");
        }
        CHECK(terminal.seen() == k_erased + "one" + k_erased);
    }

    TEST_CASE("quiet shows warnings alone") {
        const Terminal terminal;
        Screen screen(true);
        std::this_thread::sleep_for(std::chrono::milliseconds(120));
        screen.live("one");
        screen.line("two");
        screen.warning("three");
        CHECK(terminal.seen() == "three\r\n");
    }
}
