#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>

#include "base/random.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

// The built program, started by mpirun on this machine.

namespace {

struct Ran {
    int code;
    std::string out, err;
    double seconds;
};

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A folder with a text, in which the program trains.
class Bench {
public:
    Bench() {
        std::ofstream text(folder_ / "text.txt");
        for (int i = 0; i < 400; ++i)
            text << "line " << random_below({1, RandomPurpose::benchmark, 0}, i, 97) << '\n';
    }

    /// `first` is done by the shell of each process before it becomes the program.
    Ran run(int processes, const std::string& words, const std::string& first = "") const {
        const std::string program = "exec '" + carousel_program().string() + "' " + words;
        std::string command = "cd '" + folder_.path().string() + "' && ";
        if (processes == 1) {
            command += "(" + first + " " + program + ")";
        } else {
            std::ofstream(folder_ / "one.sh") << first << '\n' << program << '\n';
            // Leaks are those of Open MPI.
            command +=
                "ASAN_OPTIONS=detect_leaks=0 timeout 100 mpirun --oversubscribe "
                "--bind-to none --mca btl self,tcp --mca odls_base_sigkill_timeout 0 ";
            if (::geteuid() == 0) command += "--allow-run-as-root ";
            command += "-n " + std::to_string(processes) + " sh ./one.sh";
        }
        command += " >out 2>err </dev/null";
        const auto start = std::chrono::steady_clock::now();
        const int status = std::system(command.c_str());
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(folder_ / "out"),
                content(folder_ / "err"), time.count()};
    }

    std::string weights_of(const std::string& model) const {
        const auto told = run(1, "inspect --json " + model).out;
        const auto at = told.find("\"weights_sha256\"");
        REQUIRE(at != std::string::npos);
        return told.substr(at, 90);
    }

    std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

private:
    TemporaryFolder folder_;
};

std::string tiny(int steps, const std::string& more) {
    return "train text.txt --cell cifg --layers 1 --hidden-size 12 --embedding-size 8 "
           "--batch-size 12 --window 10 --threads 1 --sample-every 0 --quiet --steps " +
           std::to_string(steps) + " " + more;
}

/// What the shell of one process does before.
std::string of_process(int number, const std::string& what) {
    return "if [ \"$OMPI_COMM_WORLD_RANK\" = " + std::to_string(number) + " ]; then " + what +
           "\nfi";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

int count(const std::string& text, const std::string& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_SUITE("mpi") {
    TEST_CASE("processes train the model that one trains, also when their number changes") {
        const Bench bench;
        const auto one = bench.run(1, tiny(9, "--shards 6 --model one"));
        INFO(one.err);
        REQUIRE(one.code == 0);
        const auto three = bench.run(3, tiny(5, "--shards 6 --model three"));
        INFO(three.err);
        REQUIRE(three.code == 0);
        CHECK(three.out.empty());
        const auto two = bench.run(2, "train --resume --model three --threads 2 --quiet --steps 9");
        INFO(two.err);
        REQUIRE(two.code == 0);
        // A run of another length has another schedule; that of `three` is that of five steps until
        // it is stretched, so a run of one process does the same.
        REQUIRE(bench.run(1, tiny(5, "--shards 6 --model again")).code == 0);
        CHECK(bench.weights_of("three.carousel") != bench.weights_of("one.carousel"));
        REQUIRE(bench.run(1, "train --resume --model again --quiet --steps 9").code == 0);
        CHECK(bench.weights_of("three.resume.carousel") ==
              bench.weights_of("again.resume.carousel"));
    }

    TEST_CASE("files are shared out, except to who does not see them, and the model is the same") {
        const Bench bench;
        std::filesystem::create_directory(bench / "many");
        for (int i = 0; i < 9; ++i) {
            std::ofstream text(bench / ("many/" + std::to_string(i)));
            for (int k = 0; k < 70; ++k) text << "file " << i << " line " << k * (i + 3) << '\n';
        }
        const auto words = [](const std::string& model) {
            return "train many --cell cifg --layers 1 --hidden-size 12 --batch-size 12 --window 10 "
                   "--threads 1 --sample-every 0 --steps 5 --shards 3 --model " +
                   model;
        };
        REQUIRE(bench.run(1, words("one")).code == 0);
        const auto expected = bench.weights_of("one.carousel");
        const std::string elsewhere = "mkdir there && cp -a many there && cd there";
        for (const auto& [model, first, told] : {std::tuple{"all", std::string(), false},
                                                 {"two", of_process(1, "cd /"), true},
                                                 {"copy", of_process(1, elsewhere), false}}) {
            const auto ran = bench.run(3, words(model), first);
            INFO(ran.err);
            REQUIRE(ran.code == 0);
            CHECK(contains(ran.err, "1 of 3 processes sees other files") == told);
            CHECK(bench.weights_of(std::string(model) + ".carousel") == expected);
        }
    }

    TEST_CASE("a stop is everybody's, and loses nothing") {
        const Bench bench;
        const auto stopped =
            bench.run(2, tiny(1'000'000, "--shards 2 --model two --validation-fraction 0"),
                      of_process(0,
                                 "(for i in $(seq 200); do [ -s two.log.jsonl ] && break; sleep "
                                 "0.1; done; sleep 0.3; kill -INT $$) &"));
        INFO(stopped.err);
        CHECK(stopped.code == 130);
        CHECK(std::filesystem::exists(bench / "two.resume.carousel"));
        CHECK(bench.run(2, "train --resume --model two --quiet --time 0.1s").code == 0);
    }

    TEST_CASE("a process that dies at any moment ends the training within seconds, with its name") {
        for (const auto& [process, after] : {std::pair{1, "0.3"}, {2, "0.8"}, {0, "0.5"}}) {
            CAPTURE(process);
            CAPTURE(after);
            const Bench bench;
            const auto ran =
                bench.run(3, tiny(1'000'000, "--model m"),
                          of_process(process, std::string("(sleep ") + after + "; kill -9 $$) &"));
            INFO(ran.err);
            CHECK(ran.code != 0);
            CHECK(ran.seconds < 20);
            const auto name = std::to_string(process);
            CHECK((contains(ran.err, "Process " + name + " of 3") ||
                   contains(ran.err, "process rank " + name)));
        }
    }

    TEST_CASE("what fails in the first process ends all, with its sentence once") {
        const Bench bench;
        const auto missing = bench.run(2, "train missing.txt --quiet --steps 3");
        INFO(missing.err);
        CHECK(missing.code == 1);
        CHECK(contains(missing.err, "missing.txt"));
        const auto unknown =
            bench.run(3, "train text.txt --no-such-option", of_process(0, "sleep 0.2"));
        INFO(unknown.err);
        CHECK(unknown.code == 2);
        CHECK(count(unknown.err, "no option --no-such-option") == 1);
        const auto few = bench.run(3, tiny(3, "--shards 2"));
        INFO(few.err);
        CHECK(few.code == 2);
        CHECK(contains(few.err, "2 shards, too few for 3 processes"));
        // Half-kilobytes that a file may have: more than the text needs, fewer than the model.
        const auto full =
            bench.run(2, "train text.txt --layers 1 --hidden-size 96 --steps 2 --model m",
                      of_process(0, "ulimit -f 100"));
        INFO(full.err);
        CHECK(full.code == 1);
        CHECK(contains(full.err, "m.carousel"));
    }
}
