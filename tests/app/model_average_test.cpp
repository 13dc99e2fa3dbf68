#include "app/model_average.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "app/shared_alphabet.hpp"
#include "base/error.hpp"
#include "snapshot/small_snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// A folder with the small snapshot under two names, the second one changed.
struct Two {
    explicit Two(const auto& change) {
        auto snapshot = small_snapshot();
        save_snapshot(a, snapshot);
        change(snapshot);
        save_snapshot(b, snapshot);
    }

    AveragedModel average() const { return average_models({{a, b}, folder / "mean.carousel"}); }

    std::string refusal() const {
        try {
            average();
        } catch (const UsageError& error) {
            return error.what();
        }
        return "nothing was refused";
    }

    TemporaryFolder folder;
    std::filesystem::path a = folder / "a.carousel", b = folder / "b.carousel";
};

bool says(const std::string& text, std::string_view part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("app/model_average") {
    TEST_CASE("every weight is the mean, and what was measured of one is not said of it") {
        const Two two([](Snapshot& snapshot) {
            for (auto& tensor : snapshot.weights)
                for (auto& value : tensor.values) value += 2;
            snapshot.step = 20;
        });
        const auto averaged = two.average();
        CHECK(averaged.notes.empty());
        const auto mean = load_snapshot(averaged.file), first = load_snapshot(two.a);
        for (std::size_t i = 0; i < mean.weights.size(); ++i)
            for (std::size_t j = 0; j < mean.weights[i].values.size(); ++j)
                CHECK(mean.weights[i].values[j] == doctest::Approx(first.weights[i].values[j] + 1));
        CHECK(mean.symbols == first.symbols);
        CHECK(mean.text == first.text);
        CHECK(mean.corpus == first.corpus);
        CHECK(mean.step == 20);
        CHECK(says(mean.program, "the mean of 2 models"));
        CHECK_FALSE(mean.state);
        CHECK_FALSE(mean.validation_loss);
        CHECK_FALSE(mean.best);
        CHECK_FALSE(mean.fine_tuned_from);
        CHECK(mean.history.empty());
    }

    TEST_CASE("equal models are their own mean and lie nowhere apart, opposite ones far") {
        const Two same([](Snapshot&) {});
        const auto averaged = same.average();
        CHECK(load_snapshot(averaged.file).weights == load_snapshot(same.a).weights);
        CHECK(averaged.spread == 0);
        const Two apart([](Snapshot& snapshot) {
            for (auto& tensor : snapshot.weights)
                for (std::size_t i = 0; i < tensor.values.size(); i += 2) tensor.values[i] *= -1;
        });
        CHECK(apart.average().spread > k_spread_of_strangers);
    }

    TEST_CASE(
        "models that differ in alphabet or shape have no mean, and it is said in what they do") {
        CHECK(says(Two([](Snapshot& s) { s.symbols[2].text = "b"; }).refusal(), "symbol 2"));
        CHECK(says(Two([](Snapshot& s) { s.text.normalization = Normalization::nfd; }).refusal(),
                   "normalisation"));
        CHECK(says(Two([](Snapshot& s) { s.model.output_input = OutputInput::top; }).refusal(),
                   "output input"));
        CHECK(says(Two([](Snapshot& s) {
                       s.model.embedding_size = 3;
                       s.weights = numbered_tensors(s.model, 1);
                       s.state.reset();
                   }).refusal(),
                   "embedding size"));
        CHECK_THROWS_AS(average_models({{"a"}, std::nullopt}), UsageError);
    }

    TEST_CASE("what was learned by one is written, and different texts are said") {
        const Two two([](Snapshot& snapshot) {
            snapshot.repertoire = Repertoire{.unseen = {0, 1}, .spelled = {}};
            snapshot.corpus.paths = {"c.txt"};
            snapshot.corpus.fingerprint = {4, 5, 6};
        });
        const auto averaged = two.average();
        CHECK(averaged.notes.size() == 1);
        const auto mean = load_snapshot(averaged.file);
        CHECK(mean.repertoire->unseen == std::vector<TokenId>{0});
        CHECK(mean.corpus.paths == std::vector<std::string>{"a.txt", "-", "c.txt"});
        CHECK(mean.corpus.fingerprint == Sha256Digest{});
    }

    TEST_CASE("a text of another name is the same text") {
        const Two two([](Snapshot& snapshot) { snapshot.corpus.paths = {"copy/of/a.txt"}; });
        const auto averaged = two.average();
        CHECK(averaged.notes.empty());
        CHECK(load_snapshot(averaged.file).corpus == load_snapshot(two.a).corpus);
    }

    TEST_CASE("no output replaces a file, and nobody is told to remove one that is read") {
        const Two two([](Snapshot&) {});
        save_snapshot(two.folder / "c.carousel", small_snapshot());
        CHECK_THROWS_AS(average_models({{two.a, two.b}, two.folder / "c.carousel"}), InputError);
        CHECK_THROWS_AS(average_models({{two.a, two.b}, two.b}), UsageError);
    }
}

TEST_SUITE("app/shared_alphabet") {
    TEST_CASE("the joint repertoire lacks what both have not seen, and is unknown where one is") {
        const Repertoire one{.unseen = {1, 3, 4}, .spelled = {65, 70}},
            other{.unseen = {0, 3}, .spelled = {66}};
        const auto joint = joint_repertoire(one, other);
        CHECK(joint->unseen == std::vector<TokenId>{3});
        CHECK(joint->spelled == std::vector<std::uint32_t>{65, 66, 70});
        CHECK_FALSE(joint_repertoire(std::nullopt, other));
        CHECK_FALSE(joint_repertoire(one, std::nullopt));
    }
}
