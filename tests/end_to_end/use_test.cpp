#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A folder with a trained tiny model, made once.
const fs::path& trained() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        return run(folder.path(), tiny_training(80) + Words{"--learning-rate", "0.02"}).code == 0;
    }();
    REQUIRE(made);
    return folder.path();
}

const Words k_generate{"generate", "--model", "m.carousel", "--length", "60", "--top-k", "12"};

Ended generated(const Words& more) {
    return run(trained(), k_generate + more);
}

}  // namespace

TEST_SUITE("end_to_end/generate") {
    TEST_CASE("the same seed gives the same text on every number of threads") {
        const auto text = generated({"--seed", "3"}).out;
        CHECK_FALSE(text.empty());
        CHECK(generated({"--seed", "3", "--threads", "1"}).out == text);
        CHECK(generated({"--seed", "3", "--threads", "3"}).out == text);
        CHECK(generated({"--seed", "4"}).out != text);
    }

    TEST_CASE("a seed of its own is named and gives the text again") {
        const auto ended = generated({});
        const auto at = ended.err.find("Seed: ");
        REQUIRE(at != std::string::npos);
        const auto seed = ended.err.substr(at + 6, ended.err.find('\n', at) - at - 6);
        CHECK(generated({"--seed", seed}).out == ended.out);
    }

    TEST_CASE("samples are printed in order and the first equals a single run") {
        const auto one = generated({"--seed", "3", "--prompt", "The "}).out;
        const auto three = generated({"--seed", "3", "--prompt", "The ", "--count", "3"}).out;
        CHECK(three.starts_with(one));
        const auto second = three.find("--- sample 2 of 3 ---\nThe ");
        const auto third = three.find("--- sample 3 of 3 ---\nThe ");
        CHECK(second != std::string::npos);
        CHECK(third != std::string::npos);
        CHECK(second < third);

        const auto json = Json::parse(
            generated({"--seed", "3", "--count", "3", "--prompt", "The ", "--json"}).out);
        CHECK(json.at("samples").size() == 3);
        CHECK("The " + json.at("samples")[0].at("text").get<std::string>() == one);
        CHECK(json.at("seed") == 3);
        CHECK(json.at("prompt") == "The ");
    }

    TEST_CASE("the prompt comes first, its escapes replaced, unless --no-echo") {
        const auto with = generated({"--seed", "3", "--prompt", "wheel\\nhorse"}).out;
        CHECK(with.starts_with("wheel\nhorse"));
        const auto without =
            generated({"--seed", "3", "--prompt", "wheel\\nhorse", "--no-echo"}).out;
        CHECK("wheel\nhorse" + without == with);
        write(trained() / "prompt.txt", "wheel\nhorse");
        CHECK(generated({"--seed", "3", "--prompt-file", "prompt.txt"}).out == with);
        CHECK(run(trained(), k_generate + Words{"--seed", "3", "--prompt-file", "-"},
                  {.input = "wheel\nhorse"})
                  .out == with);
    }

    TEST_CASE("words that are no options are the prompt") {
        CHECK(generated({"The", "wheel", "--seed", "3"}).out ==
              generated({"--prompt", "The wheel", "--seed", "3"}).out);
    }

#if defined(__x86_64__)
    TEST_CASE("a machine that computes slowly for lack of fast kernels is told at the start") {
        const auto slow = run(trained(), k_generate + Words{"--seed", "3"},
                              {.environment = {{"CAROUSEL_ISA", "scalar"}}});
        CHECK(slow.err.find("portable kernels") != std::string::npos);
        CHECK(slow.out == generated({"--seed", "3"}).out);
        CHECK(run(trained(), tiny_training(1) + Words{"--model", "slow.carousel"},
                  {.environment = {{"CAROUSEL_ISA", "scalar"}}})
                  .err.find("portable kernels") != std::string::npos);
    }
#endif

    TEST_CASE("a stop text ends the text and is not printed") {
        const auto whole = generated({"--seed", "3"}).out;
        REQUIRE(whole.size() > 20);
        const auto stop = whole.substr(10, 3);
        CHECK(generated({"--seed", "3", "--stop", stop}).out == whole.substr(0, whole.find(stop)));
    }

    TEST_CASE("a stop text that is not UTF-8 is refused") {
        for (const char* stop : {"\x80", "wheel\xE2\x82"}) {
            const auto ended = generated({"--stop", stop});
            CHECK(ended.code == 2);
            CHECK(ended.err.find("--stop is not valid UTF-8 at byte offset") != std::string::npos);
        }
    }

    TEST_CASE("a model of one document writes as long as it shall and ends none") {
        const auto text = run(trained(), {"generate", "--model", "m.carousel", "--length", "5000",
                                          "--temperature", "3", "--seed", "1", "--no-echo"});
        CHECK(text.out.size() == 5000);
        CHECK(text.err.find("ended") == std::string::npos);
        const auto documents = generated({"--documents", "2"});
        CHECK(documents.err.find("single document") != std::string::npos);
        const auto endless = run(trained(), {"generate", "--model", "m.carousel", "--length", "0",
                                             "--documents", "2", "--json"});
        CHECK(endless.code == 2);
        CHECK(endless.err.find("single document") != std::string::npos);
    }

    TEST_CASE("an end before the length is said, no text is empty, and --documents writes on") {
        const TemporaryFolder folder;
        for (int i = 0; i < 40; ++i)
            write(folder.path() / (std::to_string(i) + ".txt"), "ab" + std::to_string(i % 3));
        const auto training =
            run(folder.path(), {"train", ".", "--model", "m.carousel", "--hidden-size", "12",
                                "--layers", "1", "--batch-size", "4", "--window", "8", "--steps",
                                "60", "--learning-rate", "0.02", "--quiet"});
        REQUIRE_MESSAGE(training.code == 0, training.err);
        const Words generate{"generate", "--model", "m.carousel", "--seed", "1", "--length", "60"};
        const auto one = run(folder.path(), generate);
        CHECK(one.out.size() < 60);
        CHECK(one.err.find("before --length 60") != std::string::npos);
        CHECK(one.err.find("--documents 0") != std::string::npos);

        const auto many = run(folder.path(), generate + Words{"--count", "500", "--json"});
        CHECK(many.err.find("of 500 samples ended before --length 60") != std::string::npos);
        const auto drawn = Json::parse(many.out);
        for (const auto& sample : drawn.at("samples")) {
            CHECK_FALSE(sample.at("text").get<std::string>().empty());
            CHECK(sample.at("characters") == sample.at("text").get<std::string>().size());
        }

        const auto on = run(folder.path(), generate + Words{"--documents", "0"});
        CHECK(on.out.find("\n--- document 2 ---\n") != std::string::npos);
        CHECK(on.err.find("ended") == std::string::npos);
        const auto json =
            Json::parse(run(folder.path(), generate + Words{"--documents", "0", "--json"}).out);
        const auto& sample = json.at("samples")[0];
        CHECK(sample.at("end") == "length");
        CHECK(sample.at("characters") == 60);
        CHECK(sample.at("documents").size() > 1);
        std::string text;
        for (const auto& document : sample.at("documents")) {
            CHECK_FALSE(document.get<std::string>().empty());
            text += document.get<std::string>();
        }
        CHECK(sample.at("text") == text);
        const auto three = Json::parse(
            run(folder.path(), {"generate", "--model", "m.carousel", "--seed", "1", "--length", "0",
                                "--documents", "3", "--count", "2", "--json"})
                .out);
        for (const auto& each : three.at("samples")) {
            CHECK(each.at("documents").size() == 3);
            CHECK(each.at("end") == "document");
        }
    }

    TEST_CASE("temperature 0 needs no seed to be repeatable") {
        CHECK(generated({"--temperature", "0"}).out == generated({"--temperature", "0"}).out);
    }

    TEST_CASE("characters that the model never saw are an error, left out, or replaced") {
        const auto refused = generated({"--prompt", "wh\u00e9el"});
        CHECK(refused.code == 2);
        CHECK(refused.err.find("U+00E9") != std::string::npos);
        CHECK(refused.err.find("position 2") != std::string::npos);
        const auto skipped =
            generated({"--prompt", "wh\u00e9el", "--unknown", "skip", "--seed", "1", "--no-echo"});
        CHECK(skipped.out == generated({"--prompt", "whel", "--seed", "1", "--no-echo"}).out);
        const auto nearest = generated(
            {"--prompt", "wh\u00e9el", "--unknown", "nearest", "--seed", "1", "--no-echo"});
        CHECK(nearest.out == generated({"--prompt", "wheel", "--seed", "1", "--no-echo"}).out);
    }

    TEST_CASE("a reader that goes away ends the program quietly") {
        const auto ended =
            run(trained(), {"generate", "--model", "m.carousel", "--length", "100000", "--quiet"},
                {.closed_output = true});
        CHECK(ended.code == 0);
        CHECK(ended.signal == 0);
        CHECK(ended.err.empty());
    }

    TEST_CASE("a full disk is an error") {
        const auto ended = run(trained(), k_generate, {.full_output = true});
        CHECK(ended.code == 1);
        CHECK(ended.err.find("standard output") != std::string::npos);
    }

    TEST_CASE("Ctrl-C ends it at once") {
        Program program(trained(), {"generate", "--model", "m.carousel", "--length", "0",
                                    "--temperature", "0", "--stop", "never to be written"});
        std::size_t waited = 0;
        while (program.running() && ++waited < 50) ::usleep(10000);
        program.send(SIGINT);
        CHECK(program.wait().code == 130);
    }

    TEST_CASE("with no model named the newest under models/ is taken and named") {
        const TemporaryFolder folder;
        const auto none = run(folder.path(), {"generate"});
        CHECK(none.code == 2);
        CHECK(none.err.find("train") != std::string::npos);

        fs::create_directory(folder / "models");
        const auto copy = [&](const char* from, const char* to) {
            write(folder.path() / "models" / to, content(trained() / from));
        };
        copy("m.carousel", "old.carousel");
        copy("m.carousel", "new.carousel");
        copy("m.resume.carousel", "new.resume.carousel");
        const auto now = fs::file_time_type::clock::now();
        fs::last_write_time(folder.path() / "models" / "old.carousel", now - std::chrono::hours(2));
        fs::last_write_time(folder.path() / "models" / "new.carousel", now - std::chrono::hours(1));
        const auto ended = run(folder.path(), {"generate", "--length", "3"});
        CHECK(ended.code == 0);
        CHECK(ended.err.find("models/new.carousel") != std::string::npos);
        REQUIRE(run(folder.path(), {"export", "models/old", "--precision", "int8"}).code == 0);
        REQUIRE(fs::exists(folder.path() / "models/old.int8.carousel"));
        const auto again = run(folder.path(), {"generate", "--length", "3"});
        CHECK(again.err.find("models/new.carousel") != std::string::npos);
    }

    TEST_CASE("the newest model becomes a page, which takes the place of nobody's file") {
        const TemporaryFolder folder;
        fs::create_directory(folder / "models");
        write(folder.path() / "models/verse.carousel", content(trained() / "m.carousel"));
        const auto ended = run(folder.path(), {"export", "--html", "poems.html"});
        CHECK(ended.code == 0);
        CHECK(ended.err.find("models/verse.carousel") != std::string::npos);
        const auto page = content(folder / "poems.html");
        CHECK(page.starts_with("<!DOCTYPE html>"));
        CHECK(page.find("<title>poems</title>") != std::string::npos);
        CHECK(page.find(folder.path().string()) == std::string::npos);
        CHECK(run(folder.path(), {"export", "models/verse", "--html", "poems.html"}).code == 0);
        write(folder / "letter.html", "Dear");
        CHECK(run(folder.path(), {"export", "--html", "letter.html"}).code == 2);
        CHECK(content(folder / "letter.html") == "Dear");
    }
}

TEST_SUITE("end_to_end/inspect_activations") {
    TEST_CASE("what units do on a text is told as a table, as JSON and as a page") {
        const Words look{"inspect", "m.carousel", "--activations", "text.txt"};
        const auto table = run(trained(), look);
        CHECK(table.code == 0);
        CHECK(table.out.find("bits per character") != std::string::npos);
        CHECK(table.out.find("layer 1") != std::string::npos);
        const auto json =
            run(trained(), look + Words{"--json", "--threads", "2", "--html", "u.html"});
        CHECK(json.code == 0);
        CHECK(Json::parse(json.out)["characters"] > 50);
        CHECK(json.err.find("u.html") != std::string::npos);
        CHECK(fs::file_size(trained() / "u.html") > 10'000);
        CHECK(run(trained(), look + Words{"--json"}).out == json.out);
    }

    TEST_CASE("a page replaces nothing that is no page, and its options want a text") {
        CHECK(run(trained(), {"inspect", "m.carousel", "--html", "u.html"}).code == 2);
        const auto over = run(trained(), {"inspect", "m.carousel", "--activations", "text.txt",
                                          "--html", "text.txt"});
        CHECK(over.code == 2);
        CHECK(fs::file_size(trained() / "text.txt") > 50);
        CHECK(run(trained(), {"inspect", "m.carousel", "--activations", "absent.txt"}).code == 1);
    }
}
