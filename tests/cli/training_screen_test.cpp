#include "cli/training_screen.hpp"

#include <doctest/doctest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "app/training.hpp"
#include "base/stopwatch.hpp"
#include "support/temporary_folder.hpp"
#include "text/printable.hpp"

using namespace carousel;

namespace {

/// What `work` writes to standard error, which is a terminal meanwhile.
template <typename Work>
std::string shown_on_terminal(const char* kind, unsigned short columns, Work work) {
    int master = -1, end = -1;
    const winsize size{24, columns, 0, 0};
    REQUIRE(openpty(&master, &end, nullptr, nullptr, &size) == 0);
    ::setenv("TERM", kind, 1);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(end, STDERR_FILENO);
    ::close(end);
    std::string seen;
    std::thread reader([&] {
        char buffer[4096];
        for (ssize_t count = 0; (count = ::read(master, buffer, sizeof buffer)) > 0;)
            seen.append(buffer, static_cast<std::size_t>(count));
    });
    work();
    ::dup2(saved, STDERR_FILENO);  // the terminal's last end is closed
    ::close(saved);
    reader.join();
    ::close(master);
    std::erase(seen, '\r');
    return seen;
}

/// A short training of 26 letters and a few more characters, as it is shown.
std::string training_shown(const GlobalOptions& global, unsigned short columns,
                           std::optional<TrainingLength> length = std::nullopt) {
    const TemporaryFolder folder;
    std::ofstream file(folder / "text.txt");
    for (int i = 0; i < 40; ++i) file << "sphinx of black quartz judge my vow\n";
    file.close();
    TrainingRequest request;
    request.corpus = {(folder / "text.txt").string()};
    request.model = folder / "m.carousel";
    request.architecture[&LanguageModelConfig::layers] = 1;
    request.architecture[&LanguageModelConfig::hidden_size] = 12;
    request.training[&TrainingConfig::batch_size] = 4;
    request.training[&TrainingConfig::window] = 16;
    request.training[&TrainingConfig::length] =
        length.value_or(TrainingLength{LengthKind::epochs, 20});
    request.threads = 1;
    return shown_on_terminal("dumb", columns, [&] {
        TrainingScreen screen(global, false);
        const Stopwatch stopwatch;
        run_training(request, {.clock = [&] { return stopwatch.seconds(); },
                               .tell = [&](const TrainingEvent& event) { screen.hear(event); },
                               .wish_to_stop = [] { return std::nullopt; },
                               .closing_sample = false});
    });
}

const GlobalOptions k_verbose{.quiet = false, .verbose = true, .config = {}};

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("cli/training_screen") {
    TEST_CASE("a training first says what a newcomer needs, and shows a sample early") {
        const auto shown = training_shown({}, 80);
        CHECK_MESSAGE(contains(shown, "I will read your text about 20 times."), shown);
        CHECK(contains(shown, "28 different ones"));  // letters, blank, line end: no separator
        const auto sample = shown.find(" % of its training it writes:"),
                   validation = shown.find("test loss");
        REQUIRE(sample != std::string::npos);
        REQUIRE(validation != std::string::npos);
        CHECK(sample < shown.size() / 2);
        CHECK_FALSE(contains(shown, "Model: "));
        CHECK_FALSE(contains(shown, "perplexity"));
    }

    TEST_CASE("one planned by time says when it is done") {
        const auto shown = training_shown({}, 80, TrainingLength{LengthKind::seconds, 1});
        CHECK_MESSAGE(contains(shown, "; done at "), shown);
    }

    TEST_CASE("numbers are there for those who want them") {
        const auto shown = training_shown(k_verbose, 80);
        CHECK(contains(shown, "Model: 1 cifg layer of 12 units"));
        CHECK(contains(shown, "perplexity"));
    }

    TEST_CASE("no line is longer than the terminal, and a dumb one gets no escapes") {
        for (const unsigned short columns : {40, 80}) {
            for (const bool verbose : {false, true}) {
                std::istringstream lines(
                    training_shown(verbose ? k_verbose : GlobalOptions{}, columns));
                for (std::string line; std::getline(lines, line);) {
                    // But for a single word: a model that knows no words yet writes long ones.
                    const auto word = line.find_first_not_of(' ');
                    const bool breaks = line.find(' ', std::min(word, line.size())) != line.npos;
                    CHECK_MESSAGE((display_width(line) <= columns || !breaks), line);
                    CHECK_MESSAGE(line.find('\x1b') == std::string::npos, line);
                }
            }
        }
    }
}
