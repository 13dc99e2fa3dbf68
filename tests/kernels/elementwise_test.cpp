#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

/// Arrays of one update.
struct Weights {
    std::int64_t count;
    Floats weights = random_floats(count, 1), gradients = random_floats(count, 2);
    Floats first = random_floats(count, 3), second = random_floats(count, 4);
    Floats averages = random_floats(count, 5);

    void update(const KernelTable& set) {
        for (auto& v : second) v = std::abs(v);
        set.adam({.weights = weights.data(),
                  .gradients = gradients.data(),
                  .first_moments = first.data(),
                  .second_moments = second.data(),
                  .averages = averages.data(),
                  .count = count,
                  .rate = 0.01F,
                  .decay = 0.002F,
                  .beta1 = 0.9F,
                  .beta2 = 0.99F,
                  .correction1 = 1.7F,
                  .correction2 = 3.1F,
                  .epsilon = 1e-8F,
                  .gradient_scale = 0.7F,
                  .average_rate = 0.25F});
    }
};

/// One update of dynamic evaluation: the weights after it. Of the usual sizes of gradients the
/// first is zero and the second infinite.
Floats dynamic_weights(const KernelTable& set, std::int64_t count) {
    auto weights = random_floats(count, 1), rms = random_floats(count, 3);
    const auto gradients = random_floats(count, 2), original = random_floats(count, 4);
    for (auto& x : rms) x = std::abs(x);
    rms[0] = 0;
    rms[1] = std::numeric_limits<float>::infinity();
    set.dynamic_update({.weights = weights.data(),
                        .gradients = gradients.data(),
                        .rms = rms.data(),
                        .original = original.data(),
                        .count = count,
                        .rate = 0.01F,
                        .pull = 3.0F,
                        .epsilon = 1e-3F});
    return weights;
}

double exact_dot(const Floats& a, const Floats& b, std::int64_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        sum += double{a[i]} * double{b[i]};
    return sum;
}

}  // namespace

TEST_SUITE("kernels/elementwise") {
    TEST_CASE("an update worked out by hand: m = 0.5, v = 1, w = 1 - 0.25 - 0.1 * 1 / 2") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Floats w(16, 1.0F), g(16, 4.0F), m(16, 0.0F), v(16, 0.0F);
            // g' = 2; m = 0.25 * 2; v = 0.25 * 4; m correction1 = 1; sqrt(v correction2) = 2
            set->adam({.weights = w.data(),
                       .gradients = g.data(),
                       .first_moments = m.data(),
                       .second_moments = v.data(),
                       .count = 16,
                       .rate = 0.1F,
                       .decay = 0.25F,
                       .beta1 = 0.75F,
                       .beta2 = 0.75F,
                       .correction1 = 2.0F,
                       .correction2 = 4.0F,
                       .epsilon = 0.0F,
                       .gradient_scale = 0.5F});
            CHECK(m[7] == 0.5F);
            CHECK(v[7] == 1.0F);
            CHECK(w[7] == doctest::Approx(0.7).epsilon(1e-6));
        }
    }

    TEST_CASE("averages move a quarter of the way to the new weights") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Weights x{32};
            const auto before = x.averages;
            x.update(*set);
            for (std::size_t i = 0; i < 32; ++i) {
                CHECK(x.averages[i] ==
                      doctest::Approx(0.75 * double{before[i]} + 0.25 * double{x.weights[i]}));
            }
        }
    }

    TEST_CASE(
        "a dynamic update worked out by hand: w = 1 - 0.5 * 3 / (0.75 + 0.25) + 0.375 * (2 - 1), "
        "and the pull goes no further than the original") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Floats w(16, 1.0F), g(16, 3.0F), rms(16, 0.75F), original(16, 2.0F);
            rms[5] = 7.75F;
            const DynamicUpdate update{.weights = w.data(),
                                       .gradients = g.data(),
                                       .rms = rms.data(),
                                       .original = original.data(),
                                       .count = 16,
                                       .rate = 0.5F,
                                       .pull = 0.5F,
                                       .epsilon = 0.25F};
            set->dynamic_update(update);
            CHECK(w[4] == -0.125F);
            CHECK(w[5] == 1.8125F);  // 1 - 1.5 / 8 + 1 * (2 - 1)
        }
    }

    TEST_CASE("momentum looks ahead and a step follows it, with the same bits everywhere") {
        const auto sets = instruction_sets();
        Floats moments, direction, weights, averages;
        for (const auto* set : sets) {
            CAPTURE(set->name);
            Weights x{48};
            Floats ahead(48);
            const auto old = x;
            set->momentum({.gradients = x.gradients.data(),
                           .moments = x.first.data(),
                           .direction = ahead.data(),
                           .count = 48,
                           .beta = 0.75F,
                           .gradient_scale = 0.5F});
            set->step({.weights = x.weights.data(),
                       .direction = ahead.data(),
                       .averages = x.averages.data(),
                       .count = 48,
                       .rate = 0.25F,
                       .decay = 0.125F,
                       .average_rate = 0.5F});
            for (std::size_t i = 0; i < 48; ++i) {
                const double g = 0.25 * 0.5 * double{old.gradients[i]};
                const double m = 0.75 * double{old.first[i]} + g;
                const double w = 0.875 * double{old.weights[i]} - 0.25 * (0.75 * m + g);
                CHECK(x.first[i] == doctest::Approx(m).epsilon(1e-5).scale(0.01));
                CHECK(x.weights[i] == doctest::Approx(w).epsilon(1e-5).scale(0.01));
                CHECK(
                    x.averages[i] ==
                    doctest::Approx(0.5 * (double{old.averages[i]} + w)).epsilon(1e-5).scale(0.01));
            }
            if (moments.empty()) {
                moments = x.first, direction = ahead, weights = x.weights, averages = x.averages;
            }
            CHECK(bits(x.first) == bits(moments));
            CHECK(bits(ahead) == bits(direction));
            CHECK(bits(x.weights) == bits(weights));
            CHECK(bits(x.averages) == bits(averages));
        }
    }

    TEST_CASE("an update leaves zero weights without gradients at zero") {
        for (const auto* set : instruction_sets()) {
            Weights x{32};
            for (auto* values : {&x.weights, &x.gradients, &x.first, &x.second}) {
                std::fill(values->begin(), values->end(), 0.0F);
            }
            x.update(*set);
            CHECK(bits(x.weights) == bits(Floats(32)));
        }
    }

    TEST_CASE("every instruction set updates, sums and projects to the same bits") {
        const auto sets = instruction_sets();
        for (std::int64_t count = 16; count <= 160; count += 16) {
            Weights first{count};
            first.update(*sets.front());
            for (const auto* set : sets) {
                INFO(set->name, " count ", count);
                Weights x{count};
                x.update(*set);
                REQUIRE(bits(x.weights) == bits(first.weights));
                REQUIRE(bits(x.first) == bits(first.first));
                REQUIRE(bits(x.second) == bits(first.second));
                REQUIRE(bits(x.averages) == bits(first.averages));
                REQUIRE(bits(dynamic_weights(*set, count)) ==
                        bits(dynamic_weights(*sets.front(), count)));
                REQUIRE(set->sum_of_squares(x.weights.data(), count) ==
                        sets.front()->sum_of_squares(x.weights.data(), count));
            }
        }
        for (std::int64_t count = 0; count <= 67; ++count) {
            const auto a = random_floats(count, 5), b = random_floats(count, 6);
            auto first = a;
            sets.front()->project_out(first.data(), b.data(), count);
            for (const auto* set : sets) {
                INFO(set->name, " count ", count);
                auto row = a;
                set->project_out(row.data(), b.data(), count);
                REQUIRE(bits(row) == bits(first));
                REQUIRE(set->dot(a.data(), b.data(), count) ==
                        sets.front()->dot(a.data(), b.data(), count));
            }
        }
    }

    TEST_CASE("dot products and sums of squares are sums, whole numbers exactly") {
        for (const auto* set : instruction_sets()) {
            for (std::int64_t count = 0; count <= 67; ++count) {
                INFO(set->name, " count ", count);
                Floats a, b;
                std::int64_t expected = 0;
                for (std::int64_t i = 0; i < count; ++i) {
                    a.push_back(static_cast<float>(i - 9));
                    b.push_back(static_cast<float>(3 * i));
                    expected += (i - 9) * 3 * i;
                }
                CHECK(set->dot(a.data(), b.data(), count) == static_cast<double>(expected));
                if (count % 16 == 0) {
                    CHECK(set->sum_of_squares(a.data(), count) == exact_dot(a, a, count));
                }
            }
            Floats bad(32, 1.0F);
            bad[20] = std::numeric_limits<float>::quiet_NaN();
            CHECK(std::isnan(set->sum_of_squares(bad.data(), 32)));
        }
    }

    TEST_CASE("what is left after a projection is orthogonal to the unit vector") {
        for (const auto* set : instruction_sets()) {
            for (std::int64_t count = 1; count <= 67; ++count) {
                auto row = random_floats(count, 7), unit = random_floats(count, 8);
                const double length = std::sqrt(exact_dot(unit, unit, count));
                for (auto& x : unit) x = static_cast<float>(double{x} / length);
                row.push_back(42.0F);
                set->project_out(row.data(), unit.data(), count);
                INFO(set->name, " count ", count);
                CHECK(std::abs(exact_dot(row, unit, count)) < 2e-6);
                CHECK(row.back() == 42.0F);  // nothing beyond the row is written
            }
        }
    }

    TEST_CASE("sums and products are taken element by element") {
        for (const auto* set : instruction_sets()) {
            const auto a = random_floats(48, 9), b = random_floats(48, 10);
            Floats sum = a, squares = a, product(48);
            set->add(sum.data(), b.data(), 32);
            set->add_squares(squares.data(), b.data(), 32);
            set->multiply(product.data(), a.data(), b.data(), 32);
            for (std::size_t i = 0; i < 48; ++i) {
                CHECK(sum[i] == (i < 32 ? a[i] + b[i] : a[i]));
                CHECK(squares[i] == (i < 32 ? std::fma(b[i], b[i], a[i]) : a[i]));
                CHECK(product[i] == (i < 32 ? a[i] * b[i] : 0.0F));
            }
        }
    }

    TEST_CASE(
        "transposed panels hold W(p, k, j) at (k / 16, 16 p + j, k % 16), from the first one asked for "
        "on, and zeros beyond the depth") {
        for (const auto* set : instruction_sets()) {
            for (std::int64_t panels = 1; panels <= 3; ++panels) {
                for (const std::int64_t depth : {1, 7, 16, 17, 33, 48}) {
                    const auto w = random_floats(panels * depth * 16, 11);
                    const auto blocks = panels_for(depth);
                    Floats out(static_cast<std::size_t>(blocks * panels * 256), 9.0F),
                        expected = out;
                    const std::int64_t first = blocks > 2 ? 1 : 0;  // leave a block out
                    for (std::int64_t k = 16 * first; k < 16 * blocks; ++k) {
                        for (std::int64_t n = 0; n < panels * 16; ++n) {
                            const auto at = (k / 16 * panels * 16 + n) * 16 + k % 16;
                            const auto from = (n / 16 * depth + k) * 16 + n % 16;
                            expected[static_cast<std::size_t>(at)] =
                                k < depth ? w[static_cast<std::size_t>(from)] : 0.0F;
                        }
                    }
                    set->transpose_panels(w.data(), panels, depth,
                                          out.data() + first * panels * 256, first, blocks);
                    INFO(set->name, " panels ", panels, " depth ", depth);
                    CHECK(bits(out) == bits(expected));
                }
            }
        }
    }

    TEST_CASE(
        "there is a portable set, unknown names give none, and the chosen one is among them") {
        const auto sets = instruction_sets();
        CHECK_FALSE(sets.empty());
        CHECK(kernels_for("sse9") == nullptr);
        CHECK(kernels_for("") == nullptr);
        CHECK(kernels_for(instruction_set()) == &kernels());
    }

    TEST_CASE("sizes are padded to panels, and long rows are kept off powers of two") {
        CHECK(panels_for(0) == 0);
        CHECK(panels_for(16) == 1);
        CHECK(padded(17) == 32);
        CHECK(leading_dimension(17) == 32);
        CHECK(leading_dimension(128) == 144);
        CHECK(leading_dimension(250) == 272);
    }
}
