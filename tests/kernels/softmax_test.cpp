#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_counts[] = {1, 2, 15, 16, 17, 31, 33, 65, 300};

/// A row of `count` logits, and padding that must not matter.
Floats logits_row(std::int64_t count, float size) {
    auto row = random_floats(padded(count), static_cast<std::uint32_t>(count), size);
    for (auto at = static_cast<std::size_t>(count); at < row.size(); ++at) row[at] = 1e20F;
    return row;
}

std::vector<double> exact_softmax(const Floats& logits, std::int64_t count,
                                  double inverse_temperature) {
    std::vector<double> p(logits.begin(), logits.begin() + count);
    const double largest = *std::max_element(p.begin(), p.end());
    for (auto& x : p) x = std::exp((x - largest) * inverse_temperature);
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (auto& x : p) x /= sum;
    return p;
}

}  // namespace

TEST_SUITE("kernels/softmax") {
    TEST_CASE(
        "probabilities are those of the formula, sum to one and leave nothing to the padding") {
        for (const auto* set : instruction_sets()) {
            for (const auto count : k_counts) {
                for (const float inverse_temperature : {1.0F, 0.5F, 3.0F}) {
                    INFO(set->name, " count ", count);
                    auto row = logits_row(count, 8);
                    const auto expected = exact_softmax(row, count, double{inverse_temperature});
                    set->softmax(row.data(), count, inverse_temperature);
                    double sum = 0;
                    for (std::size_t v = 0; v < row.size(); ++v) {
                        if (v < expected.size()) {
                            REQUIRE(row[v] == doctest::Approx(expected[v]).epsilon(5e-6));
                        } else {
                            REQUIRE(row[v] == 0.0F);
                        }
                        sum += double{row[v]};
                    }
                    CHECK(std::abs(sum - 1) < 1e-6);
                }
            }
        }
    }

    TEST_CASE(
        "the loss is the logarithm of the sum less the target's logit, within 1e-6 of its size") {
        for (const auto* set : instruction_sets()) {
            for (const auto count : k_counts) {
                for (std::int64_t target = 0; target < count; target += 1 + count / 7) {
                    INFO(set->name, " count ", count, " target ", target);
                    auto row = logits_row(count, 8);
                    const auto p = exact_softmax(row, count, 1);
                    const double expected = -std::log(p[static_cast<std::size_t>(target)]);
                    const float loss = set->softmax_cross_entropy(
                        {row.data(), count, static_cast<std::uint32_t>(target), 0.25F});
                    CHECK(std::abs(double{loss} - expected) < 1e-6 * std::max(1.0, expected));
                    for (std::size_t v = 0; v < p.size(); ++v) {
                        const double one = v == static_cast<std::size_t>(target) ? 1 : 0;
                        REQUIRE(std::abs(double{row[v]} - 0.25 * (p[v] - one)) < 1e-7);
                    }
                    for (auto v = p.size(); v < row.size(); ++v) REQUIRE(row[v] == 0.0F);
                }
            }
        }
    }

    TEST_CASE("without a gradient the loss has the same bits and the logits stay") {
        for (const auto* set : instruction_sets()) {
            for (const auto count : k_counts) {
                auto row = logits_row(count, 5), other = row;
                const auto before = row;
                const float loss = set->softmax_cross_entropy({row.data(), count, 0, 0.0F});
                CHECK(loss == set->softmax_cross_entropy({other.data(), count, 0, 1.0F}));
                for (std::size_t v = 0; v < static_cast<std::size_t>(count); ++v) {
                    REQUIRE(row[v] == before[v]);
                }
            }
        }
    }

    TEST_CASE("huge logits give the loss that the formula has in the limit") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Floats row(16), other;
            row[0] = 1e6F;
            row[1] = -1e6F;
            other = row;
            CHECK(set->softmax_cross_entropy({row.data(), 3, 0, 1.0F}) == 0.0F);
            CHECK(row[0] == 0.0F);
            CHECK(set->softmax_cross_entropy({other.data(), 3, 1, 1.0F}) == 2e6F);
            CHECK(other[0] == 1.0F);
            CHECK(other[1] == -1.0F);
        }
    }

    TEST_CASE("a single symbol is certain: loss and gradient are zero") {
        for (const auto* set : instruction_sets()) {
            Floats row(16, 3.0F);
            CHECK(set->softmax_cross_entropy({row.data(), 1, 0, 0.3F}) == 0.0F);
            CHECK(bits(row) == bits(Floats(16)));
        }
    }

    TEST_CASE("a logit that is not finite makes the loss so, whichever symbol is the target") {
        for (const auto* set : instruction_sets()) {
            for (const float scale : {0.0F, 1.0F}) {
                for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                                        std::numeric_limits<float>::infinity()}) {
                    for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{20}}) {
                        INFO(set->name, " scale ", scale, " logit ", bad, " at ", at);
                        auto row = logits_row(33, 2);
                        row[at] = bad;
                        CHECK_FALSE(
                            std::isfinite(set->softmax_cross_entropy({row.data(), 33, 1, scale})));
                    }
                }
            }
        }
    }

    TEST_CASE("every instruction set gives the same bits") {
        const auto sets = instruction_sets();
        for (const auto count : k_counts) {
            for (const float scale : {0.0F, 0.125F}) {
                auto first = logits_row(count, 30), first_softmax = first;
                const float loss =
                    sets.front()->softmax_cross_entropy({first.data(), count, 0, scale});
                sets.front()->softmax(first_softmax.data(), count, 1.7F);
                for (const auto* set : sets) {
                    INFO(set->name, " count ", count);
                    auto row = logits_row(count, 30), probabilities = row;
                    CHECK(bits({set->softmax_cross_entropy({row.data(), count, 0, scale})}) ==
                          bits({loss}));
                    CHECK(bits(row) == bits(first));
                    set->softmax(probabilities.data(), count, 1.7F);
                    CHECK(bits(probabilities) == bits(first_softmax));
                }
            }
        }
    }
}
