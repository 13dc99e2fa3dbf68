#include "app/page_parts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>
#include <thread>

#include "support/tiny_model.hpp"
#include "support/well_formed.hpp"

using namespace carousel;

namespace {

std::ptrdiff_t threads_of_process() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

/// The most threads that the process has while `work` runs.
template <typename Work>
std::ptrdiff_t threads_while(Work work) {
    std::atomic<bool> over = false;
    std::ptrdiff_t most = 0;
    std::thread watcher([&] {
        while (!over) {
            most = std::max(most, threads_of_process());
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    work();
    over = true;
    watcher.join();
    return most;
}

std::vector<HistoryRecord> history_of(const std::vector<double>& losses) {
    std::vector<HistoryRecord> records;
    for (const double loss : losses) {
        HistoryRecord record;
        record.step = records.size() + 1;
        record.seconds = static_cast<double>(record.step);
        record.training_loss = record.validation_loss = loss;
        record.has_validation = true;
        record.learning_rate = loss;
        records.push_back(record);
    }
    return records;
}

}  // namespace

TEST_SUITE("app/page_parts") {
    TEST_CASE("the samples of a page are written by as many threads as were asked for") {
        const auto tokenizer = tokenizer_of("abcdefgh");
        const auto model = untrained_model(tokenizer.vocabulary().size(), 1);
        auto weights = model->weights();
        weights.back().values[Vocabulary::k_separator] = -1000;  // so that no text ends early
        const auto usual = threads_of_process() + 1;             // with the watcher
        const auto written_by = [&](std::optional<int> threads) {
            return threads_while([&] {
                write_samples(model->config(), weights, tokenizer,
                              {.length = 10'000'000, .seconds = 0.15, .threads = threads});
            });
        };
        CHECK(written_by(1) == usual);
        CHECK(written_by({}) == usual);  // by the size of the model
        CHECK(written_by(3) == usual + 2);
    }

    TEST_CASE("whatever losses a file tells, the curves are drawn, and soon") {
        constexpr double k_most = std::numeric_limits<double>::max();
        for (const auto& losses :
             {std::vector{1.0, std::nextafter(1.0, 2.0)}, std::vector{1e-300, 1e300},
              std::vector{k_most, -k_most, 1.0}, std::vector{0.0, 0.0},
              std::vector{5.0, std::nextafter(5.0, 6.0), 5.0}}) {
            auto history = history_of(losses);
            const auto drawn = curves(history, BestLoss{1, losses[0], false});
            CHECK(WellFormed::flaw(drawn) == "");
            CHECK(drawn.size() < 20'000);
            history.back().step = std::numeric_limits<std::uint64_t>::max();
            history.back().seconds = k_most;
            CHECK(curves(history, std::nullopt).size() < 20'000);
        }
    }

    TEST_CASE("a history of a hundred thousand validations makes no large page") {
        const auto history = history_of(std::vector<double>(100'000, 1.5));
        CHECK(curves(history, std::nullopt).size() < 1'000'000);
    }

    TEST_CASE("settings tell no folder in which a text lies") {
        Snapshot snapshot;
        snapshot.corpus.paths = {"/home/somebody/secret/diary.txt"};
        snapshot.corpus.validation = ValidationFile{"/home/somebody/secret/other.txt", {}};
        snapshot.fine_tuned_from = Origin{"/home/somebody/models/old.carousel", {}};
        std::string all;
        for (const auto& table : settings_tables(snapshot, 1))
            for (const auto& [name, value] : table.rows) all += name + " " + value + "\n";
        CHECK(all.find("diary.txt") != std::string::npos);
        CHECK(all.find("other.txt") != std::string::npos);
        CHECK(all.find("old.carousel") != std::string::npos);
        CHECK(all.find("somebody") == std::string::npos);
        CHECK(all.find("secret") == std::string::npos);
    }
}
