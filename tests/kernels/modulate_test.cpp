#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_count = 48, k_margin = 16;

/// A vector with a margin behind it that no kernel may touch.
struct Vector {
    Floats gate = random_floats(k_count + k_margin, 1, 5.0F), in = random_floats(k_count, 2, 2.0F);
    Floats out = random_floats(k_count + k_margin, 3), grad = random_floats(k_count + k_margin, 4);

    void forward(const KernelTable& set) {
        set.modulate({gate.data(), in.data(), out.data(), k_count});
    }
    void backward(const KernelTable& set) {
        set.modulate_backward({gate.data(), in.data(), grad.data(), k_count});
    }
};

}  // namespace

TEST_SUITE("kernels/modulate") {
    TEST_CASE("out = 2 s(a) in, and the gradients are those of this equation") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Vector v;
            const auto a = v.gate, grad = v.grad;
            v.forward(*set);
            const auto out = v.out;
            v.backward(*set);
            for (std::size_t i = 0; i < k_count; ++i) {
                const double s = 1 / (1 + std::exp(-double{a[i]})), x = v.in[i], g = grad[i];
                CHECK(std::abs(out[i] - 2 * s * x) < 1e-6);
                CHECK(std::abs(v.gate[i] - g * x * 2 * s * (1 - s)) < 1e-6);
                CHECK(std::abs(v.grad[i] - g * 2 * s) < 1e-6);
            }
        }
    }

    TEST_CASE("an argument of zero changes nothing") {
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Vector v;
            std::fill(v.gate.begin(), v.gate.end(), 0.0F);
            v.forward(*set);
            CHECK(bits({v.out.begin(), v.out.begin() + k_count}) == bits(v.in));
        }
    }

    TEST_CASE("every instruction set gives the same bits, and margins stay as they were") {
        const auto sets = instruction_sets();
        const Vector untouched;
        Vector first;
        first.forward(*sets.front());
        first.backward(*sets.front());
        for (std::size_t i = k_count; i < k_count + k_margin; ++i) {
            CHECK(first.gate[i] == untouched.gate[i]);
            CHECK(first.out[i] == untouched.out[i]);
            CHECK(first.grad[i] == untouched.grad[i]);
        }
        for (const auto* set : sets) {
            CAPTURE(set->name);
            Vector v;
            v.forward(*set);
            v.backward(*set);
            CHECK(bits(v.gate) == bits(first.gate));
            CHECK(bits(v.out) == bits(first.out));
            CHECK(bits(v.grad) == bits(first.grad));
        }
    }
}
