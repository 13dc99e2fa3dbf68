#include "app/training_saves.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"
#include "training/small_training.hpp"

using namespace carousel;

namespace {

/// A run that saves when it is told to.
struct Run {
    explicit Run(const std::filesystem::path& model, std::int64_t keep = 0)
        : files(model), saves({files, std::nullopt, keep, false, [this] { return time; }}, 0) {
        snapshot.program = "carousel 0";
        snapshot.symbols.push_back({SymbolKind::separator, ""});
        for (char letter = 'A'; snapshot.symbols.size() < 29; ++letter)
            snapshot.symbols.push_back({SymbolKind::character, std::string(1, letter)});
        snapshot.model = small_config();
        snapshot.training = small_training_config();
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    SaveReport step_and_save(const SaveKind& kind) {
        training.run(1);
        time += 10;
        return saves.save(snapshot, training.trainer, kind);
    }
    std::uint64_t step_of(const std::filesystem::path& file) const {
        return load_snapshot(file).step;
    }

    ModelFiles files;
    double time = 0;
    SmallTraining training{1};
    Snapshot snapshot;
    TrainingSaves saves;
};

}  // namespace

TEST_SUITE("app/training_saves") {
    TEST_CASE("the best model is written first, and then only when the best is new") {
        const TemporaryFolder folder;
        Run run(folder / "m.carousel");
        CHECK_FALSE(run.saves.saved_before());
        CHECK(run.step_and_save({.best = false}).saved);
        CHECK(run.step_of(run.files.best()) == 1);
        CHECK(run.step_and_save({.best = true}).saved);
        CHECK(run.step_of(run.files.best()) == 1);
        run.saves.best_has_changed();
        CHECK(run.step_and_save({.best = false}).saved);
        CHECK(run.step_of(run.files.best()) == 1);
        CHECK(run.step_and_save({.best = true}).saved);
        CHECK(run.step_of(run.files.best()) == 4);
        CHECK(run.step_of(run.files.resume()) == 4);
        CHECK_FALSE(load_snapshot(run.files.best()).state);
        CHECK(load_snapshot(run.files.resume()).state);
        CHECK(run.saves.saved_before());
    }

    TEST_CASE("averaged weights are those to use, never those to go on from") {
        const TemporaryFolder folder;
        Run run(folder / "m.carousel");
        run.training.run(3);
        REQUIRE(run.step_and_save({.averaged = true, .best = true}).saved);
        REQUIRE(run.training.trainer.averaged_weights().front().values !=
                run.training.trainer.model().weights().front().values);
        CHECK(load_snapshot(run.files.best()).weights.front().values ==
              run.training.trainer.averaged_weights().front().values);
        CHECK(load_snapshot(run.files.resume()).weights.front().values ==
              run.training.trainer.model().weights().front().values);
    }

    TEST_CASE("so many step files stay as were asked for") {
        const TemporaryFolder folder;
        Run run(folder / "m.carousel", 2);
        for (int i = 0; i < 4; ++i) REQUIRE(run.step_and_save({}).saved);
        CHECK_FALSE(std::filesystem::exists(run.files.step(2)));
        CHECK(std::filesystem::exists(run.files.step(3)));
        CHECK(std::filesystem::exists(run.files.step(4)));
    }

    TEST_CASE("a file that cannot be written is named, and the next save tries again") {
        const TemporaryFolder folder;
        std::ofstream(folder / "place") << "no folder";
        Run run(folder / "place/m.carousel");
        const auto report = run.step_and_save({.best = true});
        CHECK_FALSE(report.saved);
        REQUIRE(report.failure);
        CHECK(report.failure->find("place") != std::string::npos);
        CHECK_FALSE(run.saves.saved_before());
        CHECK(run.snapshot.weights.empty());
        std::filesystem::remove(folder / "place");
        CHECK(run.step_and_save({.best = true}).saved);
        CHECK(run.step_of(run.files.best()) == 2);
    }

    TEST_CASE("a save is due a minute after the newest one began") {
        const TemporaryFolder folder;
        Run run(folder / "m.carousel");
        run.time = 55;
        REQUIRE(run.step_and_save({}).saved);
        run.time = 124;
        CHECK_FALSE(run.saves.due(1));
        run.time = 125;
        CHECK(run.saves.due(1));
    }
}
