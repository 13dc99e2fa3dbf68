#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>

#include "end_to_end/program.hpp"
#include "model/cell_kind.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

std::string newest_weights(const TemporaryFolder& folder) {
    return inspected(folder.path(), "m.resume.carousel", "weights_sha256");
}

/// The weights of a training that nothing interrupts.
std::string uninterrupted(const Words& words) {
    const TemporaryFolder folder;
    write(folder / "text.txt", little_text());
    const auto ended = run(folder.path(), words);
    REQUIRE_MESSAGE(ended.code == 0, ended.err);
    return newest_weights(folder);
}

/// Settings that would follow from the length.
const Words k_any_length{"--schedule", "constant", "--learning-rate",  "0.005",
                         "--warmup",   "10",       "--dropout-output", "0.1"};

}  // namespace

TEST_SUITE("end_to_end/resume") {
    TEST_CASE("two runs that add up to N steps give the weights of one run of N steps") {
        const Words constant = k_any_length + Words{"--dropout-between", "0.2"};
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(130) + constant).code == 0);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "130");
        const auto resumed = run(folder.path(), {"train", "--resume", "--model", "m.carousel",
                                                 "--threads", "1", "--steps", "260"});
        REQUIRE_MESSAGE(resumed.code == 0, resumed.err);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "260");
        CHECK(newest_weights(folder) == uninterrupted(tiny_training(260) + constant));
    }

    TEST_CASE("the same holds for runs bounded by epochs, on another number of threads") {
        auto words = tiny_training(1);
        words.resize(words.size() - 2);
        const Words constant =
            k_any_length + Words{"--dropout-between", "0", "--recurrent-gradient", "states"};
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), words + constant + Words{"--epochs", "1"}).code == 0);
        REQUIRE(run(folder.path(), {"train", "text.txt", "--resume", "--model", "m.carousel",
                                    "--epochs", "2", "--threads", "2"})
                    .code == 0);
        CHECK(newest_weights(folder) == uninterrupted(words + constant + Words{"--epochs", "2"}));
    }

    TEST_CASE("every cell trains, goes on exactly, is inspected and writes") {
        for (const char* cell : k_cell_words) {
            CAPTURE(cell);
            const Words words = k_any_length + Words{"--cell", cell, "--dropout-between", "0.1"};
            const TemporaryFolder folder;
            write(folder / "text.txt", little_text());
            REQUIRE(run(folder.path(), tiny_training(6) + words).code == 0);
            const auto resumed = run(folder.path(), {"train", "--resume", "--model", "m.carousel",
                                                     "--steps", "12", "--threads", "2"});
            REQUIRE_MESSAGE(resumed.code == 0, resumed.err);
            CHECK(newest_weights(folder) == uninterrupted(tiny_training(12) + words));
            CHECK(inspected(folder.path(), "m.carousel", "cell") ==
                  "\"" + std::string(cell) + "\"");
            const auto written = run(folder.path(), {"generate", "--model", "m.carousel",
                                                     "--length", "20", "--seed", "1"});
            CHECK(written.code == 0);
            CHECK(written.out.size() >= 20);
        }
    }

    TEST_CASE("and with every lever of training in use, the best weights too") {
        for (const char* cell : {"cifg", "capped-lstm"}) {
            CAPTURE(cell);
            const Words levers{"--cell",
                               cell,
                               "--output-input",
                               "sum",
                               "--dropout-input",
                               "0.1",
                               "--dropout-between",
                               "0.1",
                               "--dropout-output",
                               "0.2",
                               "--dropout-mask",
                               "step",
                               "--average",
                               "0.9",
                               "--schedule",
                               "constant",
                               "--validate-every",
                               "65",
                               "--dropout-recurrent",
                               "0.3",
                               "--reset-probability",
                               "0.2",
                               "--learning-rate",
                               "0.05",
                               "--warmup",
                               "0"};
            const TemporaryFolder whole, parts;
            for (const auto* folder : {&whole, &parts}) write(*folder / "text.txt", little_text());
            REQUIRE(run(whole.path(), tiny_training(130) + levers).code == 0);
            REQUIRE(run(parts.path(), tiny_training(65) + levers).code == 0);
            const auto resumed =
                run(parts.path(), {"train", "--resume", "--model", "m.carousel", "--threads", "1",
                                   "--validate-every", "65", "--steps", "130"});
            REQUIRE_MESSAGE(resumed.code == 0, resumed.err);
            for (const char* file : {"m.carousel", "m.resume.carousel"}) {
                for (const char* field : {"weights_sha256", "best"}) {
                    CHECK(inspected(parts.path(), file, field) ==
                          inspected(whole.path(), file, field));
                }
            }
            // The averaged weights are the better ones: the model is made of them.
            CHECK(inspected(parts.path(), "m.carousel", "best").find("\"averaged\":true") !=
                  std::string::npos);
            CHECK(content(parts / "m.log.jsonl").find("\"averaged\":true") != std::string::npos);
            CHECK(inspected(parts.path(), "m.carousel", "weights_sha256") != newest_weights(parts));
            CHECK(inspected(parts.path(), "m.carousel", "cell") == "\"" + std::string(cell) + "\"");
        }
    }

    TEST_CASE("a run that has had its length says so, and none can be made shorter") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(10)).code == 0);
        const auto weights = newest_weights(folder);
        const Words resume{"train", "--resume", "--model", "m.carousel", "--threads", "1"};
        const auto over = run(folder.path(), resume);
        CHECK(over.code == 0);
        CHECK(over.err.find("has had its whole length") != std::string::npos);
        const auto shorter = run(folder.path(), resume + Words{"--steps", "5"});
        CHECK(shorter.code == 2);
        CHECK(shorter.err.find("10 steps") != std::string::npos);
        CHECK(newest_weights(folder) == weights);
    }

    TEST_CASE("a resumed run may be the first to average, and the last") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(10)).code == 0);
        const Words resume{"train", "--resume", "--model", "m.carousel", "--threads", "1"};
        for (const Words& change : {Words{"--average", "0.9", "--steps", "20"},
                                    Words{"--average", "0", "--steps", "30"}}) {
            const auto ended = run(folder.path(), resume + change);
            REQUIRE_MESSAGE(ended.code == 0, ended.err);
            CHECK(inspected(folder.path(), "m.resume.carousel", "step") == change.back());
        }
    }

    TEST_CASE("a run stopped by a signal says so by its exit code and goes on exactly") {
        const int steps = 1500;
        const auto expected = uninterrupted(tiny_training(steps));
        for (const auto& [signal, code] :
             {std::pair{SIGTERM, 143}, std::pair{SIGINT, 130}, std::pair{SIGHUP, 129}}) {
            const TemporaryFolder folder;
            write(folder / "text.txt", little_text());
            Program program(folder.path(), tiny_training(steps) + Words{"--save-every", "100"});
            REQUIRE(appears(folder / "m.resume.carousel"));
            program.send(signal);
            const auto ended = program.wait();
            REQUIRE(ended.code == code);
            CHECK(fs::exists(folder / "m.carousel"));
            CHECK(inspected(folder.path(), "m.resume.carousel", "step") != std::to_string(steps));
            REQUIRE(
                run(folder.path(), {"train", "--resume", "--model", "m.carousel", "--threads", "1"})
                    .code == 0);
            CHECK(inspected(folder.path(), "m.resume.carousel", "step") == std::to_string(steps));
            CHECK(newest_weights(folder) == expected);
        }
    }

    TEST_CASE("a run killed again and again goes on exactly from its last save") {
        const int steps = 1500;
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const Words saving{"--save-every", "50", "--validate-every", "20"};
        {
            Program program(folder.path(), tiny_training(steps) + saving);
            REQUIRE(appears(folder / "m.resume.carousel"));
            program.send(SIGKILL);
            REQUIRE(program.wait().signal == SIGKILL);
        }
        for (int delay = 20; delay <= 100; delay += 20) {
            Program program(
                folder.path(),
                Words{"train", "--resume", "--model", "m.carousel", "--threads", "1"} + saving);
            std::this_thread::sleep_for(std::chrono::milliseconds(delay));
            program.send(SIGKILL);
            program.wait();
        }
        const auto ended =
            run(folder.path(),
                Words{"train", "--resume", "--model", "m.carousel", "--threads", "1"} + saving);
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(newest_weights(folder) == uninterrupted(tiny_training(steps)));
        std::istringstream log(content(folder / "m.log.jsonl"));
        int next = 20;
        for (std::string line; std::getline(log, line);) {
            if (line.find("\"event\":\"validation\"") == std::string::npos) continue;
            CHECK(line.find("\"step\":" + std::to_string(next) + ",") != std::string::npos);
            next += 20;
        }
        CHECK(next == steps + 20);
    }

    TEST_CASE("a second Ctrl-C ends the program at once") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        Program program(folder.path(), tiny_training(100000000) + Words{"--save-every", "50"});
        REQUIRE(appears(folder / "m.resume.carousel"));
        program.send(SIGINT);
        program.send(SIGINT);
        const auto ended = program.wait();
        // Both signals may come as one; then the program has saved and says 130 itself.
        CHECK((ended.signal == SIGINT || ended.code == 130));
    }

    TEST_CASE("what a resumed run may not change is refused, naming both values") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(5)).code == 0);
        const auto before = content(folder / "m.resume.carousel");
        const Words resume{"train", "--resume", "--model", "m.carousel", "--threads", "1"};
        const auto wider = run(folder.path(), resume + Words{"--hidden-size", "24"});
        CHECK(wider.code == 2);
        CHECK(wider.err.find("12") != std::string::npos);
        CHECK(wider.err.find("24") != std::string::npos);
        for (const Words& change :
             {Words{"--layers", "1"}, Words{"--unit", "grapheme"}, Words{"--seed", "2"},
              Words{"--batch-size", "3"}, Words{"--window", "8"}, Words{"--min-count", "2"},
              Words{"--validation-fraction", "0.3"}}) {
            CHECK_MESSAGE(run(folder.path(), resume + change).code == 2, change[0]);
        }
        CHECK(content(folder / "m.resume.carousel") == before);
    }

    TEST_CASE("a training in bf16 goes on in bf16, and its model is read in any precision") {
        const Words constant = k_any_length + Words{"--dropout-between", "0.2"};
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const Words bf16{"--precision", "bf16"};
        REQUIRE(run(folder.path(), tiny_training(20) + constant + bf16).code == 0);
        const Words resume{"train", "--resume", "--model", "m.carousel", "--steps", "40"};
        const auto other = run(folder.path(), resume + Words{"--precision", "float32"});
        CHECK(other.code == 2);
        CHECK(other.err.find("--precision is bf16 in the model and float32 here") !=
              std::string::npos);
        REQUIRE(run(folder.path(), resume).code == 0);
        CHECK(newest_weights(folder) == uninterrupted(tiny_training(40) + constant + bf16));
        CHECK(newest_weights(folder) != uninterrupted(tiny_training(40) + constant));
        CHECK(inspected(folder.path(), "m.resume.carousel", "training")
                  .find("\"precision\":\"bf16\"") != std::string::npos);
        for (const Words& words :
             {Words{"generate", "--length", "20", "--seed", "1"}, Words{"evaluate", "text.txt"}}) {
            const auto ended = run(folder.path(), words + Words{"--model", "m.carousel"} + bf16);
            CHECK_MESSAGE(ended.code == 0, ended.err);
        }
        const auto exported = run(folder.path(), Words{"export", "m.carousel"} + bf16);
        CHECK(exported.code == 2);
        CHECK(exported.err.find("float32 or int8") != std::string::npos);
    }

    TEST_CASE("a changed text is refused unless that is meant") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(5)).code == 0);
        write(folder / "text.txt", little_text() + "and again\n");
        const Words resume{"train",     "--resume", "--model", "m.carousel",
                           "--threads", "1",        "--steps", "8"};
        CHECK(run(folder.path(), resume).code != 0);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "5");
        const auto meant = run(folder.path(), resume + Words{"--changed-corpus"});
        CHECK_MESSAGE(meant.code == 0, meant.err);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "8");
    }

    TEST_CASE("there is nothing to resume without a model") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(folder.path(), tiny_training(5) + Words{"--resume"});
        CHECK(ended.code == 1);
        CHECK(ended.err.find("m.resume.carousel") != std::string::npos);
    }
}
