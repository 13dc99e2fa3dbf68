#include "cli/screen.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

using namespace carousel;

namespace {

/// Standard error as a terminal, as long as it lives.
class Terminal {
public:
    explicit Terminal(const char* kind = "xterm", unsigned short columns = 80)
        : saved_(dup(STDERR_FILENO)) {
        int end = -1;
        const winsize size{24, columns, 0, 0};
        REQUIRE(openpty(&master_, &end, nullptr, nullptr, &size) == 0);
        setenv("TERM", kind, 1);
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
            const auto size = ::read(master_, seen.data() + done, seen.size() - done);
            if (size <= 0) break;
            done += static_cast<std::size_t>(size);
        }
        return seen == text;
    }

private:
    int saved_, master_ = -1;
};

const GlobalOptions k_quiet{.quiet = true, .verbose = false, .config = {}},
    k_verbose{.quiet = false, .verbose = true, .config = {}};

const std::string k_erased = "\r\x1b[K";

}  // namespace

TEST_SUITE("cli/screen") {
    TEST_CASE("the live line is drawn over, and gone before anything else is written") {
        const Terminal terminal;
        Screen screen({});
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
            Screen screen({});
            std::this_thread::sleep_for(std::chrono::milliseconds(120));
            screen.live("one");
        }
        CHECK(terminal.shows(k_erased + "one" + k_erased));
    }

    TEST_CASE("quiet shows warnings alone") {
        const Terminal terminal;
        Screen screen(k_quiet);
        std::this_thread::sleep_for(std::chrono::milliseconds(120));
        screen.live("one");
        screen.line("two");
        screen.warning("three");
        CHECK(terminal.shows("three\r\n"));
    }

    TEST_CASE("a dumb terminal gets plain lines") {
        const Terminal terminal("dumb");
        {
            Screen screen({});
            std::this_thread::sleep_for(std::chrono::milliseconds(120));
            screen.live("drawn over and over");
            screen.line("a line");
            screen.clear();
        }
        std::fputs("end", stderr);
        CHECK(terminal.shows("a line\r\nend"));
    }

    TEST_CASE("lines are broken where the terminal ends, and commands are not") {
        const Terminal terminal("xterm", 40);
        Screen screen({});
        screen.line("I will read your text about 20 times; done at 23:18.");
        CHECK(terminal.shows("I will read your text about 20 times;\r\ndone at 23:18.\r\n"));
        screen.hint("Go on with:", "carousel train --resume --model models/a/long/name.carousel");
        CHECK(
            terminal.shows("Go on with:\r\n  carousel train --resume --model "
                           "models/a/long/name.carousel\r\n"));
        std::this_thread::sleep_for(std::chrono::milliseconds(120));
        screen.live("0123456789012345678901234567890123456789");
        CHECK(terminal.shows(k_erased + "012345678901234567890123456789012345678"));
    }

    TEST_CASE("details are for those who ask for them") {
        const Terminal terminal;
        Screen plain({}), verbose(k_verbose);
        plain.detail("sizes");
        verbose.detail("figures");
        CHECK(terminal.shows("figures\r\n"));
    }

    TEST_CASE("a sample that names the program is shown as it is") {
        const Terminal terminal;
        Screen screen({});
        screen.sample("`carousel train`");
        CHECK(terminal.shows("`carousel train`\r\n"));
    }
}
