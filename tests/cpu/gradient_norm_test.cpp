#include "cpu/gradient_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.hpp"

using namespace carousel;

TEST_SUITE("cpu/gradient_norm") {
    TEST_CASE("the norm of 3 and 4 is 5, wherever they stand") {
        ThreadPool pool(2);
        std::vector<float> gradients(40000);
        gradients[5] = 3;
        gradients[39999] = -4;
        CHECK(global_norm(pool, gradients.data(), 40000) == 5);
        CHECK(global_norm(pool, gradients.data(), 0) == 0);
    }

    TEST_CASE("the norm has the same bits for every number of threads and is right to 1e-6") {
        std::vector<float> gradients(100000);
        double squares = 0;
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            gradients[i] = random_normal({1, RandomPurpose::benchmark, 0}, i);
            squares += double{gradients[i]} * double{gradients[i]};
        }
        ThreadPool one(1);
        const double norm = global_norm(one, gradients.data(), 100000);
        CHECK(norm == doctest::Approx(std::sqrt(squares)).epsilon(1e-6));
        for (const int threads : {2, 3, 8}) {
            ThreadPool pool(threads);
            CHECK(global_norm(pool, gradients.data(), 100000) == norm);
        }
    }

    TEST_CASE("one number that is not finite makes the norm so") {
        ThreadPool pool(2);
        for (const float bad :
             {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
            std::vector<float> gradients(32, 1.0F);
            gradients[17] = bad;
            CHECK_FALSE(std::isfinite(global_norm(pool, gradients.data(), 32)));
        }
    }
}
