#include <doctest/doctest.h>
#include <signal.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "end_to_end/program.hpp"
#include "support/places.hpp"
#include "support/temporary_folder.hpp"
#include "text/utf8.hpp"

using namespace carousel;
using Json = nlohmann::json;
namespace fs = std::filesystem;

TEST_SUITE("end_to_end/train") {
    TEST_CASE("a text becomes a model that is measured, writes and can be looked at") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto trained =
            run(folder.path(), tiny_training(60) + Words{"--learning-rate", "0.02"});
        REQUIRE_MESSAGE(trained.code == 0, trained.err);
        for (const char* file : {"m.carousel", "m.resume.carousel", "m.log.jsonl"}) {
            CHECK_MESSAGE(fs::exists(folder / file), file);
        }
        CHECK_FALSE(fs::exists(folder / "m.lock"));

        const auto evaluated = run(folder.path(), {"evaluate", "text.txt", "--model", "m.carousel",
                                                   "--part", "validation", "--json"});
        REQUIRE_MESSAGE(evaluated.code == 0, evaluated.err);
        const auto measures = Json::parse(evaluated.out);
        const double nats = measures.at("nats_per_character");
        const double symbols = std::stod(inspected(folder.path(), "m.carousel", "vocabulary_size"));
        CHECK(nats < 0.9 * std::log(symbols));
        CHECK(measures.at("bits_per_character").get<double>() ==
              doctest::Approx(nats / std::log(2.0)));
        CHECK(measures.at("perplexity").get<double>() == doctest::Approx(std::exp(nats)));
        CHECK(measures.at("bits_per_byte").get<double>() ==
              doctest::Approx(measures.at("bits_per_character").get<double>()));
        CHECK(measures.at("characters").get<std::size_t>() ==
              little_text().size() - little_text().size() * 9 / 10);
        CHECK(measures.at("protocol") == "stream");

        const auto generated = run(folder.path(), {"generate", "--model", "m.carousel", "--length",
                                                   "50", "--prompt", "The", "--seed", "1"});
        CHECK(generated.code == 0);
        CHECK(generated.out.starts_with("The"));
        CHECK(generated.out.size() > 3);

        const auto looked = run(folder.path(), {"inspect", "m.carousel"});
        CHECK(looked.code == 0);
        CHECK(looked.out.find("text.txt") != std::string::npos);
        CHECK(inspected(folder.path(), "m.carousel", "hidden_size") == "12");
        CHECK(inspected(folder.path(), "m.carousel", "layers") == "2");
        CHECK(inspected(folder.path(), "m.carousel", "cell") == "\"cifg\"");
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "60");
        CHECK(inspected(folder.path(), "m.resume.carousel", "resumable") == "true");
    }

    TEST_CASE("the log is JSON Lines and the last line says how it went") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(30) + Words{"--validate-every", "10"}).code == 0);
        std::istringstream lines(content(folder / "m.log.jsonl"));
        int validations = 0;
        std::string line;
        while (std::getline(lines, line)) {
            validations += Json::parse(line).contains("validation_loss") ? 1 : 0;
        }
        CHECK(validations >= 3);
    }

    TEST_CASE("the model is the average of the weights where that is better") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        // At so high a rate the weights jump about their mean, which is better than any of them.
        const auto trained = run(folder.path(), tiny_training(260) + Words{"--average", "0.9"} +
                                                    Words{"--schedule", "constant"} +
                                                    Words{"--learning-rate", "0.05", "--verbose"});
        REQUIRE_MESSAGE(trained.code == 0, trained.err);
        CHECK(trained.err.find("averaged weights  best so far") != std::string::npos);
        const auto best = Json::parse(inspected(folder.path(), "m.carousel", "best"));
        CHECK(best.at("averaged") == true);
        const auto loss = [&](const char* file) {
            const auto evaluated = run(folder.path(), {"evaluate", "text.txt", "--model", file,
                                                       "--part", "validation", "--json"});
            return Json::parse(evaluated.out).at("nats_per_character").get<double>();
        };
        CHECK(loss("m.carousel") < loss("m.resume.carousel"));
    }

    // A learning rate so small that no weight changes: every validation equals the first.
    TEST_CASE("patience ends a run that brings no new best, also after a resume") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(
            folder.path(), tiny_training(20) + Words{"--learning-rate", "1e-30", "--validate-every",
                                                     "1", "--patience", "3"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(ended.err.find("ends at step 4: 3 validations in a row") != std::string::npos);
        CHECK(content(folder / "m.log.jsonl").find("\"patience\"") != std::string::npos);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "4");
        CHECK(inspected(folder.path(), "m.carousel", "step") == "1");

        const Words resume{"train", "--resume", "--model", "m.carousel", "--validate-every", "1"};
        CHECK(run(folder.path(), resume).code == 0);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "4");
        CHECK(Json::parse(inspected(folder.path(), "m.resume.carousel", "history")).size() == 4);
        CHECK(run(folder.path(), resume + Words{"--patience", "5"}).code == 0);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "6");
        CHECK(run(folder.path(), resume + Words{"--patience", "0"}).code == 0);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "20");
    }

    TEST_CASE("patience needs a validation text, and says so") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(folder.path(), tiny_training(3) + Words{"--validation-fraction", "0",
                                                                       "--patience", "1"});
        CHECK(ended.code == 0);
        CHECK(ended.err.find("--patience has nothing to go by") != std::string::npos);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "3");
    }

    TEST_CASE("how a run was set is stored and shown") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended =
            run(folder.path(),
                tiny_training(4) + Words{"--learning-rate", "0.01", "--warmup", "0", "--schedule",
                                         "linear", "--final-learning-rate", "0.5", "--dropout-mask",
                                         "step", "--patience", "7"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        const auto training = Json::parse(inspected(folder.path(), "m.carousel", "training"));
        CHECK(training.at("final_learning_rate") == 0.5);
        CHECK(training.at("dropout_mask") == "step");
        CHECK(training.at("patience") == 7);
        CHECK(inspected(folder.path(), "m.carousel", "output_input") == "\"sum\"");
        // The last of four steps begins when three quarters are over.
        const auto history = Json::parse(inspected(folder.path(), "m.resume.carousel", "history"));
        CHECK(history.back().at("learning_rate").get<double>() ==
              doctest::Approx(0.01 * (1 - 0.5 * 0.75)));
        const auto looked = run(folder.path(), {"inspect", "m.carousel"});
        CHECK(looked.out.find("dropout mask step") != std::string::npos);
    }

    TEST_CASE("--quiet prints nothing at all when all goes well") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto ended = run(folder.path(), tiny_training(5) + Words{"--quiet"});
        CHECK(ended.code == 0);
        CHECK(ended.out.empty());
        CHECK(ended.err.empty());
    }

    TEST_CASE("time bounds the whole command") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        auto words = tiny_training(1);
        words.resize(words.size() - 2);
        const auto start = std::chrono::steady_clock::now();
        CHECK(run(folder.path(),
                  words + Words{"--time", "1s", "--learning-rate", "0.01", "--warmup", "0",
                                "--schedule", "linear", "--final-learning-rate", "0.5"})
                  .code == 0);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        CHECK(seconds.count() > 0.5);
        // A busy machine may have had time for one step only, at the peak or behind the end.
        const auto history = Json::parse(inspected(folder.path(), "m.resume.carousel", "history"));
        const double last = history.back().at("learning_rate");
        CHECK(last >= 0.00499);
        CHECK(last <= 0.01);
    }

    TEST_CASE("a model that is already there is kept as the previous one") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(5)).code == 0);
        const auto best = content(folder / "m.carousel");
        const auto newest = content(folder / "m.resume.carousel");
        const auto again = run(folder.path(), tiny_training(7));
        REQUIRE(again.code == 0);
        CHECK(again.err.find("m.previous.carousel") != std::string::npos);
        CHECK(content(folder / "m.previous.carousel") == best);
        CHECK(content(folder / "m.previous.resume.carousel") == newest);
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "7");
    }

    TEST_CASE("a file that is no model is neither replaced nor moved away") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        write(folder / "diary.txt", "Dear diary");
        for (const auto& [name, why] : {std::pair("text.txt", "this command reads or writes it"),
                                        std::pair("diary.txt", "not a model")}) {
            const auto ended =
                run(folder.path(), {"train", "text.txt", "--steps", "5", "--model", name});
            CHECK(ended.code == 2);
            CHECK_MESSAGE(ended.err.find(why) != std::string::npos, ended.err);
        }
        CHECK(content(folder / "text.txt") == little_text());
        CHECK(content(folder / "diary.txt") == "Dear diary");
        write(folder / "m.carousel", "");
        CHECK(run(folder.path(), tiny_training(5)).code == 0);
    }

    TEST_CASE("a model that could not be written is not announced, and the end is no success") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        fs::create_directory(folder / ".m.carousel.carousel-partial");
        const auto ended = run(folder.path(), tiny_training(5));
        CHECK(ended.code == 1);
        CHECK(ended.err.find("The model is") == std::string::npos);
        CHECK(ended.err.find("no model was written") != std::string::npos);
        CHECK(content(folder / "m.log.jsonl").find("no model was written") != std::string::npos);
        const auto quiet = run(folder.path(), tiny_training(5) + Words{"--quiet"});
        CHECK(quiet.code == 1);
        CHECK(quiet.err.find("no model was written") != std::string::npos);
    }

    TEST_CASE("folders give their whole names to their models") {
        const TemporaryFolder folder;
        for (const char* name : {"linux-6.1", "linux-6.2"}) {
            fs::create_directory(folder / name);
            write(folder / name / "a.txt", little_text());
            auto words = tiny_training(2);
            words.erase(words.begin() + 2, words.begin() + 4);
            words[1] = name;
            REQUIRE(run(folder.path(), words).code == 0);
        }
        CHECK(fs::exists(folder / "models/linux-6.1.resume.carousel"));
        CHECK(fs::exists(folder / "models/linux-6.2.resume.carousel"));
        CHECK_FALSE(fs::exists(folder / "models/linux-6.1.previous.carousel"));
    }

    TEST_CASE("two trainings cannot write one model") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        Program first(folder.path(), tiny_training(100000000) + Words{"--save-every", "1"});
        REQUIRE(appears(folder / "m.resume.carousel"));
        const auto second = run(folder.path(), tiny_training(5));
        CHECK(second.code == 1);
        CHECK(second.err.find("m.lock") != std::string::npos);
        CHECK_FALSE(fs::exists(folder / "m.previous.carousel"));
        first.send(SIGKILL);
        first.wait();
        CHECK(run(folder.path(), tiny_training(5)).code == 0);  // the lock ended with the program
    }

    TEST_CASE("--keep leaves so many step files") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(40) + Words{"--save-every", "10", "--keep", "2"})
                    .code == 0);
        CHECK_FALSE(fs::exists(folder / "m.step-10.carousel"));
        CHECK(fs::exists(folder / "m.step-40.carousel"));
        CHECK(inspected(folder.path(), "m.step-40.carousel", "step") == "40");
    }

    TEST_CASE("a configuration file gives options and the command line wins") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        write(folder / "tiny.conf",
              "# sizes\nhidden-size = 10\nlayers = 1\nsteps = 4\nseed = 9\nbatch-size=2\n");
        const auto ended = run(folder.path(), {"train", "text.txt", "--model", "m.carousel",
                                               "--config", "tiny.conf", "--hidden-size", "14"});
        REQUIRE_MESSAGE(ended.code == 0, ended.err);
        CHECK(inspected(folder.path(), "m.carousel", "hidden_size") == "14");
        CHECK(inspected(folder.path(), "m.carousel", "layers") == "1");
        CHECK(inspected(folder.path(), "m.resume.carousel", "step") == "4");

        write(folder / "bad.conf", "layers = 1\nhiden-size = 3\n");
        const auto refused = run(folder.path(), {"train", "text.txt", "--config", "bad.conf"});
        CHECK(refused.code == 2);
        CHECK(refused.err.find("bad.conf") != std::string::npos);
        CHECK(refused.err.find("hiden-size") != std::string::npos);
    }

    TEST_CASE("a text from standard input is learned") {
        const TemporaryFolder folder;
        auto words = tiny_training(5);
        words[1] = "-";
        REQUIRE(run(folder.path(), words, {.input = little_text()}).code == 0);
        const auto evaluated =
            run(folder.path(), {"evaluate", "-", "--model", "m.carousel", "--part", "train"},
                {.input = little_text()});
        CHECK_MESSAGE(evaluated.code == 0, evaluated.err);
    }

    TEST_CASE("a folder of files is learned as documents") {
        const TemporaryFolder folder;
        fs::create_directories(folder / "text.txt" / std::string("inner"));
        for (int i = 0; i < 6; ++i) {
            write(folder.path() / "text.txt" / "inner" / (std::to_string(i) + ".txt"),
                  little_text().substr(0, 800));
        }
        write(folder.path() / "text.txt" / "picture.bin", std::string("\x89PNG\0\0\0", 7));
        const auto ended = run(folder.path(), tiny_training(5));
        CHECK(ended.code == 0);
        CHECK(ended.err.find("6 files: 6 .txt.") != std::string::npos);
        CHECK(ended.err.find("Skipped: 1 binary") != std::string::npos);
        CHECK(Json::parse(inspected(folder.path(), "m.carousel", "corpus")).at("characters") ==
              4800);
    }

    TEST_CASE("files of a folder are chosen by patterns, which a resumed run remembers") {
        const TemporaryFolder folder;
        const auto texts = folder / "text.txt";
        fs::create_directories(texts);
        write(texts / "a.txt", little_text());
        write(texts / "b.md", "# Not this\n");
        REQUIRE(run(folder.path(), tiny_training(3) + Words{"--include", "*.txt"}).code == 0);
        write(texts / "c.md", "# Nor this\n");
        const Words resume{"train", "--resume", "--model", "m.carousel", "--steps", "5"};
        const auto resumed = run(folder.path(), resume);
        CHECK_MESSAGE(resumed.code == 0, resumed.err);
        CHECK(resumed.err.find("1 file: 1 .txt.") != std::string::npos);
        write(texts / "d.txt", little_text().substr(0, 50));
        CHECK(run(folder.path(), resume).code == 2);
        CHECK(run(folder.path(), {"train", "--include", "*.txt", "--steps", "1"}).code == 2);
    }

    TEST_CASE("a run leaves nothing in a folder that a later one would learn") {
        const TemporaryFolder folder;
        const auto texts = folder / "texts";
        fs::create_directories(texts);
        write(texts / "a.txt", little_text());
        const Words words{"train",         "texts", "--model", "texts/m.carousel",
                          "--hidden-size", "12",    "--keep",  "2"};
        REQUIRE(
            run(folder.path(), words + Words{"--steps", "3", "--report", "texts/p.html"}).code ==
            0);
        const auto again = run(folder.path(), words + Words{"--resume", "--steps", "5"});
        CHECK_MESSAGE(again.code == 0, again.err);
        CHECK(again.err.find("written by Carousel") != std::string::npos);
    }

    TEST_CASE("a validation text with a new character does not stop a training") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        write(folder / "v.txt", little_text().substr(0, 300) + "\u00e9\u00df");
        const auto ended = run(folder.path(), tiny_training(3) + Words{"--validation", "v.txt"});
        CHECK_MESSAGE(ended.code == 0, ended.err);
        CHECK(ended.err.find("2 characters that the corpus lacks") != std::string::npos);
        const auto resumed =
            run(folder.path(), {"train", "--resume", "--model", "m.carousel", "--steps", "5"});
        CHECK_MESSAGE(resumed.code == 0, resumed.err);
    }

    TEST_CASE("rare characters of many scripts are spelled and come out as valid UTF-8") {
        const TemporaryFolder folder;
        write(folder / "text.txt", content(source_root() / "corpora/polyglot.txt"));
        REQUIRE(run(folder.path(), tiny_training(20) + Words{"--min-count", "20"}).code == 0);
        const auto ended = run(folder.path(), {"generate", "--model", "m.carousel", "--length",
                                               "2000", "--temperature", "3", "--seed", "4"});
        CHECK(ended.code == 0);
        CHECK(valid_utf8_prefix(ended.out) == ended.out.size());
    }

    TEST_CASE("another model's weights are the start for a text with new characters") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        REQUIRE(run(folder.path(), tiny_training(20)).code == 0);
        const int symbols = std::stoi(inspected(folder.path(), "m.carousel", "vocabulary_size"));
        write(folder / "more.txt", little_text() + "\u00c4\u00d6\u65e5\n");
        const auto tuned = run(folder.path(), {"train", "more.txt", "--from", "m.carousel",
                                               "--model", "tuned.carousel", "--steps", "5"});
        REQUIRE_MESSAGE(tuned.code == 0, tuned.err);
        CHECK(std::stoi(inspected(folder.path(), "tuned.carousel", "vocabulary_size")) ==
              symbols + 3);
        const auto origin =
            Json::parse(inspected(folder.path(), "tuned.carousel", "fine_tuned_from"));
        CHECK(origin.at("name") == "m.carousel");
        CHECK(origin.at("weights_sha256").dump() ==
              inspected(folder.path(), "m.carousel", "weights_sha256"));
    }

    TEST_CASE("the closing hint can be pasted: file, program and prompt are those of the run") {
        const TemporaryFolder folder;
        write(folder / "my novel.txt", little_text());
        auto words = tiny_training(5);
        words[1] = "my novel.txt";
        words[3] = "it's mine.carousel";
        const auto trained = run(folder.path(), words);
        REQUIRE_MESSAGE(trained.code == 0, trained.err);
        const auto end = trained.err.find_last_not_of('\n');
        const auto begin = trained.err.rfind('\n', end) + 1;
        const auto hint = trained.err.substr(begin, end + 1 - begin);
        write(folder / "hint.sh", "cd '" + folder.path().string() + "' && " + hint +
                                      " --length 20 --quiet > written.txt\n");
        CHECK_MESSAGE(std::system(("sh '" + (folder / "hint.sh").string() + "'").c_str()) == 0,
                      hint);
        CHECK(content(folder / "written.txt").starts_with("The wheel goes"));
    }

    TEST_CASE("--json tells a training as JSON Lines on standard output, and nothing else") {
        const TemporaryFolder folder;
        write(folder / "text.txt", little_text());
        const auto trained = run(folder.path(), tiny_training(12) + Words{"--json", "--quiet"});
        REQUIRE_MESSAGE(trained.code == 0, trained.err);
        CHECK(trained.err.empty());
        std::istringstream lines(trained.out);
        std::vector<Json> told;
        for (std::string line; std::getline(lines, line);) told.push_back(Json::parse(line));
        REQUIRE(told.size() > 3);
        CHECK(told.front().at("event") == "start");
        CHECK(told.front().at("command").get<std::string>().ends_with(" --json --quiet"));
        CHECK(told.back().at("event") == "end");
        CHECK(told.back().at("saved") == true);
        CHECK(told.back().at("sample").is_string());
        CHECK(
            run(folder.path(), tiny_training(3) + Words{"--json"}, {.closed_output = true}).code ==
            0);
        const auto full =
            run(folder.path(), tiny_training(3) + Words{"--json"}, {.full_output = true});
        CHECK(full.code == 1);
        CHECK(full.err.find("standard output") != std::string::npos);
        CHECK(inspected(folder.path(), "m.carousel", "step") == "3");
    }
}
