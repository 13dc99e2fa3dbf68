#include "app/training_saves.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/hindrance.hpp"
#include "support/temporary_folder.hpp"
#include "training/small_training.hpp"

using namespace carousel;

namespace {

/// A run that saves when it is told to.
struct SavingRun {
    explicit SavingRun(const std::filesystem::path& model, std::int64_t keep = 0)
        : files(model),
          saves({.files = files,
                 .every = std::nullopt,
                 .keep = keep,
                 .clock = [this] { return time += seconds_of_call; }},
                0) {
        snapshot.program = "carousel 0";
        snapshot.symbols.push_back({SymbolKind::separator, ""});
        for (char letter = 'A'; snapshot.symbols.size() < 29; ++letter)
            snapshot.symbols.push_back({SymbolKind::character, std::string(1, letter)});
        snapshot.model = small_config();
        snapshot.training = small_training_config();
    }
    SavingRun(const SavingRun&) = delete;
    SavingRun& operator=(const SavingRun&) = delete;

    /// A step, which may bring the best weights so far, and a save.
    SaveReport step_and_save(std::optional<double> best = std::nullopt, bool averaged = false) {
        training.run(1);
        time += 10;
        if (best) keep_best(*best, averaged);
        return saves.save(snapshot, training.trainer, averaged);
    }
    void keep_best(double loss, bool averaged) {
        auto model = snapshot;
        model.step = training.trainer.counters().step;
        model.validation_loss = loss;
        model.weights = averaged ? training.trainer.averaged_weights() : training.trainer.weights();
        saves.keep_best(std::move(model));
    }
    std::uint64_t step_of(const std::filesystem::path& file) const {
        return load_snapshot(file).step;
    }

    ModelFiles files;
    double time = 0, seconds_of_call = 0;  ///< that pass whenever the clock is read
    SmallTraining training{1};
    Snapshot snapshot;
    TrainingSaves saves;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("app/training_saves") {
    TEST_CASE("the first weights stand in for the best, and then only a new best is written") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        CHECK_FALSE(run.saves.saved_before());
        CHECK(run.step_and_save().saved);
        CHECK(run.step_of(run.files.best()) == 1);
        CHECK(run.step_and_save().saved);
        CHECK(run.step_of(run.files.best()) == 1);
        CHECK(run.step_and_save(1.5).saved);
        CHECK(run.step_of(run.files.best()) == 3);
        CHECK(run.step_and_save().saved);
        CHECK(run.step_of(run.files.best()) == 3);
        CHECK(run.step_of(run.files.resume()) == 4);
        CHECK_FALSE(load_snapshot(run.files.best()).state);
        CHECK(load_snapshot(run.files.resume()).state);
        CHECK(run.saves.saved_before());
        CHECK(run.saves.shortfall().empty());
    }

    TEST_CASE("averaged weights are those to use, never those to go on from") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        run.training.run(3);
        REQUIRE(run.step_and_save(1.5, true).saved);
        REQUIRE(run.training.trainer.averaged_weights().front().values !=
                run.training.trainer.model().weights().front().values);
        CHECK(load_snapshot(run.files.best()).weights.front().values ==
              run.training.trainer.averaged_weights().front().values);
        CHECK(load_snapshot(run.files.resume()).weights.front().values ==
              run.training.trainer.model().weights().front().values);
    }

    TEST_CASE("so many step files stay as were asked for") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel", 2);
        for (int i = 0; i < 4; ++i) REQUIRE(run.step_and_save().saved);
        CHECK_FALSE(std::filesystem::exists(run.files.step(2)));
        CHECK(std::filesystem::exists(run.files.step(3)));
        CHECK(std::filesystem::exists(run.files.step(4)));
    }

    TEST_CASE("the best stays the best where only the resume file cannot be written") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        const Hindrance full(run.files.resume());
        CHECK_FALSE(run.step_and_save(1.5).saved);
        for (int i = 0; i < 3; ++i) {
            const auto report = run.step_and_save();
            CHECK_FALSE(report.saved);
            CHECK(contains(report.failure.value(), "m.resume.carousel"));
            CHECK(run.step_of(run.files.best()) == 1);
        }
        CHECK_FALSE(run.saves.saved_before());
        CHECK(contains(run.saves.shortfall(), "nothing to resume"));
    }

    TEST_CASE("the best waits in memory until its file can be written") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        REQUIRE(run.step_and_save(1.8).saved);
        {
            const Hindrance full(run.files.best());
            CHECK_FALSE(run.step_and_save(1.2).saved);
            CHECK_FALSE(run.step_and_save().saved);
            CHECK(run.step_of(run.files.best()) == 1);
            CHECK(run.step_of(run.files.resume()) == 3);  // what can be written is
            CHECK(run.saves.best().step == 2);
            CHECK(contains(run.saves.shortfall(), "step 2, 1.2000"));
            CHECK(contains(run.saves.shortfall(), "holds the model of step 1"));
        }
        CHECK(run.step_and_save().saved);
        CHECK(run.step_of(run.files.best()) == 2);
        CHECK(load_snapshot(run.files.best()).validation_loss == 1.2);
        CHECK(run.saves.best().step == 2);
        CHECK(run.saves.shortfall().empty());
    }

    TEST_CASE("a newer best takes the place of one that waits") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        {
            const Hindrance full(run.files.best());
            CHECK_FALSE(run.step_and_save(1.5).saved);
            CHECK_FALSE(run.step_and_save(1.4).saved);
            CHECK(contains(run.saves.shortfall(), "no model was written"));
        }
        run.saves.rescue_best();
        CHECK(run.step_of(run.files.best()) == 2);
    }

    TEST_CASE("a step file that cannot be written hinders neither best nor newest") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel", 1);
        const Hindrance full(run.files.step(1));
        CHECK_FALSE(run.step_and_save(1.5).saved);
        CHECK(run.step_of(run.files.best()) == 1);
        CHECK(run.step_of(run.files.resume()) == 1);
    }

    TEST_CASE("nothing is written over what somebody has put there meanwhile") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        std::ofstream(run.files.best()) << "Dear diary";
        CHECK_FALSE(run.step_and_save(1.5).saved);
        CHECK(read_file(run.files.best()) == "Dear diary");
        std::filesystem::rename(run.files.best(), folder / "diary");
        CHECK(run.step_and_save().saved);
        CHECK(run.step_of(run.files.best()) == 1);
    }

    TEST_CASE("a best file that has gone is told at the end") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        REQUIRE(run.step_and_save(1.5).saved);
        std::filesystem::remove(run.files.best());
        CHECK(contains(run.saves.shortfall(), "m.carousel was written, and has gone since"));
    }

    TEST_CASE("weights that are no numbers are never kept") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        REQUIRE(run.step_and_save(1.5).saved);
        auto model = run.saves.best();
        model.weights.front().values.front() = std::numeric_limits<float>::quiet_NaN();
        run.saves.keep_best(std::move(model));
        CHECK(run.saves.best().step == 1);
        CHECK(run.step_and_save().saved);
    }

    TEST_CASE("a file that cannot be written is named, and the next save tries again") {
        const TemporaryFolder folder;
        std::ofstream(folder / "place") << "no folder";
        SavingRun run(folder / "place/m.carousel");
        const auto report = run.step_and_save(1.5);
        CHECK_FALSE(report.saved);
        REQUIRE(report.failure);
        CHECK(contains(*report.failure, "place"));
        CHECK_FALSE(run.saves.saved_before());
        CHECK(run.snapshot.weights.empty());
        std::filesystem::remove(folder / "place");
        CHECK(run.step_and_save(1.4).saved);
        CHECK(run.step_of(run.files.best()) == 2);
    }

    TEST_CASE("a save is affordable when twenty times as long has passed as the last one took") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        CHECK(run.saves.affordable());
        run.seconds_of_call = 0.5;  // the clock is read when a save begins and when it has ended
        REQUIRE(run.step_and_save().saved);
        REQUIRE(run.saves.seconds() == 0.5);
        run.seconds_of_call = 0;
        run.time += 9.5;
        CHECK_FALSE(run.saves.affordable());
        run.time += 1;
        CHECK(run.saves.affordable());
    }

    TEST_CASE("a save is due a minute after the newest one began") {
        const TemporaryFolder folder;
        SavingRun run(folder / "m.carousel");
        run.time = 55;
        REQUIRE(run.step_and_save().saved);
        run.time = 124;
        CHECK_FALSE(run.saves.due(1));
        run.time = 125;
        CHECK(run.saves.due(1));
    }
}
