#include "app/log_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

std::string validation(int step) {
    return R"({"event":"validation","step":)" + std::to_string(step) + ",\"epoch\":0}\n";
}

const std::string k_start = "{\"event\":\"start\",\"program\":\"carousel 1\"}\n";
const std::string k_stopped = "{\"event\":\"stopped\",\"text\":\"SIGINT\"}\n";

/// As long as it lives, no file of this process grows beyond so many bytes.
class FullDisk {
public:
    explicit FullDisk(rlim_t size) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{size, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
};

}  // namespace

TEST_SUITE("app/log_file") {
    TEST_CASE("a resumed run goes on behind the steps that were saved") {
        const auto saved = k_start + validation(25) + validation(50);
        CHECK(kept_lines(saved + validation(75) + validation(100), 60) == saved);
        CHECK(kept_lines(saved + validation(75), 50) == saved);
        CHECK(kept_lines(saved + validation(75), 75) == saved + validation(75));
        CHECK(kept_lines(saved, 0) == k_start);
        CHECK(kept_lines("", 10).empty());
    }

    TEST_CASE("what has no step stays where it follows what stays") {
        const auto kept = k_start + validation(50) + k_stopped + k_start;
        CHECK(kept_lines(kept + validation(75) + k_stopped, 50) == kept);
    }

    TEST_CASE("a run that went back after a divergence keeps all that came before its save") {
        const auto saved = validation(80) +
                           "{\"event\":\"divergence\",\"step\":80,\"text\":\"back to 60\"}\n" +
                           validation(70);
        CHECK(kept_lines(saved + validation(90), 75) == saved);
    }

    TEST_CASE("a text that speaks of a step is no step, and half a line is none") {
        const std::string sample = R"({"event":"sample","text":"{\",\"step\":99"})"
                                   "\n";
        const auto kept = validation(10) + sample;
        CHECK(kept_lines(kept + validation(20), 10) == kept);
        CHECK(kept_lines(kept + R"({"event":"valid)", 90) == kept);
        CHECK(kept_lines("half", 90).empty());
    }

    TEST_CASE("a file is cut and appended to, or begun anew") {
        const TemporaryFolder folder;
        std::ofstream(folder / "log") << validation(10) << validation(20) << "{\"ev";
        LogFile(folder / "log", 10).append("a");
        CHECK(read_file(folder / "log") == validation(10) + "a\n");
        LogFile(folder / "log", std::nullopt).append("b");
        CHECK(read_file(folder / "log") == "b\n");
    }

    TEST_CASE("lines that cannot be written wait, none is torn, and it is told once each time") {
        const TemporaryFolder folder;
        LogFile log(folder / "log", std::nullopt);
        log.append("one");
        CHECK_FALSE(log.new_failure());
        for (int time = 0; time < 2; ++time) {
            const auto before = read_file(folder / "log");
            {
                const FullDisk full(before.size() + 3);
                log.append("a longer line");
                REQUIRE(log.new_failure());
                CHECK(read_file(folder / "log") == before);
                log.append("another");
                CHECK_FALSE(log.new_failure());
                CHECK(log.shortfall()->find("2 lines") != std::string::npos);
            }
            log.append("last");
            CHECK(read_file(folder / "log") == before + "a longer line\nanother\nlast\n");
            CHECK_FALSE(log.shortfall());
        }
    }

    TEST_CASE("a log that cannot be opened says so once and is quiet") {
        const TemporaryFolder folder;
        LogFile log(folder / "missing/log", std::nullopt);
        const auto failure = log.new_failure();
        REQUIRE(failure);
        CHECK(failure->find("missing/log") != std::string::npos);
        log.append("lost");
        CHECK_FALSE(log.new_failure());
        CHECK_FALSE(log.shortfall());
    }

    TEST_CASE("what waits does not fill the memory") {
        const TemporaryFolder folder;
        LogFile log(folder / "log", std::nullopt);
        const std::string line(1000, 'x');
        {
            const FullDisk full(0);
            for (int i = 0; i < 3000; ++i) log.append(line);
            CHECK(log.shortfall()->find("3,000 lines") != std::string::npos);
        }
        log.append("small");
        CHECK(std::filesystem::file_size(folder / "log") <= (std::size_t{1} << 20) + 10);
        CHECK(log.shortfall());
    }
}
