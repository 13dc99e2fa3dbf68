#include "app/training_verdict.hpp"

#include <doctest/doctest.h>

using namespace carousel;

namespace {

/// Validations every 100 steps and 30 seconds.
std::vector<HistoryRecord> history(const std::vector<double>& losses) {
    std::vector<HistoryRecord> records;
    for (const double loss : losses) {
        HistoryRecord record;
        record.step = 100 * (records.size() + 1);
        record.seconds = 30.0 * static_cast<double>(records.size() + 1);
        record.training_loss = 1.4;
        record.validation_loss = loss;
        record.has_validation = true;
        records.push_back(record);
    }
    return records;
}

std::string verdict(const std::vector<double>& losses, const BestLoss& best,
                    const std::optional<Prospect>& prospect,
                    const std::optional<MeasuredLoss>& slice = std::nullopt) {
    const auto records = history(losses);
    const std::optional<BestLoss> known = best;
    return training_verdict({.history = records,
                             .best = known,
                             .validates = true,
                             .slice = slice,
                             .symbols = 65,
                             .prospect = prospect});
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

const Prospect k_worth_it{600, 0.96}, k_not_worth_it{600, 0.9999};

}  // namespace

TEST_SUITE("app/training_verdict") {
    TEST_CASE("a loss that still falls says what twice the time should bring") {
        const std::vector<double> losses{2.0, 1.8, 1.7, 1.6, 1.5};
        const auto planned = verdict(losses, {500, 1.5}, k_worth_it);
        CHECK(contains(planned, "still improving (1.600 to 1.500"));
        CHECK(contains(planned, "20 min 0 s"));
        CHECK(contains(planned, "1.44"));
        CHECK(contains(verdict(losses, {500, 1.5}, std::nullopt), "a longer training"));
    }

    TEST_CASE("a loss that has levelled off says whether time helps") {
        const std::vector<double> losses{1.6, 1.52, 1.501, 1.5, 1.5};
        CHECK(contains(verdict(losses, {500, 1.5}, k_worth_it), "1.44"));
        const auto enough = verdict(losses, {500, 1.5}, k_not_worth_it);
        CHECK(contains(enough, "levelled off"));
        CHECK(contains(enough, "hardly"));
        CHECK(contains(verdict(losses, {500, 1.5}, std::nullopt), "levelled off"));
    }

    TEST_CASE("an over-fitted run names its best step, and the time that would do") {
        const std::vector<double> losses{1.6, 1.5, 1.55, 1.6, 1.65};
        const auto planned = verdict(losses, {200, 1.5}, k_worth_it);
        CHECK(contains(planned, "over-fitting since step 200"));
        CHECK(contains(planned, "1 min 0 s would do"));
        CHECK_FALSE(contains(verdict(losses, {200, 1.5}, std::nullopt), "would do"));
    }

    TEST_CASE("a run that ends worse than a guess is not told to go on") {
        const auto lost = verdict({900, 700, 574, 504}, {400, 504}, k_worth_it);
        CHECK(contains(lost, "504 nats are worse than guessing, which has 4.17"));
        CHECK(contains(lost, "--learning-rate"));
        CHECK_FALSE(contains(lost, "improving"));
    }

    TEST_CASE("what is smaller than the noise of a small slice is no change") {
        const std::vector<double> losses{1.6, 1.5, 1.51, 1.52};
        const auto of_slice = [&](std::uint64_t characters) {
            return verdict(losses, {200, 1.5}, k_worth_it, MeasuredLoss{1.52, characters});
        };
        CHECK(contains(of_slice(100'000), "over-fitting"));
        CHECK(contains(of_slice(1024), "levelled off"));
    }

    TEST_CASE("what twice the time brings is counted from the loss on the whole text") {
        const auto records = history({2.0, 1.8, 1.7, 1.6, 1.5});
        const std::optional<BestLoss> best = BestLoss{500, 1.5};
        CHECK(contains(training_verdict({.history = records,
                                         .best = best,
                                         .validates = true,
                                         .closing = MeasuredLoss{1.25, 100'000, true},
                                         .symbols = 65,
                                         .prospect = k_worth_it}),
                       "1.20"));
    }

    TEST_CASE("without validation nothing is claimed") {
        const auto records = history({1.0, 2.0});
        const std::optional<BestLoss> none;
        CHECK(contains(training_verdict({.history = records, .best = none, .symbols = 65}),
                       "no validation text"));
    }

    TEST_CASE("three validations are no curve, and neither are those of a few steps") {
        CHECK(contains(verdict({4.085, 2.2, 1.636}, {300, 1.636}, k_worth_it), "too short"));
        CHECK(contains(verdict({4.085, 2.2, 1.7, 1.636}, {400, 1.636}, k_worth_it), "improving"));
        auto records = history({4.08, 4.07, 4.06, 4.05, 4.04});
        for (auto& record : records) record.step /= 10;
        const std::optional<BestLoss> best = BestLoss{50, 4.04};
        CHECK(contains(
            training_verdict({.history = records, .best = best, .validates = true, .symbols = 65}),
            "too short"));
    }
}
