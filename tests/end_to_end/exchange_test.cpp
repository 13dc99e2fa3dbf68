#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "end_to_end/program.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;
namespace fs = std::filesystem;

namespace {

/// A folder with two models of one text, which began with different weights.
const fs::path& two_models() {
    static const TemporaryFolder folder;
    static const bool made = [] {
        write(folder / "text.txt", little_text());
        return run(folder.path(), tiny_training(40) + Words{"--cell", "gru"}).code == 0 &&
               run(folder.path(), tiny_training(40) + Words{"--cell", "gru", "--seed", "2",
                                                            "--model", "n.carousel"})
                       .code == 0;
    }();
    REQUIRE(made);
    return folder.path();
}

Ended in_folder(const Words& words) {
    return run(two_models(), words);
}

std::string text_of(const Words& models) {
    const auto ended =
        in_folder(Words{"generate", "--length", "80", "--seed", "5", "--prompt", "The "} + models);
    CHECK_MESSAGE(ended.code == 0, ended.err);
    return ended.out;
}

bool says(const Ended& ended, std::string_view part) {
    CAPTURE(ended.err);
    return ended.err.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("end_to_end/exchange") {
    TEST_CASE(
        "a model that goes out and comes back has the same weights and writes the same text") {
        const auto out = in_folder({"export", "m.carousel", "--format", "safetensors"});
        REQUIRE_MESSAGE(out.code == 0, out.err);
        const auto in = in_folder({"import", "m.safetensors", "--output", "back.carousel"});
        REQUIRE_MESSAGE(in.code == 0, in.err);
        CHECK(inspected(two_models(), "back.carousel", "weights_sha256") ==
              inspected(two_models(), "m.carousel", "weights_sha256"));
        CHECK(text_of({"--model", "back.carousel"}) == text_of({"--model", "m.carousel"}));
        const auto measured = in_folder({"evaluate", "text.txt", "--model", "back.carousel",
                                         "--part", "validation", "--quiet"});
        CHECK_MESSAGE(measured.code == 0, measured.err);
        CHECK(says(in_folder({"train", "--resume", "--model", "back.carousel"}),
                   "nothing to resume"));
        CHECK(
            says(in_folder({"export", "m.carousel", "--format", "safetensors"}), "exists already"));
    }

    TEST_CASE("what contradicts itself is refused before anything is read") {
        for (const Words& words : {Words{"--format", "safetensors", "--precision", "int8"},
                                   {"--format", "safetensors", "--output", "x.carousel"},
                                   {"--output", "x.safetensors"},
                                   {"--format", "gguf"}}) {
            const auto ended = in_folder(Words{"export", "m.carousel"} + words);
            CHECK(ended.code == 2);
        }
        CHECK(in_folder({"import"}).code == 2);
        CHECK(in_folder({"average", "m.carousel"}).code == 2);
        CHECK(says(in_folder({"import", "text.txt", "--output", "x.carousel"}),
                   "cannot be imported"));
        CHECK_FALSE(fs::exists(two_models() / "x.carousel"));
    }

    TEST_CASE("a mix of one model with itself writes as that model, one of two as neither") {
        const auto m = text_of({"--model", "m.carousel"}), n = text_of({"--model", "n.carousel"});
        CHECK(text_of({"--mix", "m.carousel"}) == m);
        CHECK(text_of({"--mix", "m=1,m.carousel=3"}) == m);
        const auto mixed = text_of({"--mix", "m=0.5,n=0.5"});
        CHECK(mixed != m);
        CHECK(mixed != n);
        CHECK(text_of({"--mix", "m=2,n=2", "--threads", "2"}) == mixed);
        CHECK(text_of({"--mix", "m=1,n=0.000001"}) == m);
        const auto json =
            nlohmann::json::parse(text_of({"--mix", "m=0.5,n=0.5", "--json", "--no-echo"}));
        CHECK(json.at("mix").size() == 2);
        CHECK(json.at("mix")[1].at("share") == 0.5);
        CHECK("The " + json.at("samples")[0].at("text").get<std::string>() == mixed);
    }

    TEST_CASE("a mix is less surprised than its models are on average, and says who predicts") {
        const auto nats = [](const Words& models, const char* protocol) {
            const auto told = in_folder(Words{"evaluate", "text.txt", "--part", "validation",
                                              "--json", "--protocol", protocol} +
                                        models);
            REQUIRE_MESSAGE(told.code == 0, told.err);
            const auto json = nlohmann::json::parse(told.out);
            CHECK(json.at("mix").is_null() == (models.front() == "--model"));
            return json.at("nats_per_character").get<double>();
        };
        for (const char* protocol : {"stream", "windows"}) {
            const double m = nats({"--model", "m"}, protocol), n = nats({"--model", "n"}, protocol);
            const double mixed = nats({"--mix", "m=1,n=3"}, protocol);
            CHECK(mixed < 0.25 * m + 0.75 * n);
            CHECK(mixed == nats({"--mix", "m=2,n=6", "--threads", "2"}, protocol));
            CHECK(nats({"--mix", "m,m"}, protocol) == doctest::Approx(m).epsilon(1e-6));
        }
        CHECK(in_folder({"evaluate", "text.txt", "--mix", "m,n", "--adapt"}).code == 2);
        CHECK(in_folder({"evaluate", "text.txt", "--mix", "m,n", "--html", "x.html"}).code == 2);
    }

    TEST_CASE("a mix of different alphabets, or with what it excludes, is refused") {
        write(two_models() / "other.txt", little_text() + "\u00e9");
        REQUIRE(in_folder({"train", "other.txt", "--model", "o.carousel", "--steps", "1",
                           "--hidden-size", "12", "--layers", "1", "--quiet"})
                    .code == 0);
        const auto other = in_folder({"generate", "--mix", "m=1,o=1"});
        CHECK(other.code == 2);
        CHECK(says(other, "different alphabets"));
        CHECK(in_folder({"average", "m", "o"}).code == 2);
        CHECK(in_folder({"generate", "--mix", "m=1", "--model", "m"}).code == 2);
        CHECK(in_folder({"generate", "--mix", "m=1", "--adapt", "text.txt"}).code == 2);
        CHECK(in_folder({"generate", "--mix", "m=0"}).code == 2);
    }

    TEST_CASE(
        "the mean of strangers is written with a warning, that of one model twice is the model") {
        const auto strangers = in_folder({"average", "m.carousel", "n.carousel"});
        CHECK_MESSAGE(strangers.code == 0, strangers.err);
        CHECK(says(strangers, "knows next to nothing"));
        CHECK(fs::exists(two_models() / "m.average.carousel"));
        CHECK(in_folder({"average", "m", "m", "--output", "same.carousel", "--quiet"}).err.empty());
        CHECK(text_of({"--model", "same.carousel"}) == text_of({"--model", "m.carousel"}));
    }
}
