#include "planning/expected_loss.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace carousel;

namespace {

/// A training that was run, in millions, and the loss it ended with: docs/recipes.md, "How the plan
/// is made".
struct MeasuredRun {
    double weights, text, characters, batch, loss, ngram_loss = k_reference_ngram_loss;
};

constexpr MeasuredRun k_runs[] = {
    // The end of the training part of tinyshakespeare, most of it and little of it learned.
    {0.590, 0.984, 4.506, 2048, 1.4152, 1.586},
    {0.590, 0.984, 5.120, 4096, 1.4234, 1.586},
    {0.922, 0.984, 3.072, 2048, 1.4390, 1.586},
    {0.590, 0.170, 6.144, 2048, 1.5262, 1.663},
    // C++ headers.
    {0.922, 10.54, 13.80, 4096, 0.8619, 1.122},
};
// Its validation part after two minutes, ten, and an hour, which gave the formula its level.
constexpr MeasuredRun k_level_runs[] = {
    {0.590, 1.004, 4.063, 2048, 1.4099},
    {0.922, 1.004, 13.80, 4096, 1.3675},
    {2.359, 1.004, 35.14, 8192, 1.3481},
};

Outlook outlook(const MeasuredRun& run) {
    return {.weights = run.weights * 1e6,
            .parameters = run.weights * 1.3e6,
            .text = run.text * 1e6,
            .characters = run.characters * 1e6,
            .batch = run.batch,
            .ngram_loss = run.ngram_loss};
}

}  // namespace

TEST_SUITE("planning/expected_loss") {
    TEST_CASE("measured runs end in the range that is foretold for them") {
        for (const auto& run : k_runs) {
            CAPTURE(run.loss);
            const auto expected = expected_loss(outlook(run));
            const auto range = expected_loss_uncertainty(outlook(run));
            CHECK(std::abs(run.loss - expected) < range * expected);
        }
    }

    TEST_CASE("two minutes, ten, and an hour on a megabyte are foretold within a hundredth") {
        for (const auto& run : k_level_runs) {
            CAPTURE(run.loss);
            CHECK(std::abs(expected_loss(outlook(run)) / run.loss - 1) < 0.01);
        }
    }

    TEST_CASE("a text that is harder for an n-gram model is harder in the same proportion") {
        auto hard = outlook(k_runs[0]);
        const double loss = expected_loss(hard);
        hard.ngram_loss *= 2;
        CHECK(expected_loss(hard) == doctest::Approx(2 * loss));
    }

    TEST_CASE("more characters are never worse, and repeated ones teach less than new ones") {
        auto run = outlook(k_runs[0]);
        double before = expected_loss(run);
        for (int i = 0; i < 30; ++i) {
            run.characters *= 1.7;
            CHECK(expected_loss(run) <= before);
            before = expected_loss(run);
        }
        auto repeated = outlook(k_runs[0]);
        repeated.characters *= 8;
        auto fresh = repeated;
        fresh.text = fresh.characters;
        CHECK(expected_loss(fresh) < expected_loss(repeated) - 0.05);
    }

    TEST_CASE("short runs of one core are ordered as they ended") {
        // The training part of tinyshakespeare, 45 s: docs/recipes.md, "Short times". Losses are
        // 1.5020, 1.4748, 1.5129: too small a net, the best, too large a one in too small batches.
        const auto loss = [](double weights, double characters, double batch) {
            return expected_loss(outlook({weights, 0.903, characters, batch, 0, 1.4747}));
        };
        const auto best = loss(0.147, 2.93, 2048);
        CHECK(best < loss(0.083, 4.40, 1024) - 0.01);
        CHECK(best < loss(0.332, 1.08, 1024) - 0.01);
        CHECK(std::abs(best / 1.4748 - 1) < 0.03);
    }

    TEST_CASE("the range is wider far from the measured runs") {
        const auto known = outlook(k_runs[0]);
        auto huge = known, hasty = known;
        huge.text *= 1000;
        hasty.characters /= 20;
        CHECK(expected_loss_uncertainty(huge) > expected_loss_uncertainty(known) + 0.05);
        CHECK(expected_loss_uncertainty(hasty) > expected_loss_uncertainty(known) + 0.02);
    }
}
