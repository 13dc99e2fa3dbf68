#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

Words tiny_comparison(const std::string& steps) {
    return Words{"compare",   "text.txt", "--cells",      "rnn,gru", "--hidden-size", "12",
                 "--layers",  "1",        "--batch-size", "4",       "--window",      "16",
                 "--threads", "1",        "--steps",      steps};
}

}  // namespace

TEST_SUITE("end_to_end/compare") {
    TEST_CASE("cells are compared in a table and on a page, and once more nothing is trained") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(folder.path(), tiny_comparison("6"));
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(ended.out.find("\nrnn  ") != std::string::npos);
        CHECK(ended.out.find("\ngru writes:\n") != std::string::npos);
        CHECK(ended.err.find("comparison.html") != std::string::npos);
        const auto here = folder / "models" / "text-compared";
        CHECK(content(here / "comparison.html").ends_with("</html>\n"));
        CHECK(fs::exists(here / "gru-seed-1.carousel"));
        const auto again = run(folder.path(), tiny_comparison("6") + Words{"--json", "--quiet"});
        CHECK(again.err.empty());
        const auto json = nlohmann::json::parse(again.out);
        CHECK(json.at("runs").size() == 2);
        CHECK(json.at("summary").at(1).at("cell") == "gru");
        CHECK(run(folder.path(), tiny_comparison("7")).code == 2);
    }

    TEST_CASE("Ctrl-C keeps what there is and says how to go on") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        Program program(folder.path(), tiny_comparison("100000000"));
        REQUIRE(appears(folder / "models" / "text-compared" / "rnn-seed-1.log.jsonl"));
        program.send(SIGINT);
        const auto ended = program.wait();
        CHECK(ended.code == 130);
        CHECK(ended.err.find("--cells rnn,gru") != std::string::npos);
        CHECK(fs::exists(folder / "models" / "text-compared" / "comparison.json"));
    }
}
