#include "cpu/gradient_exchange.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "cpu/gradient_norm.hpp"
#include "support/processes_in_one.hpp"

using namespace carousel;

namespace {

constexpr std::int64_t k_exchanged = 3 * k_norm_piece + 96;

/// What a shard adds to a gradient.
std::vector<float> gradient_of(int shard) {
    std::vector<float> values(static_cast<std::size_t>(k_exchanged));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 37 + static_cast<std::size_t>(shard) * 11) % 101) / 7;
    return values;
}

/// That of two shards, and the squares of its pieces.
std::pair<std::vector<float>, std::vector<double>> sum_of_two() {
    auto sum = gradient_of(0);
    const auto other = gradient_of(1);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
    std::vector<double> squares(static_cast<std::size_t>(norm_pieces(k_exchanged)));
    ThreadPool pool(1);
    sum_squares(pool, sum.data(), k_exchanged, squares);
    return {sum, squares};
}

}  // namespace

TEST_SUITE("cpu/gradient_exchange") {
    TEST_CASE("parts that are sent one after the other become the sums of all shards") {
        const auto [expected, squares] = sum_of_two();
        ProcessesInOne(2).run([&](Communicator& communicator) {
            auto gradient = gradient_of(communicator.process());
            const std::span<float> sum(gradient);
            GradientExchange exchange(communicator, 2, std::span(&sum, 1), {});
            for (int times = 0; times < 2; ++times) {
                std::ranges::copy(gradient_of(communicator.process()), gradient.begin());
                exchange.send({20'000, k_exchanged});
                exchange.send({0, 20'000});
                exchange.finish();
                REQUIRE(gradient == expected);
            }
        });
    }

    TEST_CASE("of what one process keeps the others get the squares of whole pieces, and no sums") {
        const auto [expected, squares] = sum_of_two();
        const std::vector<Owned> kept{{1, 100, 2 * k_norm_piece + 5}};
        for (const bool in_slices : {false, true}) {
            ProcessesInOne(2).run([&](Communicator& communicator) {
                auto gradient = gradient_of(communicator.process());
                const std::span<float> sum(gradient);
                GradientExchange exchange(communicator, 2, std::span(&sum, 1), {kept, in_slices});
                exchange.send({0, k_exchanged});
                exchange.finish();
                CHECK((gradient == expected) == (communicator.process() == 1));
                ThreadPool pool(1);
                std::vector<double> own(squares.size());
                sum_squares(pool, gradient.data(), k_exchanged, own);
                CHECK((own == squares) == (communicator.process() == 1));
                exchange.complete(own);
                CHECK(own == squares);
            });
        }
    }

    TEST_CASE("whoever fails in the middle of a window is not waited for") {
        CHECK_THROWS_AS(ProcessesInOne(3).run([&](Communicator& communicator) {
            auto gradient = gradient_of(communicator.process());
            const std::span<float> sum(gradient);
            GradientExchange exchange(communicator, 3, std::span(&sum, 1), {});
            exchange.send({20'000, k_exchanged});
            if (communicator.process() == 1) throw std::runtime_error("fails");
            exchange.send({0, 20'000});
            exchange.finish();
        }),
                        std::runtime_error);
    }

    TEST_CASE("who trains alone has its gradient") {
        Alone alone;
        auto gradient = gradient_of(0);
        const std::span<float> sum(gradient);
        GradientExchange exchange(alone, 1, std::span(&sum, 1), {});
        exchange.send({0, k_exchanged});
        exchange.finish();
        CHECK(gradient == gradient_of(0));
    }
}
