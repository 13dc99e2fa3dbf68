#include "app/best_model.hpp"

#include <doctest/doctest.h>

using namespace carousel;

namespace {

HistoryRecord validation(std::uint64_t step, double loss, bool averaged = false) {
    HistoryRecord record;
    record.step = step;
    record.validation_loss = loss;
    record.has_validation = true;
    record.averaged = averaged;
    return record;
}

HistoryRecord save(std::uint64_t step) {
    HistoryRecord record;
    record.step = step;
    return record;
}

}  // namespace

TEST_SUITE("app/best_model") {
    TEST_CASE("the first validation is the best, an equal one is not") {
        CHECK(is_best(validation(10, 9.0), std::nullopt));
        CHECK(is_best(validation(20, 1.4), BestLoss{10, 1.5}));
        CHECK_FALSE(is_best(validation(20, 1.5), BestLoss{10, 1.5}));
    }

    TEST_CASE("patience counts validations after the best, and nothing else") {
        const std::vector<HistoryRecord> history{validation(10, 1.6), validation(20, 1.5), save(25),
                                                 validation(30, 1.7), validation(40, 1.8)};
        const BestLoss best{20, 1.5};
        CHECK(validations_since_best(history, best) == 2);
        CHECK(out_of_patience(2, history, best));
        CHECK_FALSE(out_of_patience(3, history, best));
        CHECK_FALSE(out_of_patience(0, history, best));
        CHECK_FALSE(out_of_patience(1, history, std::nullopt));
    }

    TEST_CASE("weights are worth what was measured at their own step, averaged if that was less") {
        const std::vector<HistoryRecord> history{validation(10, 1.6), validation(20, 1.5, true)};
        const auto measured = weights_worth(history, 20, true, true);
        CHECK(measured.averaged);
        CHECK(measured.validation_loss == 1.5);
        const auto later = weights_worth(history, 21, true, true);
        CHECK_FALSE(later.averaged);
        CHECK_FALSE(later.validation_loss);
        CHECK_FALSE(weights_worth({validation(10, 1.6)}, 10, true, true).averaged);
    }

    TEST_CASE("where nothing measures, the mean of the weights is used if there is one") {
        CHECK_FALSE(weights_worth({save(5)}, 5, false, false).averaged);
        CHECK(weights_worth({save(5)}, 5, false, true).averaged);
    }
}
