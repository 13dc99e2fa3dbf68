#include <doctest/doctest.h>
#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"
#include "support/well_formed.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

std::size_t count(const std::string& text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

std::string four_decimals(double value) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.4f", value);
    return digits;
}

void check_page(const std::string& page) {
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(page.ends_with("</html>\n"));
    CHECK(WellFormed::flaw(page) == "");
    CHECK(reach(page) == "");
}

}  // namespace

TEST_SUITE("end_to_end/train_report") {
    TEST_CASE("the page of a run has its figures, curves, samples, settings and verdict") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(folder.path(), tiny_training(120) + Words{"--report", "run.html"} +
                                                  Words{"--learning-rate", "0.01"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(ended.err.find("run.html") != std::string::npos);
        CHECK_FALSE(fs::exists(folder / "run.html.partial"));
        const auto page = content(folder / "run.html");
        check_page(page);
        for (const char* part :
             {"<h1>text.txt</h1>", "Loss against steps", "Loss against time", "Learning rate",
              ">validation</text>", ">training</text>", "hidden size</th><td>12<",
              "window</th><td>16<", "documents</th><td>1<", "seed</th><td>1<"}) {
            CHECK_MESSAGE(page.find(part) != std::string::npos, part);
        }
        for (const char* temperature : {"temperature 0.5", "temperature 0.8", "temperature 1"})
            CHECK(count(page, std::string(temperature) + "</h4>") == 5);  // first, quarters, end
        CHECK(page.find("under way") == std::string::npos);
        const char* verdict = "The validation loss has levelled off";
        CHECK(ended.err.find(verdict) != std::string::npos);
        CHECK(page.find(verdict) != std::string::npos);
    }

    TEST_CASE("a report changes nothing in the model") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const Words dropout{"--dropout-between", "0.3", "--quiet"};
        REQUIRE(run(folder.path(), tiny_training(40) + dropout).code == 0);
        const auto weights = inspected(folder.path(), "m.resume.carousel", "weights_sha256");
        REQUIRE(
            run(folder.path(), tiny_training(40) + dropout + Words{"--report", "r.html"}).code ==
            0);
        CHECK(inspected(folder.path(), "m.resume.carousel", "weights_sha256") == weights);
    }

    TEST_CASE("the page is whole at every moment, says that the run goes on, and how it ended") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        Program program(folder.path(), tiny_training(100000000) +
                                           Words{"--report", "run.html", "--validate-every", "20"});
        REQUIRE(appears(folder / "run.html"));
        REQUIRE(appears(folder / "m.resume.carousel"));
        for (int look = 0; look < 20; ++look) {
            const auto page = content(folder / "run.html");
            check_page(page);
            CHECK(page.find("under way") != std::string::npos);
            CHECK(page.find("http-equiv=\"refresh\"") != std::string::npos);
        }
        program.send(SIGTERM);
        CHECK(program.wait().code == 143);
        const auto page = content(folder / "run.html");
        check_page(page);
        CHECK(page.find("Stopped at step") != std::string::npos);
        CHECK(page.find("http-equiv=\"refresh\"") == std::string::npos);
        CHECK(page.find("under way") == std::string::npos);
    }

    TEST_CASE("a resumed run draws the whole curve and says where it began again") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(40)).code == 0);
        REQUIRE(run(folder.path(), {"train", "--resume", "--model", "m.carousel", "--steps", "80",
                                    "--report", "run.html"})
                    .code == 0);
        const auto page = content(folder / "run.html");
        check_page(page);
        CHECK(page.find("resumed at step 40") != std::string::npos);
        CHECK(page.find("step 20,") != std::string::npos);
        CHECK(page.find("step 80,") != std::string::npos);
    }

    TEST_CASE("what a corpus, a model or a file is called cannot break the page") {
        const TemporaryFolder folder;
        const std::string name = "<b>&\"'\xe2\x80\xae\x1b.txt";
        write(folder / name, little_text() + "\n<script>alert(1)</script>\u202e\u0001&amp;\n");
        auto words = tiny_training(20);
        words[1] = name;
        const auto ended = run(folder.path(), words + Words{"--report", "run.html"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        const auto page = content(folder / "run.html");
        check_page(page);
        CHECK(page.find("\u202e") == std::string::npos);
        CHECK(page.find("&lt;b&gt;&amp;&quot;&#39;") != std::string::npos);
    }

    TEST_CASE("a report that cannot be written is warned of once, and the end says so again") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        fs::create_directories(folder / std::string(".taken.html.carousel-partial"));
        const auto ended = run(folder.path(), tiny_training(40) + Words{"--report", "taken.html"});
        CHECK(ended.code == 1);
        CHECK(count(ended.err, "the report could not be written") == 1);
        CHECK(count(ended.err, "The report was not written to its end") == 1);
        CHECK(count(ended.err, "The report is") == 0);
        CHECK(count(ended.err, "The model is") == 1);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "40");
    }

    TEST_CASE("a report replaces no text, and the report of the model before goes with it") {
        const TemporaryFolder folder;
        fs::create_directories(folder / std::string("corpus"));
        write(folder / "corpus/a.txt", little_text());
        write(folder / "corpus/b.txt", little_text());
        auto words = tiny_training(5);
        words[1] = "corpus";
        const auto refused = run(folder.path(), words + Words{"--report", "corpus/a.txt"});
        CHECK(refused.code == 2);
        CHECK(content(folder / "corpus/a.txt") == little_text());
        REQUIRE(run(folder.path(), words + Words{"--report", "run.html"}).code == 0);
        const auto first = content(folder / "run.html");
        REQUIRE(run(folder.path(), words + Words{"--report", "run.html"}).code == 0);
        CHECK(content(folder / "run.previous.html") == first);
        CHECK(content(folder / "run.html") != first);
    }

    TEST_CASE("a report over the text or the model is refused") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(folder.path(), tiny_training(5) + Words{"--report", "./text.txt"});
        CHECK(ended.code == 2);
        CHECK(ended.err.find("--report") != std::string::npos);
        CHECK(content(folder / "text.txt") == little_text());
    }

    TEST_CASE("without samples there are none on the page") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(),
                    tiny_training(20) + Words{"--report", "run.html", "--sample-every", "0"})
                    .code == 0);
        CHECK(content(folder / "run.html").find("temperature 0.5</h4>") == std::string::npos);
    }
}

TEST_SUITE("end_to_end/evaluate_html") {
    TEST_CASE("the page shows the whole text and the figures of the table") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(40)).code == 0);
        const Words words{"evaluate", "text.txt", "--model", "m.carousel"};
        const auto plain = run(folder.path(), words);
        const auto ended = run(folder.path(), words + Words{"--html", "text.html"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(ended.out == plain.out);
        const auto page = content(folder / "text.html");
        check_page(page);
        CHECK(count(page, "data-b=") >= little_text().size());
        CHECK(count(page, "class=\"sample\"") == 3);
        for (const char* part :
             {"<h1>text.txt</h1>", "bits per character", "windows of 256", "Loss against steps",
              "most surprising lines", "hidden size</th><td>12<", "m.carousel"}) {
            CHECK_MESSAGE(page.find(part) != std::string::npos, part);
        }
        const auto json = nlohmann::json::parse(run(folder.path(), words + Words{"--json"}).out);
        CHECK(page.find("<dd>" + four_decimals(json.at("bits_per_character")) + "</dd>") !=
              std::string::npos);
    }

    TEST_CASE("the bits of the characters add up to the figure") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(40)).code == 0);
        write(folder / "short.txt", little_text().substr(0, 120));
        REQUIRE(run(folder.path(),
                    {"evaluate", "short.txt", "--model", "m.carousel", "--html", "short.html"})
                    .code == 0);
        const auto page = content(folder / "short.html");
        const auto begin = page.find("The text, coloured");
        const auto text = page.substr(begin, page.find("All measures") - begin);
        double bits = 0;
        const std::regex value("data-b=\"([0-9.]+)\"");
        for (std::sregex_iterator match(text.begin(), text.end(), value), end; match != end;
             ++match)
            bits += std::stod((*match)[1]);
        const auto json = nlohmann::json::parse(
            run(folder.path(), {"evaluate", "short.txt", "--model", "m.carousel", "--json"}).out);
        CHECK(bits ==
              doctest::Approx(120 * json.at("bits_per_character").get<double>()).epsilon(0.002));
    }

    TEST_CASE("a text of traps in any script is harmless, in every unit") {
        const std::string traps =
            "<script>alert('1')</script>&amp;\"</p></section>\n\u202eevil\u202c \u200b\u00ad"
            "\ufffe\uffff\U0010ffff"
            "e\u0301\u0301 \U0001F469\u200D\U0001F52C \u65e5\u672c \u0627\u0644\x01\x1b[31m\t \n\n";
        for (const char* unit : {"codepoint", "grapheme", "byte"}) {
            CAPTURE(unit);
            const TemporaryFolder folder;
            std::string text;
            for (int i = 0; i < 20; ++i) text += traps;
            write(folder / "text.txt", text);
            REQUIRE(run(folder.path(), tiny_training(10) + Words{"--unit", unit}).code == 0);
            REQUIRE(run(folder.path(),
                        {"evaluate", "text.txt", "--model", "m.carousel", "--html", "text.html"})
                        .code == 0);
            const auto page = content(folder / "text.html");
            check_page(page);
            CHECK(page.find("\u202e") == std::string::npos);
            CHECK(count(page, "U+202E") >= 20);
            CHECK(count(page, "U+200B") >= 20);
            CHECK(count(page, "U+FFFE") >= 20);
            CHECK(count(page, "\u65e5") >= 20);
            CHECK(count(page, "\u241b") >= 20);
        }
    }

    TEST_CASE("a long text is shown in part, and the page says so") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(5)).code == 0);
        std::string text;
        while (text.size() <= 210'000) text += little_text();
        write(folder / "long.txt", text);
        REQUIRE(run(folder.path(),
                    {"evaluate", "long.txt", "--model", "m.carousel", "--html", "long.html"})
                    .code == 0);
        const auto page = content(folder / "long.html");
        CHECK(page.find("Shown are the first 200,000 of ") != std::string::npos);
        CHECK(page.size() < 20'000'000);
        check_page(page);
    }

    TEST_CASE("the page begins with the most surprising lines, which lead to the text and back") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(40)).code == 0);
        write(folder / "odd.txt",
              little_text() + "kool spmal seye nedlog, htiw no\n" + little_text());
        REQUIRE(run(folder.path(),
                    {"evaluate", "odd.txt", "--model", "m.carousel", "--html", "odd.html"})
                    .code == 0);
        const auto page = content(folder / "odd.html");
        check_page(page);
        const auto before = little_text();
        const auto lines = std::count(before.begin(), before.end(), '\n') + 1;
        const auto place = "l0-" + std::to_string(lines);
        CHECK(page.find("The most surprising lines") < page.find("The text, coloured"));
        CHECK(page.find("The text, coloured") < page.find("All measures"));
        CHECK(page.find("<span id=\"s1\"><a href=\"#" + place + "\">") != std::string::npos);
        CHECK(page.find("<p id=\"" + place + "\" data-n=\"" + std::to_string(lines) +
                        "\"><a href=\"#s1\"") != std::string::npos);
        const auto told = page.find(" data-e=\"");
        REQUIRE(told != std::string::npos);
        CHECK(page.rfind(" %\"", told) + 3 == told);
        CHECK(page.substr(told, 60).find(" %") != std::string::npos);
        CHECK(count(page, " tabindex=\"0\"") > 5);
    }

    TEST_CASE("a page tells no folder") {
        const TemporaryFolder folder;
        fs::create_directories(folder / std::string("private/more"));
        write(folder / "private/text.txt", little_text());
        write(folder / "private/more/other.txt", little_text());
        const auto text = (folder / std::string("private")).string();
        const auto model = (folder / std::string("models/m.carousel")).string();
        auto words = tiny_training(20);
        words[1] = text;
        words[3] = model;
        REQUIRE(words[2] == "--model");
        REQUIRE(run(folder.path(), words + Words{"--report", folder / "private.html"}).code == 0);
        REQUIRE(
            run(folder.path(), {"evaluate", text, "--model", model, "--html", "text.html"}).code ==
            0);
        for (const char* file : {"private.html", "text.html"}) {
            const auto page = content(folder / file);
            CHECK(page.find(folder.path().string()) == std::string::npos);
            CHECK(page.find("models/") == std::string::npos);
        }
        const auto page = content(folder / "text.html");
        CHECK(page.find(">more/other.txt:") != std::string::npos);
        CHECK(page.find("<h3>text.txt</h3>") != std::string::npos);
    }

    TEST_CASE("files are told apart by their names, also in the names of lines") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(5)).code == 0);
        write(folder / "other.txt", "lamps look on\nwith golden eyes\n");
        REQUIRE(run(folder.path(), {"evaluate", "text.txt", "other.txt", "--model", "m.carousel",
                                    "--html", "two.html"})
                    .code == 0);
        const auto page = content(folder / "two.html");
        check_page(page);
        CHECK(count(page, "<h3>text.txt</h3>") == 1);
        CHECK(count(page, "<h3>other.txt</h3>") == 1);
        CHECK(page.find(">text.txt:") != std::string::npos);
    }

    TEST_CASE("a page over the text or the model, or to no file, is refused") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(5)).code == 0);
        for (const char* file : {"text.txt", "m.carousel", "-"}) {
            const auto ended = run(
                folder.path(), {"evaluate", "text.txt", "--model", "m.carousel", "--html", file});
            CHECK_MESSAGE(ended.code == 2, file);
            CHECK(ended.err.find("--html") != std::string::npos);
        }
        CHECK(content(folder / "text.txt") == little_text());
    }
}
