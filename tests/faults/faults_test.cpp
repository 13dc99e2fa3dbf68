#include <doctest/doctest.h>
#include <errno.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "end_to_end/program.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

// Each system call on files that a command makes fails once, in each of several ways; what must
// hold then. In a usual run a part of the calls; with CAROUSEL_FAULTS=all every one of them, see
// `tests/faults/run`.

using namespace carousel;

namespace {

namespace fs = std::filesystem;

constexpr int k_steps = 8;
constexpr long k_usual_places = 4;  // of each way, in a usual run

struct Way {
    const char* as;
    int code;
    bool kills;
};
constexpr Way k_ways[] = {{"error", EIO, false},
                          {"sticky", ENOSPC, false},
                          {"sticky", EACCES, false},
                          {"kill", 0, true},
                          {"torn", EIO, true}};

/// A text that a model reads worse and worse as it learns the other one: its best step is an early
/// one, and later weights must not take its place.
std::string other_text() {
    std::string text;
    for (int i = 0; i < 200; ++i) text += std::to_string(i * 7919) + "\n";
    return text;
}

/// A folder in which a command runs, and which the failing calls concern.
class Place {
public:
    explicit Place(const std::optional<fs::path>& start = std::nullopt) {
        fs::create_directory(path());
        if (start) {
            fs::copy(*start, path(), fs::copy_options::recursive);
        } else {
            write(path() / "text.txt", little_text());
            write(path() / "other.txt", other_text());
        }
    }

    fs::path path() const { return folder_ / "work"; }
    fs::path operator/(const std::string& name) const { return path() / name; }

    /// Runs a command in which call `at` fails; 0: none.
    Ended run(const Words& words, const Way& way, long at) const {
        // LD_PRELOAD takes no path with blanks.
        const auto library = build_root() / "tests/faults/libfailing_calls.so";
        return carousel::run(path(), words,
                             {.environment = {{"LD_LIBRARY_PATH", library.parent_path().string()},
                                              {"LD_PRELOAD", library.filename().string()},
                                              {"FAULT_FOLDER", path().string()},
                                              {"FAULT_AT", std::to_string(at)},
                                              {"FAULT_AS", way.as},
                                              {"FAULT_CODE", std::to_string(way.code)},
                                              {"FAULT_COUNT", (folder_ / "calls").string()}}});
    }

    /// Calls of a command when none fails.
    long calls(const Words& words) const {
        const auto ended = run(words, k_ways[0], 0);
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        return std::atol(content(folder_ / "calls").c_str());
    }

private:
    TemporaryFolder folder_;
};

/// All calls; in a usual run some, spread evenly, others for each way.
std::vector<long> places(long calls, const Way& way) {
    std::vector<long> some;
    const char* wanted = std::getenv("CAROUSEL_FAULTS");
    if (wanted != nullptr && std::string(wanted) == "all") {
        for (long at = 1; at <= calls; ++at) some.push_back(at);
        return some;
    }
    const long ways = std::size(k_ways), number = &way - k_ways;
    for (long i = 0; i < k_usual_places; ++i)
        some.push_back(1 + (i * ways + number) * calls / (k_usual_places * ways));
    return some;
}

Words training(int steps) {
    return Words{"train", "text.txt", "--validation", "other.txt", "--model", "m.carousel"} +
           Words{"--hidden-size", "8", "--batch-size", "4", "--window", "16", "--threads", "1"} +
           Words{"--validate-every", "2", "--save-every", "3", "--sample-every", "0"} +
           Words{"--learning-rate", "0.02", "--steps", std::to_string(steps)};
}

Words resuming(int steps) {
    return Words{"train", "--resume", "--model", "m.carousel", "--threads", "1"} +
           Words{"--sample-every", "0", "--steps", std::to_string(steps)};
}

bool is_model(const fs::path& path) {
    return path.filename().native().ends_with(".carousel");
}

/// Every model file in a folder loads. Returns the name of one that does not.
std::string broken_model(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!is_model(entry.path())) continue;
        try {
            load_snapshot(entry.path());
        } catch (const Error& error) {
            return error.what();
        }
    }
    return {};
}

/// The weights of a resume file once it is trained to the end, as a hash.
Sha256Digest weights_at_end(const Place& place) {
    return weights_sha256(load_snapshot(place / "m.resume.carousel"));
}

/// What holds of any end of a command, whatever failed.
void check_end(const Ended& ended, const Way& way, const Place& place) {
    if (way.kills && ended.signal != 0) {
        CHECK(ended.signal == SIGKILL);
    } else {
        CHECK(ended.signal == 0);
        CHECK((ended.code == 0 || ended.code == 1));
        if (ended.code != 0) CHECK(!ended.err.empty());
        CHECK(ended.err.find("internal error") == std::string::npos);
    }
    CHECK(broken_model(place.path()) == "");
    if (ended.err.find("The model is m.carousel") != std::string::npos)
        CHECK(fs::exists(place / "m.carousel"));
    CHECK(content(place / "text.txt") == little_text());
}

/// What holds of a training that says it is done: its files are whole, and say the same.
void check_success(const Place& place, int steps) {
    REQUIRE(fs::exists(place / "m.resume.carousel"));
    REQUIRE(fs::exists(place / "m.carousel"));
    const auto newest = load_snapshot(place / "m.resume.carousel"),
               best = load_snapshot(place / "m.carousel");
    CHECK(newest.step == static_cast<std::uint64_t>(steps));
    REQUIRE(newest.best);
    CHECK(best.step == newest.best->step);
}

/// Lets a training fail, then has it finished as people do: resumed where there is a state, started
/// again where there is none. It ends with the weights of a training that nothing has disturbed.
void check_training(const std::optional<fs::path>& start, const Words& words, int steps) {
    const Place undisturbed(start);
    const long calls = undisturbed.calls(words);
    REQUIRE(calls > 20);
    const auto expected = weights_at_end(undisturbed);
    for (const Way& way : k_ways) {
        for (const long at : places(calls, way)) {
            CAPTURE(std::string(way.as));
            CAPTURE(way.code);
            CAPTURE(at);
            const Place place(start);
            const auto ended = place.run(words, way, at);
            CAPTURE(ended.err);
            check_end(ended, way, place);
            if (ended.code == 0 && ended.signal == 0) check_success(place, steps);
            const bool resumes = fs::exists(place / "m.resume.carousel");
            const auto finished = run(place.path(), resumes ? resuming(steps) : training(steps));
            CHECK_MESSAGE(finished.code == 0, finished.err);
            check_success(place, steps);
            CHECK(weights_at_end(place) == expected);
        }
    }
}

}  // namespace

TEST_SUITE("faults") {
    TEST_CASE(
        "whichever call of a training fails or is its last, no model is lost, and it can be "
        "finished") {
        check_training(std::nullopt, training(k_steps), k_steps);
    }

    TEST_CASE("whichever call of a resumed training fails or is its last, the same holds") {
        const Place start;
        REQUIRE(run(start.path(), training(k_steps)).code == 0);
        check_training(start.path(), resuming(2 * k_steps), 2 * k_steps);
    }

    TEST_CASE("whichever call of an export, a generation or an evaluation fails, the model stays") {
        const Place start;
        REQUIRE(run(start.path(), training(k_steps)).code == 0);
        const auto model = content(start / "m.carousel");
        for (const Words& words :
             {Words{"export", "m.carousel", "--precision", "int8"},
              Words{"generate", "--model", "m.carousel", "--length", "5", "--seed", "1"},
              Words{"evaluate", "text.txt", "--model", "m.carousel", "--html", "p.html",
                    "--per-character", "c.tsv"}}) {
            const Place counted(start.path());
            const long calls = counted.calls(words);
            for (const Way& way : k_ways) {
                for (const long at : places(calls, way)) {
                    CAPTURE(words[0]);
                    CAPTURE(std::string(way.as));
                    CAPTURE(at);
                    const Place place(start.path());
                    const auto ended = place.run(words, way, at);
                    CAPTURE(ended.err);
                    check_end(ended, way, place);
                    CHECK(content(place / "m.carousel") == model);
                    if (words[0] == "export" && ended.code == 0)
                        CHECK(fs::exists(place / "m.int8.carousel"));
                }
            }
        }
    }
}
