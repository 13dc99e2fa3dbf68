#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "kernels/instruction_sets.hpp"

using namespace carousel;

namespace {

double exact_gelu(double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

}  // namespace

TEST_SUITE("kernels/gelu") {
    TEST_CASE("GELU and its slope are those of the formula, and the same under every set") {
        auto in = random_floats(320, 1, 6.0F);
        in[0] = 0;
        in[1] = 90;
        in[2] = -90;
        const auto grad = random_floats(320, 2);
        Floats first, first_grad;
        for (const auto* set : instruction_sets()) {
            CAPTURE(set->name);
            Floats out(in.size()), back = grad;
            set->gelu(in.data(), out.data(), 320);
            set->gelu_backward(in.data(), back.data(), 320);
            for (std::size_t i = 0; i < in.size(); ++i) {
                CAPTURE(in[i]);
                const double x = double{in[i]}, h = 1e-5;
                CHECK(std::abs(double{out[i]} - exact_gelu(x)) < 1e-6 * (1 + std::abs(x)));
                const double slope = (exact_gelu(x + h) - exact_gelu(x - h)) / (2 * h);
                CHECK(std::abs(double{back[i]} - double{grad[i]} * slope) < 2e-6);
            }
            if (first.empty()) first = out, first_grad = back;
            CHECK(bits(out) == bits(first));
            CHECK(bits(back) == bits(first_grad));
            set->gelu(in.data(), in.data(), 0);  // nothing
            Floats in_place = in;
            set->gelu(in_place.data(), in_place.data(), 320);
            CHECK(bits(in_place) == bits(first));
        }
    }
}
