#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A folder with a trained tiny model and a text that it does not know, made once.
const fs::path& trained_to_adapt() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        std::string wheels;
        for (int i = 0; i < 200; ++i) wheels += "wheel wheel ";
        write(folder / "wheels.txt", wheels);
        return run(folder.path(), {"train", "text.txt", "--model", "m.carousel", "--hidden-size",
                                   "24", "--layers", "1", "--batch-size", "8", "--window", "32",
                                   "--threads", "1", "--steps", "80", "--learning-rate", "0.02"})
                   .code == 0;
    }();
    REQUIRE(made);
    return folder.path();
}

const Words k_generate_after{"generate", "--model",       "m.carousel", "--length",
                             "60",       "--temperature", "0",          "--no-echo"};

Ended generated_after(const Words& more) {
    return run(trained_to_adapt(), k_generate_after + more);
}

Ended evaluated(const Words& more) {
    return run(trained_to_adapt(), Words{"evaluate", "wheels.txt", "--model", "m.carousel"} + more);
}

Json evaluated_json(const Words& more) {
    const auto ended = evaluated(more + Words{"--json"});
    REQUIRE_MESSAGE(ended.code == 0, ended.err);
    return Json::parse(ended.out);
}

}  // namespace

TEST_SUITE("end_to_end/adapt") {
    TEST_CASE("a model writes what it has just learned, and its file stays as it was") {
        const auto before = content(trained_to_adapt() / "m.carousel");
        const Words prompt{"--prompt", "wheel "};
        const auto plain = generated_after(prompt);
        const auto adapted = generated_after(
            prompt + Words{"--adapt", "wheels.txt", "--adapt-learning-rate", "0.01"});
        REQUIRE_MESSAGE(adapted.code == 0, adapted.err);
        CHECK(plain.out.find("wheel wheel wheel") == std::string::npos);
        CHECK(adapted.out.find("wheel wheel wheel") != std::string::npos);
        CHECK(adapted.err.find("wheels.txt: 2,400 symbols") != std::string::npos);
        CHECK(content(trained_to_adapt() / "m.carousel") == before);
        CHECK(generated_after(prompt).out == plain.out);
    }

    TEST_CASE("the text is the same each time, on every number of threads, and from a pipe") {
        const auto text = generated_after({"--adapt", "wheels.txt", "--threads", "1"}).out;
        CHECK(generated_after({"--adapt", "wheels.txt", "--threads", "3"}).out == text);
        CHECK(run(trained_to_adapt(), k_generate_after + Words{"--adapt", "-"},
                  {.input = content(trained_to_adapt() / "wheels.txt")})
                  .out == text);
    }

    TEST_CASE("with a learning rate of 0 the model writes as if it had read nothing") {
        CHECK(generated_after({"--adapt", "wheels.txt", "--adapt-learning-rate", "0"}).out ==
              generated_after({}).out);
        CHECK(generated_after({"--adapt", "wheels.txt", "--adapt-segment", "100"}).out !=
              generated_after({}).out);
    }

    TEST_CASE("JSON tells what was learned") {
        const auto ended =
            generated_after({"--adapt", "wheels.txt", "--adapt-learning-rate", "0.002",
                             "--adapt-decay", "0.5", "--adapt-segment", "7", "--json"});
        const auto adapted = Json::parse(ended.out).at("adapted_to");
        CHECK(adapted.at("file") == "wheels.txt");
        CHECK(adapted.at("symbols") == 2400);
        CHECK(adapted.at("nats_per_symbol") > 0);
        CHECK(adapted.at("learning_rate") == 0.002);
        CHECK(adapted.at("decay") == 0.5);
        CHECK(adapted.at("segment") == 7);
        CHECK(Json::parse(generated_after({"--json"}).out).at("adapted_to").is_null());
    }

    TEST_CASE("characters that the model never saw are an error, left out, or replaced") {
        write(trained_to_adapt() / "strange.txt", "whe\u00e9l ");
        const auto refused = generated_after({"--adapt", "strange.txt"});
        CHECK(refused.code == 2);
        CHECK(refused.err.find("strange.txt") != std::string::npos);
        CHECK(refused.err.find("U+00E9") != std::string::npos);
        CHECK(generated_after({"--adapt", "strange.txt", "--unknown", "skip"}).code == 0);
        CHECK(generated_after({"--adapt", "strange.txt", "--unknown", "nearest"}).code == 0);
    }

    TEST_CASE("options that make no sense together, and texts that cannot be learned, are errors") {
        CHECK(generated_after({"--adapt-segment", "7"}).code == 2);
        CHECK(generated_after({"--adapt", "-", "--prompt-file", "-"}).code == 2);
        CHECK(generated_after({"--adapt", "missing.txt"}).code == 1);
        write(trained_to_adapt() / "empty.txt", "");
        CHECK(generated_after({"--adapt", "empty.txt"}).code == 1);
        const auto diverged =
            generated_after({"--adapt", "wheels.txt", "--adapt-learning-rate", "10"});
        CHECK(diverged.err.find("internal") == std::string::npos);
    }

    TEST_CASE("an evaluation that learns says so, everywhere, and puts that measure first") {
        const auto before = content(trained_to_adapt() / "m.carousel");
        const auto json = evaluated_json({"--adapt"});
        CHECK(json.at("adaptive") == true);
        CHECK(json.at("precision") == "float32");
        CHECK(json.at("adaptation").at("segment") == 20);
        const auto& rows = json.at("measurements");
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].at("adaptive") == true);
        CHECK(rows[0].at("nats_per_character") == json.at("nats_per_character"));
        CHECK(rows[0].at("characters") == 2400);
        CHECK(rows[0].at("nats_per_character") < rows[1].at("nats_per_character"));
        CHECK(content(trained_to_adapt() / "m.carousel") == before);

        const auto fixed = evaluated_json({});
        CHECK(fixed.at("adaptive") == false);
        CHECK(fixed.at("adaptation").is_null());
        CHECK(fixed.at("measurements")[0] == rows[1]);
        CHECK(fixed.at("measurements")[1] == rows[2]);

        const auto table = evaluated({"--adapt"}).out;
        CHECK(table.find("stream, adaptive ") != std::string::npos);
        CHECK(table.find("Adaptive: ") != std::string::npos);
        CHECK(evaluated({}).out.find("daptive") == std::string::npos);
    }

    TEST_CASE("with a learning rate of 0 an evaluation has exactly the figures of the stream") {
        auto rows = evaluated_json({"--adapt", "--adapt-learning-rate", "0"}).at("measurements");
        rows[0]["adaptive"] = false;
        CHECK(rows[0] == rows[1]);
    }

    TEST_CASE("an evaluation that learns has the same figures on every number of threads") {
        const Words words{"--adapt", "--protocol", "stream", "--adapt-segment", "7"};
        const auto one = evaluated_json(words + Words{"--threads", "1"});
        CHECK(evaluated_json(words + Words{"--threads", "3"}) == one);
        CHECK(one.at("measurements").size() == 2);
    }

    TEST_CASE("the lists of characters tell what surprised the model that learned") {
        const auto list = evaluated({"--adapt", "--per-character", "-", "--quiet"}).out;
        const auto fixed = evaluated({"--per-character", "-", "--quiet"}).out;
        CHECK(std::count(list.begin(), list.end(), '\n') == 2401);
        // The first segment is predicted by the model as it is.
        std::size_t end = 0;
        for (int line = 0; line < 21; ++line) end = list.find('\n', end) + 1;
        CHECK(list.substr(0, end) == fixed.substr(0, end));
        CHECK(list != fixed);
    }

    TEST_CASE("a text is decoded as the model's corpus was, or as it is said to be") {
        const TemporaryFolder folder;
        std::string cyrillic, utf8;  // the letters from а on, in windows-1251 and in UTF-8
        for (int i = 0; i < 3000; ++i) {
            const int letter = i * i % 13;
            cyrillic += static_cast<char>(0xE0 + letter);
            utf8 += {'\xD0', static_cast<char>(0xB0 + letter)};
        }
        write(folder / "text.txt", cyrillic);
        write(folder / "utf8.txt", utf8);
        REQUIRE(run(folder.path(), tiny_training(30) + Words{"--encoding", "windows-1251"}).code ==
                0);
        const Words words = k_generate_after + Words{"--adapt"};
        const auto own = run(folder.path(), words + Words{"text.txt"});
        REQUIRE_MESSAGE(own.code == 0, own.err);
        const Words as_utf8{"utf8.txt", "--encoding", "UTF-8"};
        CHECK(run(folder.path(), words + as_utf8).out == own.out);
        write(folder / "prompt.txt", cyrillic.substr(0, 5) + "\r\n");  // which the model lacks
        const auto prompted = run(folder.path(), {"generate", "--model", "m.carousel",
                                                  "--prompt-file", "prompt.txt", "--length", "1"});
        CHECK(prompted.out.starts_with(utf8.substr(0, 10)));
    }

    TEST_CASE("learning that made it worse is called so, and the model is told of as it was") {
        const Words too_fast{"--adapt", "--adapt-learning-rate", "10"};
        CHECK(evaluated(too_fast).out.find("Learning made it worse") != std::string::npos);
        CHECK(evaluated({"--adapt", "--adapt-learning-rate", "0"}).out.find("worse") ==
              std::string::npos);
        const auto json = evaluated_json(too_fast);
        CHECK(json.at("adaptive") == false);
        CHECK(json.at("adaptation").at("fell_back") == true);
        CHECK(json.at("measurements")[0] == evaluated_json({}).at("measurements")[0]);
        CHECK(json.at("measurements")[1].at("adaptive") == true);
        const Words lists{"--per-character", "-", "--quiet"};
        CHECK(evaluated(too_fast + lists).out == evaluated(lists).out);

        const auto written =
            generated_after({"--adapt", "wheels.txt", "--adapt-learning-rate", "10"});
        CHECK(written.err.find("made it worse") != std::string::npos);
        CHECK(written.out == generated_after({}).out);
        const Words as_json{"--adapt", "wheels.txt", "--adapt-learning-rate", "10", "--json"};
        CHECK(Json::parse(generated_after(as_json).out).at("adapted_to").at("fell_back") == true);
    }

    TEST_CASE("an evaluation that cannot learn is refused") {
        CHECK(evaluated({"--adapt", "--protocol", "windows"}).code == 2);
        CHECK(evaluated({"--adapt", "--precision", "int8"}).code == 2);
        CHECK(evaluated({"--adapt-decay", "0.1"}).code == 2);
        REQUIRE(run(trained_to_adapt(), {"export", "m.carousel", "--precision", "int8"}).code == 0);
        const auto small = run(trained_to_adapt(), {"evaluate", "wheels.txt", "--model",
                                                    "m.int8.carousel", "--adapt", "--json"});
        CHECK(Json::parse(small.out).at("precision") == "float32");
    }
}
