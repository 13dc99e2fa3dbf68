#include "app/learned_repertoire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "app/adapted_model.hpp"
#include "app/loaded_model.hpp"
#include "app/training.hpp"
#include "base/stopwatch.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"
#include "text/vocabulary.hpp"

using namespace carousel;

namespace {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

/// Texts, and models that have made two steps on them.
class Trainings {
public:
    std::string put(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name, std::ios::binary) << text;
        return folder / name;
    }

    TrainingRequest request(const std::vector<std::string>& texts) const {
        TrainingRequest request;
        request.model = folder / "m.carousel";
        request.corpus = texts;
        request.architecture[&LanguageModelConfig::layers] = 1;
        request.architecture[&LanguageModelConfig::hidden_size] = 16;
        request.training[&TrainingConfig::batch_size] = 2;
        request.training[&TrainingConfig::window] = 8;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 2};
        request.threads = 1;
        return request;
    }

    Snapshot train(const TrainingRequest& request) {
        const Stopwatch stopwatch;
        run_training(request, {.clock = [&] { return stopwatch.seconds(); },
                               .tell =
                                   [&](const TrainingEvent& event) {
                                       if (const auto* end = std::get_if<Ended>(&event))
                                           sample = end->sample.value_or("");
                                   },
                               .wish_to_stop = [] { return std::optional<std::string>(); }});
        return load_snapshot(*request.model);
    }

    const TemporaryFolder folder;
    std::string sample;
};

/// The symbols that were never to be predicted, `|` for the separator.
std::string unseen(const Snapshot& snapshot) {
    std::string all;
    REQUIRE(snapshot.repertoire);
    for (const auto id : snapshot.repertoire->unseen) {
        const auto& [kind, text] = snapshot.symbols[id];
        if (kind == SymbolKind::separator) all += '|';
        if (kind == SymbolKind::character) all += text;
    }
    return all;
}

std::u32string spelled(const Snapshot& snapshot) {
    const auto& code_points = snapshot.repertoire->spelled;
    return {code_points.begin(), code_points.end()};
}

}  // namespace

TEST_SUITE("app/learned_repertoire") {
    TEST_CASE("a model of a single document has learned no end, one of several has") {
        Trainings trainings;
        const auto one = trainings.put("1.txt", repeated("round we go\n", 20));
        const auto two = trainings.put("2.txt", repeated("we go round\n", 20));
        CHECK(unseen(trainings.train(trainings.request({one}))) == "|");
        // where everything was seen a file has nothing to tell
        CHECK_FALSE(trainings.train(trainings.request({one, two})).repertoire);
        // the second document begins where the validation part does
        auto halves = trainings.request({one, two});
        halves.validation_fraction = 0.5;
        CHECK(unseen(trainings.train(halves)) == "|");
    }

    TEST_CASE("what stands in the validation part alone was not learned") {
        Trainings trainings;
        const auto text = repeated("ababab", 50) + "v\u00e9" + repeated("ba", 30) + "cdcdcd\u65e5";
        auto request = trainings.request({trainings.put("t.txt", text)});
        request.text[&TextSettings::min_count] = 3;
        const auto snapshot = trainings.train(request);
        CHECK(unseen(snapshot) == "|cd");
        CHECK(spelled(snapshot) == U"v\u00e9");
        CHECK(trainings.sample.size() >= 400);  // bytes of 400 characters
        std::string rest = trainings.sample;
        for (const std::string one : {"a", "b", "v", "\u00e9"})
            for (auto at = rest.find(one); at != std::string::npos; at = rest.find(one))
                rest.erase(at, one.size());
        CHECK(rest.empty());
    }

    TEST_CASE("a model trained further keeps what it had learned") {
        Trainings trainings;
        auto first = trainings.request({trainings.put("1.txt", repeated("abc ", 60) + "v\u00e9"),
                                        trainings.put("2.txt", repeated("abc ", 60))});
        first.text[&TextSettings::min_count] = 2;
        trainings.train(first);
        std::filesystem::rename(*first.model, trainings.folder / "first.carousel");
        auto second = trainings.request({trainings.put("3.txt", repeated("def", 80) + "w")});
        second.from = trainings.folder / "first.carousel";
        const auto snapshot = trainings.train(second);
        CHECK(unseen(snapshot).empty());
        CHECK(spelled(snapshot) == U"v\u00e9");  // w stands in the validation part
    }

    TEST_CASE("a resumed run learns what it learned, and more of a changed text") {
        Trainings trainings;
        auto request = trainings.request({trainings.put("t.txt", repeated("ababab", 50) + "cc")});
        CHECK(unseen(trainings.train(request)) == "|c");
        request.resume = true;
        request.training = {};
        request.architecture = {};
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 3};
        CHECK(unseen(trainings.train(request)) == "|c");
        trainings.put("t.txt", repeated("ababcc", 50) + "cc");
        request.changed_corpus = true;
        request.training[&TrainingConfig::length] = TrainingLength{LengthKind::steps, 4};
        CHECK(unseen(trainings.train(request)) == "|");
    }

    TEST_CASE(
        "where an older model does not tell what it spelled, one made from it does not either") {
        Trainings trainings;
        auto first = trainings.request({trainings.put("1.txt", repeated("abc ", 60) + "v")});
        first.text[&TextSettings::min_count] = 2;
        auto old = trainings.train(first);
        old.repertoire.reset();
        save_snapshot(trainings.folder / "old.carousel", old);
        auto second = trainings.request({trainings.put("2.txt", repeated("def ", 60))});
        second.from = trainings.folder / "old.carousel";
        CHECK_FALSE(trainings.train(second).repertoire);
    }

    TEST_CASE("a text that the model adapts to may be written, too") {
        Trainings trainings;
        auto request = trainings.request({trainings.put("t.txt", repeated("ababab", 50) + "cc")});
        request.text[&TextSettings::min_count] = 2;
        trainings.train(request);
        auto loaded = load_model(*request.model);
        const auto before = *loaded.tokenizer.repertoire();
        adapt_to_text(loaded, trainings.put("letter.txt", repeated("abcw", 20)), {},
                      UnknownCharacters::error, {}, 1, [](const WorkEvent&) {});
        const auto after = *loaded.tokenizer.repertoire();
        CHECK(before.spelled.empty());
        CHECK(after.spelled == std::vector<std::uint32_t>{'w'});
        CHECK(after.unseen.size() == before.unseen.size() - 2);  // c, and the byte of w
    }
}
