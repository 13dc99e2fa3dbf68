#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A folder with a trained tiny model that can spell any text, made once.
const fs::path& trained_to_evaluate() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        return run(folder.path(),
                   tiny_training(800) + Words{"--learning-rate", "0.02", "--min-count", "2"})
                   .code == 0;
    }();
    REQUIRE(made);
    return folder.path();
}

const Words k_evaluate{"evaluate", "--model", "m.carousel"};

Json measured(const Words& more, const fs::path& folder = trained_to_evaluate()) {
    const auto ended = run(folder, k_evaluate + Words{"--json"} + more);
    REQUIRE_MESSAGE(ended.code == 0, ended.err);
    return Json::parse(ended.out);
}

/// The rows of tab-separated values, each with its cells.
std::vector<Words> rows_of(const std::string& text) {
    std::vector<Words> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, '\t');) rows.back().push_back(cell);
    }
    return rows;
}

/// The regular text with a line of its own letters in another order at line 101.
std::string text_with_odd_line() {
    std::string text;
    std::istringstream lines(little_text());
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        if (++number == 101) text += "Then ladders eel with noon deer ashy\n";
        text += line + "\n";
    }
    return text;
}

}  // namespace

TEST_SUITE("end_to_end/evaluate") {
    TEST_CASE("windows count what the protocol says and the parts add up") {
        const auto count = [&](const Words& more) {
            const auto ended =
                run(trained_to_evaluate(),
                    Words{"evaluate", "text.txt", "--model", "m.carousel", "--json"} + more);
            REQUIRE_MESSAGE(ended.code == 0, ended.err);
            return Json::parse(ended.out).at("characters").get<std::size_t>();
        };
        const auto all = little_text().size();
        CHECK(count({}) == all);
        CHECK(count({"--part", "train"}) == all * 9 / 10);
        CHECK(count({"--part", "train"}) + count({"--part", "validation"}) == all);
        CHECK(count({"--protocol", "windows"}) == (all - 1) / 256 * 256);
        CHECK(count({"--protocol", "windows", "--window", "100", "--part", "validation"}) ==
              (all - all * 9 / 10 - 1) / 100 * 100);
    }

    TEST_CASE("a part of another text is refused") {
        write(trained_to_evaluate() / "other.txt", little_text().substr(100));
        const Words words{"evaluate", "other.txt", "--model", "m.carousel"};
        CHECK(run(trained_to_evaluate(), words).code == 0);
        const auto refused = run(trained_to_evaluate(), words + Words{"--part", "validation"});
        CHECK(refused.code == 2);
        CHECK(refused.err.find("text.txt") != std::string::npos);
    }

    TEST_CASE("a text that the model learned from is called so") {
        write(trained_to_evaluate() / "other.txt", little_text().substr(100));
        const auto said = [](const Words& more) {
            return run(trained_to_evaluate(), k_evaluate + more)
                       .out.find("The model learned from") != std::string::npos;
        };
        CHECK(said({"text.txt"}));
        CHECK(said({"text.txt", "--part", "train"}));
        CHECK_FALSE(said({"text.txt", "--part", "validation"}));
        CHECK_FALSE(said({"other.txt"}));
        CHECK(measured({"text.txt"}).at("learned_share").get<double>() ==
              doctest::Approx(0.9).epsilon(0.01));
        CHECK(measured({"text.txt", "--part", "train"}).at("learned_share") == 1);
        CHECK(measured({"other.txt"}).at("learned_share") == 0);
    }

    TEST_CASE("every number is the same on every number of threads") {
        const Words words{"evaluate", "text.txt", "--model", "m.carousel", "--json", "--protocol"};
        for (const char* protocol : {"stream", "windows"}) {
            const auto one =
                run(trained_to_evaluate(), words + Words{protocol, "--threads", "1"}).out;
            CHECK(run(trained_to_evaluate(), words + Words{protocol, "--threads", "3"}).out == one);
        }
    }

    TEST_CASE("a part that the model has not kept apart is an error") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(3) + Words{"--validation-fraction", "0"}).code ==
                0);
        CHECK(run(folder.path(),
                  {"evaluate", "text.txt", "--model", "m.carousel", "--part", "validation"})
                  .code == 2);
        write(folder / "held.txt", little_text().substr(0, 500));
        REQUIRE(run(folder.path(), tiny_training(3) + Words{"--validation", "held.txt"}).code == 0);
        const auto ended = run(folder.path(), {"evaluate", "held.txt", "--model", "m.carousel",
                                               "--part", "validation", "--json"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(Json::parse(ended.out).at("characters") == 500);
    }

    TEST_CASE("both protocols are measured unless one is asked for") {
        const auto names = [](const Json& json) {
            std::string names;
            for (const auto& measurement : json.at("measurements")) {
                names += measurement.at("name").get<std::string>() + " ";
            }
            return names;
        };
        const auto both = measured({"text.txt"});
        CHECK(names(both) == "stream windows ");
        CHECK(both.at("protocol") == "stream");
        CHECK(both.at("measurements")[1].at("window") == 256);
        const auto windows = measured({"text.txt", "--protocol", "windows"});
        CHECK(names(windows) == "windows ");
        CHECK(windows.at("nats_per_character") ==
              both.at("measurements")[1].at("nats_per_character"));
        CHECK(names(measured({"text.txt", "--protocol", "stream"})) == "stream ");
        write(trained_to_evaluate() / "short.txt", "The wheel goes round");
        CHECK(names(measured({"short.txt"})) == "stream ");
    }

    TEST_CASE("the table has a row for each measurement") {
        const auto table =
            run(trained_to_evaluate(), k_evaluate + Words{"text.txt", "--baseline"}).out;
        for (const char* row : {"\nstream  ", "\nwindows of 256  ", "\n6-gram  ",
                                "\n6-gram, adaptive  ", "nats/char"}) {
            CHECK_MESSAGE(table.find(row) != std::string::npos, table);
        }
    }

    TEST_CASE("the n-gram is counted in the training part, wherever the text comes from") {
        const auto own = measured({"text.txt", "--part", "validation", "--baseline"});
        REQUIRE(own.at("measurements").size() == 4);
        const auto& fixed = own.at("measurements")[2];
        const auto& adaptive = own.at("measurements")[3];
        CHECK(fixed.at("order") == 6);
        CHECK(fixed.at("adaptive") == false);
        CHECK(adaptive.at("adaptive") == true);
        CHECK(fixed.at("characters") == own.at("characters"));
        CHECK(fixed.at("nats_per_character") < 0.5);
        CHECK(own.at("baseline_symbols") == little_text().size() * 9 / 10 + 1);

        write(trained_to_evaluate() / "held.txt",
              little_text().substr(little_text().size() * 9 / 10));
        const auto other = measured({"held.txt", "--baseline"});
        CHECK(other.at("baseline_symbols") == own.at("baseline_symbols"));
        CHECK(other.at("measurements")[2].at("nats_per_character").get<double>() ==
              doctest::Approx(fixed.at("nats_per_character").get<double>()).epsilon(0.1));
        const auto one = measured({"held.txt", "--baseline", "--baseline-order", "1"});
        CHECK(one.at("measurements")[2].at("nats_per_character") > 2);
    }

    TEST_CASE("model and n-gram together come first, and are better than either alone") {
        const auto both = measured({"text.txt", "--part", "validation", "--mix-ngram", "--baseline",
                                    "--protocol", "stream"});
        CHECK(both.at("protocol") == "mixture");
        CHECK(both.at("adaptive") == true);
        CHECK(both.at("adaptation").is_null());
        CHECK(both.at("baseline_symbols") == little_text().size() * 9 / 10 + 1);
        const auto& rows = both.at("measurements");
        REQUIRE(rows.size() == 4);
        CHECK(rows[1].at("name") == "stream");
        CHECK(rows[0].at("characters") == rows[1].at("characters"));
        for (const std::size_t alone : {1U, 3U})
            CHECK(rows[0].at("nats_per_character") < rows[alone].at("nats_per_character"));
        const auto learning = measured({"text.txt", "--part", "validation", "--mix-ngram",
                                        "--adapt", "--protocol", "stream", "--threads", "2"});
        REQUIRE(learning.at("measurements").size() == 3);
        CHECK(learning.at("adaptation").at("fell_back") == false);
        CHECK(learning.at("nats_per_character") < rows[1].at("nats_per_character"));
        for (const Words& against : {Words{"--protocol", "windows"}, {"--precision", "int8"}})
            CHECK(
                run(trained_to_evaluate(), k_evaluate + Words{"text.txt", "--mix-ngram"} + against)
                    .code == 2);
    }

    TEST_CASE("a training text that is gone or changed is named") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(3)).code == 0);
        write(folder / "other.txt", little_text().substr(300));
        const auto baseline = k_evaluate + Words{"other.txt", "--baseline"};
        CHECK(run(folder.path(), baseline).code == 0);
        write(folder / "text.txt", little_text() + "and on\n");
        for (const bool gone : {false, true}) {
            if (gone) fs::remove(folder / "text.txt");
            const auto ended = run(folder.path(), baseline);
            CHECK(ended.code == 1);
            CHECK(ended.out.empty());
            CHECK(ended.err.find("--baseline") != std::string::npos);
            CHECK(ended.err.find("text.txt") != std::string::npos);
            CHECK(ended.err.find(gone ? "No such file" : "fingerprint") != std::string::npos);
        }
        auto training = tiny_training(3);
        training[1] = "-";
        REQUIRE(run(folder.path(), training, {.input = little_text()}).code == 0);
        const auto ended = run(folder.path(), baseline);
        CHECK(ended.code == 1);
        CHECK(ended.err.find("standard input") != std::string::npos);
    }

    TEST_CASE("an odd line in a regular text is the first of the list") {
        write(trained_to_evaluate() / "odd.txt", text_with_odd_line());
        for (const char* protocol : {"stream", "windows"}) {
            const auto ended = run(
                trained_to_evaluate(),
                k_evaluate + Words{"odd.txt", "--protocol", protocol, "--per-line", "lines.tsv"});
            REQUIRE_MESSAGE(ended.code == 0, ended.err);
            const auto rows = rows_of(content(trained_to_evaluate() / "lines.tsv"));
            REQUIRE(rows.size() > 200);
            CHECK(rows[0] ==
                  Words{"bits_per_character", "bits", "characters", "file", "line", "text"});
            CHECK(rows[1][5] == "Then ladders eel with noon deer ashy");
            CHECK(rows[1][4] == "101");
            CHECK(rows[1][3] == "odd.txt");
            CHECK(rows[1][2] == "37");
            CHECK(std::stod(rows[1][0]) * 37 ==
                  doctest::Approx(std::stod(rows[1][1])).epsilon(1e-3));
            for (std::size_t i = 2; i < rows.size(); ++i) {
                CHECK(std::stod(rows[i][0]) <= std::stod(rows[i - 1][0]));
            }
        }
    }

    TEST_CASE("a character that the model never saw makes its line odd") {
        auto text = little_text();
        text.replace(text.find("horses rise", 5000), 6, "h\u00f6rses");
        write(trained_to_evaluate() / "slip.txt", text);
        const auto ended =
            run(trained_to_evaluate(),
                k_evaluate + Words{"slip.txt", "--per-line", "-", "--per-character", "slip.tsv"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(rows_of(ended.out)[1][5] == "The wheel goes round, the h\u00f6rses rise,");
        Words most{"", "", "", "", "0"};
        for (const auto& row : rows_of(content(trained_to_evaluate() / "slip.tsv"))) {
            if (row[0] != "index" && std::stod(row[4]) > std::stod(most[4])) most = row;
        }
        CHECK(most[3] == "\"\u00f6\"");
    }

    TEST_CASE("each character is listed once and their surprisals make up the whole") {
        const auto json = measured(
            {"text.txt", "--part", "validation", "--per-character", "c.tsv", "--threads", "1"});
        const auto list = content(trained_to_evaluate() / "c.tsv");
        const auto rows = rows_of(list);
        CHECK(rows[0] == Words{"index", "file", "line", "character", "nats", "bits"});
        const auto text = little_text();
        const auto begin = text.size() * 9 / 10;
        REQUIRE(rows.size() == 1 + text.size() - begin);
        std::string read;
        double nats = 0;
        for (std::size_t i = 1; i < rows.size(); ++i) {
            CHECK(rows[i][0] == std::to_string(begin + i - 1));
            read += Json::parse(rows[i][3]).get<std::string>();
            nats += std::stod(rows[i][4]);
            CHECK(std::stod(rows[i][5]) ==
                  doctest::Approx(std::stod(rows[i][4]) / std::log(2.0)).epsilon(1e-4));
        }
        CHECK(read == text.substr(begin));
        CHECK(nats / static_cast<double>(read.size()) ==
              doctest::Approx(json.at("nats_per_character").get<double>()).epsilon(1e-5));
        const auto line = std::count(text.begin(), text.begin() + static_cast<long>(begin), '\n');
        CHECK(rows[1][2] == std::to_string(line + 1));
        measured(
            {"text.txt", "--part", "validation", "--per-character", "c.tsv", "--threads", "3"});
        CHECK(content(trained_to_evaluate() / "c.tsv") == list);
    }

    TEST_CASE("lines are named by their files, and what drives a terminal is escaped") {
        fs::create_directory(trained_to_evaluate() / "days");
        write(trained_to_evaluate() / "days" / "1.txt", "The wheel\ngoes round\n");
        write(trained_to_evaluate() / "days" / "2.txt", "");
        write(trained_to_evaluate() / "days" / "3.txt", "the horses\n\tri\x1b[31mse\n");
        const auto ended = run(trained_to_evaluate(), k_evaluate + Words{"days", "--per-line", "-",
                                                                         "--protocol", "stream"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        const auto rows = rows_of(ended.out);
        REQUIRE(rows.size() == 5);
        CHECK(rows[1][3].ends_with("3.txt"));
        CHECK(rows[1][4] == "2");
        CHECK(rows[1][5] == "\\tri\\x1b[31mse");
        // The table is for people then.
        CHECK(ended.err.find("nats/char") != std::string::npos);
        CHECK(run(trained_to_evaluate(), k_evaluate + Words{"days", "--per-line", "-", "--quiet"})
                  .err.empty());
    }

    TEST_CASE("bytes of byte models stand as the code points of their numbers") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text() + "\xE9\xE9\xFF");
        REQUIRE(run(folder.path(), tiny_training(2) + Words{"--unit", "byte"}).code == 0);
        write(folder / "b.txt", "a\xE9\n");
        const auto rows =
            rows_of(run(folder.path(), k_evaluate + Words{"b.txt", "--per-character", "-"}).out);
        REQUIRE(rows.size() == 4);
        CHECK(rows[1][3] == "\"a\"");
        CHECK(rows[2][3] == "\"\\u00e9\"");
        CHECK(rows[3][3] == "\"\\n\"");
    }

    TEST_CASE("a file is written whole or not at all, and never what is read") {
        REQUIRE(run(trained_to_evaluate(), k_evaluate + Words{"text.txt", "--per-line", "kept.tsv"})
                    .code == 0);
        const auto kept = content(trained_to_evaluate() / "kept.tsv");
        write(trained_to_evaluate() / "bad.txt", "\xFF\x81 and more");
        CHECK(run(trained_to_evaluate(), k_evaluate + Words{"bad.txt", "--per-line", "kept.tsv"})
                  .code == 1);
        CHECK(content(trained_to_evaluate() / "kept.tsv") == kept);
        const auto refused = [&](const Words& more) {
            const auto ended = run(trained_to_evaluate(), k_evaluate + Words{"text.txt"} + more);
            CHECK(ended.out.empty());
            return ended.code;
        };
        CHECK(refused({"--per-line", "text.txt"}) == 2);
        CHECK(refused({"--per-character", "m.carousel"}) == 2);
        CHECK(refused({"--per-line", "/dev/null"}) == 2);
        CHECK(refused({"--per-line", "text.txt/lines.tsv"}) == 2);
        write(trained_to_evaluate() / "diary.txt", "Dear diary");
        for (const char* option : {"--per-line", "--per-character", "--html"})
            CHECK(refused({option, "diary.txt"}) == 2);
        CHECK(refused({"--html", "kept.tsv"}) == 2);
        CHECK(content(trained_to_evaluate() / "diary.txt") == "Dear diary");
        CHECK(refused({"--per-line", "-", "--json"}) == 2);
        CHECK(refused({"--per-line", "-", "--per-character", "-"}) == 2);
        CHECK(refused({"--per-line", "l.tsv", "--per-character", "./l.tsv"}) == 2);
        CHECK(refused({"--per-line", "l.tsv", "--html", "l.tsv"}) == 2);
        CHECK_FALSE(fs::exists(trained_to_evaluate() / "l.tsv"));
        CHECK(refused({"--baseline-order", "3"}) == 2);
        CHECK(content(trained_to_evaluate() / "text.txt") == little_text());
    }

    TEST_CASE("what can be given out is given out where a list cannot be written") {
        fs::create_directories(trained_to_evaluate() / ".full.tsv.carousel-partial");
        const auto ended =
            run(trained_to_evaluate(),
                k_evaluate + Words{"text.txt", "--per-line", "full.tsv", "--per-character",
                                   "whole.tsv", "--html", "whole.html"});
        CHECK(ended.code == 1);
        CHECK(ended.err.find("full.tsv") != std::string::npos);
        CHECK(ended.out.find("bits/char") != std::string::npos);
        CHECK(fs::exists(trained_to_evaluate() / "whole.tsv"));
        CHECK(fs::exists(trained_to_evaluate() / "whole.html"));
    }
}
