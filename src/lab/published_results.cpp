#include "lab/published_results.hpp"

#include <algorithm>
#include <iterator>

namespace carousel {

namespace {

struct PublishedRow {
    LabTask task;
    int length, symbols, lag, signal, blocks, block_size;  // 0: whatever it is
    double learning_rate;
    int most_wrong;
    PublishedResult result;
};

// Tables 1 to 3, 4 to 6 (experiments 3a, 3b, 3c), 7, 8 and 9.
constexpr PublishedRow k_published[] = {
    {LabTask::reber, 0, 0, 0, 0, 4, 1, 0.1, 0, {100, 30, 39740}},
    {LabTask::reber, 0, 0, 0, 0, 3, 2, 0.1, 0, {100, 30, 21730}},
    {LabTask::reber, 0, 0, 0, 0, 3, 2, 0.2, 0, {97, 30, 14060}},
    {LabTask::reber, 0, 0, 0, 0, 4, 1, 0.5, 0, {97, 30, 9500}},
    {LabTask::reber, 0, 0, 0, 0, 3, 2, 0.5, 0, {100, 30, 8440, 0, 3800, 24100}},
    {LabTask::lags, 0, 100, 0, 0, 0, 0, 0, 0, {100, 18, 5040}},
    {LabTask::random_lags, 0, 100, 0, 0, 0, 0, 0, 0, {100, 18, 5680}},
    {LabTask::long_lags, 0, 50, 50, 0, 0, 0, 0, 0, {100, 20, 30000}},
    {LabTask::long_lags, 0, 100, 100, 0, 0, 0, 0, 0, {100, 20, 31000}},
    {LabTask::long_lags, 0, 200, 200, 0, 0, 0, 0, 0, {100, 20, 33000}},
    {LabTask::long_lags, 0, 500, 500, 0, 0, 0, 0, 0, {100, 20, 38000}},
    {LabTask::long_lags, 0, 1000, 1000, 0, 0, 0, 0, 0, {100, 20, 49000}},
    {LabTask::long_lags, 0, 500, 1000, 0, 0, 0, 0, 0, {100, 20, 49000}},
    {LabTask::long_lags, 0, 200, 1000, 0, 0, 0, 0, 0, {100, 20, 75000}},
    {LabTask::long_lags, 0, 100, 1000, 0, 0, 0, 0, 0, {100, 20, 135000}},
    {LabTask::long_lags, 0, 50, 1000, 0, 0, 0, 0, 0, {100, 20, 203000}},
    {LabTask::latch, 100, 0, 0, 3, 0, 0, 0, 0, {100, 10, 39850, 27380, 0, 0, 0.000195}},
    {LabTask::latch, 100, 0, 0, 1, 0, 0, 0, 0, {100, 10, 64330, 58370, 0, 0, 0.000117}},
    {LabTask::latch, 1000, 0, 0, 3, 0, 0, 0, 0, {100, 10, 452460, 446850, 0, 0, 0.000078}},
    {LabTask::noisy_latch, 100, 0, 0, 3, 0, 0, 0, 0, {100, 10, 43250, 41740, 0, 0, 0.00828}},
    {LabTask::noisy_latch, 100, 0, 0, 1, 0, 0, 0, 0, {100, 10, 78430, 74950, 0, 0, 0.015}},
    {LabTask::noisy_latch, 1000, 0, 0, 1, 0, 0, 0, 0, {100, 10, 485080, 481060, 0, 0, 0.01207}},
    {LabTask::noisy_targets, 100, 0, 0, 3, 0, 0, 0, 0, {100, 10, 269650, 0, 0, 0, 0.00558}},
    {LabTask::noisy_targets, 100, 0, 0, 1, 0, 0, 0, 0, {100, 10, 565640, 0, 0, 0, 0.00441}},
    {LabTask::adding, 100, 0, 0, 0, 0, 0, 0, 0, {100, 10, 74000, 0, 0, 0, 1.0 / 2560}},
    {LabTask::adding, 500, 0, 0, 0, 0, 0, 0, 0, {100, 10, 209000, 0, 0, 0, 0.0}},
    {LabTask::adding, 1000, 0, 0, 0, 0, 0, 0, 0, {100, 10, 853000, 0, 370000, 2020000, 1.0 / 2560}},
    {LabTask::multiplication, 100, 0, 0, 0, 0, 0, 0, 140, {100, 10, 482000, 0, 0, 0, 139.0 / 2560}},
    {LabTask::multiplication, 100, 0, 0, 0, 0, 0, 0, 13, {100, 10, 1273000, 0, 0, 0, 14.0 / 2560}},
    {LabTask::order_of_two, 100, 0, 0, 0, 0, 0, 0, 0, {100, 20, 31390, 0, 0, 0, 1.0 / 2560}},
    {LabTask::order_of_three, 100, 0, 0, 0, 0, 0, 0, 0, {100, 10, 571100, 0, 0, 0, 2.0 / 2560}},
};

}  // namespace

std::optional<PublishedResult> published_result(const Experiment& e) {
    const auto fits = [](auto row, auto own) { return row == 0 || row == own; };
    const auto found =
        std::find_if(std::begin(k_published), std::end(k_published), [&](const PublishedRow& row) {
            return row.task == e.task && row.length == e.length && row.symbols == e.symbols &&
                   row.lag == e.lag && row.signal == e.signal && fits(row.blocks, e.blocks) &&
                   fits(row.block_size, e.block_size) && fits(row.learning_rate, e.learning_rate) &&
                   fits(row.most_wrong, e.most_wrong + 1);
        });
    if (found == std::end(k_published)) return std::nullopt;
    return found->result;
}

}  // namespace carousel
