#include "data/batch_iterator.hpp"

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>
#include <vector>

using namespace carousel;

namespace {

/// The token at index i is i: what a batch holds says where it comes from.
BatchIterator over_indices(std::uint64_t begin, std::uint64_t end, BatchShape shape,
                           std::uint64_t seed = 1) {
    const auto read = [begin, end](std::uint64_t at, std::span<TokenId> out) {
        for (auto& id : out) {
            REQUIRE(at >= begin);
            REQUIRE(at < end);
            id = static_cast<TokenId>(at++);
        }
    };
    return {read, begin, end, shape, seed};
}

void fill(const BatchIterator& batches, std::uint64_t epoch, std::uint64_t window, Batch& batch) {
    const auto shape = batches.shape();
    std::vector<TokenId> streams(static_cast<std::size_t>(shape.batch_size * (shape.window + 1)));
    batches.read(epoch, window, streams);
    fill_batch(streams, shape, batch);
}

/// Texts and shapes: exact fits, remainders of streams and of windows, one token.
struct Example {
    std::uint64_t begin, end;
    BatchShape shape;
};
const std::vector<Example> k_examples{{0, 1, {1, 1}},     {5, 7, {2, 1}},    {5, 7, {1, 2}},
                                      {0, 24, {2, 4}},    {10, 110, {3, 7}}, {7, 1008, {19, 10}},
                                      {0, 997, {32, 31}}, {3, 103, {1, 100}}};

}  // namespace

TEST_SUITE("data/batch_iterator") {
    TEST_CASE("targets are inputs shifted by one on the ring of the text") {
        for (const auto& x : k_examples) {
            auto batches = over_indices(x.begin, x.end, x.shape);
            Batch batch;
            for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
                for (std::uint64_t window = 0; window < batches.windows_per_epoch(); ++window) {
                    fill(batches, epoch, window, batch);
                    REQUIRE(batch.inputs.shape(0) == static_cast<std::size_t>(x.shape.window));
                    REQUIRE(batch.inputs.shape(1) == static_cast<std::size_t>(x.shape.batch_size));
                    REQUIRE(batch.targets.shape() == batch.inputs.shape());
                    for (std::size_t i = 0; i < batch.inputs.size(); ++i) {
                        const std::uint64_t next = batch.inputs.data()[i] + std::uint64_t{1};
                        REQUIRE(batch.targets.data()[i] == (next == x.end ? x.begin : next));
                    }
                }
            }
        }
    }

    TEST_CASE("a stream goes on in the next window where it stopped in the last") {
        for (const auto& x : k_examples) {
            auto batches = over_indices(x.begin, x.end, x.shape);
            Batch before, after;
            for (std::uint64_t window = 1; window < batches.windows_per_epoch(); ++window) {
                fill(batches, 2, window - 1, before);
                fill(batches, 2, window, after);
                const auto last = static_cast<std::size_t>(x.shape.window) - 1;
                for (std::size_t b = 0; b < static_cast<std::size_t>(x.shape.batch_size); ++b) {
                    REQUIRE(after.inputs(0, b) == before.targets(last, b));
                    if (last > 0) REQUIRE(before.inputs(1, b) == before.targets(0, b));
                }
            }
        }
    }

    TEST_CASE("no token is an input twice within an epoch, and few are left out") {
        for (const auto& x : k_examples) {
            auto batches = over_indices(x.begin, x.end, x.shape);
            Batch batch;
            for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
                std::set<TokenId> seen;
                for (std::uint64_t window = 0; window < batches.windows_per_epoch(); ++window) {
                    fill(batches, epoch, window, batch);
                    for (const auto id : batch.inputs) REQUIRE(seen.insert(id).second);
                }
                // Less than one window of each stream, and less than one token a stream.
                const auto left_out = (x.end - x.begin) - seen.size();
                CHECK(left_out < static_cast<std::uint64_t>(x.shape.batch_size * x.shape.window) +
                                     static_cast<std::uint64_t>(x.shape.batch_size));
            }
        }
    }

    TEST_CASE("some of the streams make a batch of what they read among all") {
        const auto all = over_indices(3, 1000, {5, 7});
        std::vector<TokenId> streams(5 * 8);
        all.read(4, 6, streams);
        Batch batch, part;
        fill_batch(streams, {5, 7}, batch);
        fill_batch(std::span(streams).subspan(2 * 8, 2 * 8), {2, 7}, part);
        for (std::size_t t = 0; t < 7; ++t) {
            for (std::size_t b = 0; b < 2; ++b) {
                REQUIRE(part.inputs(t, b) == batch.inputs(t, 2 + b));
                REQUIRE(part.targets(t, b) == batch.targets(t, 2 + b));
            }
        }
    }

    TEST_CASE("where an epoch begins differs between epochs and seeds, and is a function of both") {
        auto first = over_indices(0, 100000, {4, 10}), same = over_indices(0, 100000, {4, 10});
        auto other = over_indices(0, 100000, {4, 10}, 2);
        std::set<TokenId> begins, others;
        Batch batch;
        for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
            fill(first, epoch, 0, batch);
            const auto begin = batch.inputs(0, 0);
            begins.insert(begin);
            fill(other, epoch, 0, batch);
            others.insert(batch.inputs(0, 0));
            fill(same, epoch, 0, batch);
            CHECK(batch.inputs(0, 0) == begin);
        }
        CHECK(begins.size() == 20);
        CHECK(begins != others);
        CHECK(*begins.rbegin() - *begins.begin() > 50000);  // all over the text
    }

    TEST_CASE("a shape that does not fit and a window beyond the end are refused") {
        CHECK_THROWS_AS(over_indices(0, 9, {2, 5}), std::logic_error);
        CHECK_THROWS_AS(over_indices(4, 4, {1, 1}), std::logic_error);
        auto batches = over_indices(0, 10, {2, 5});
        Batch batch;
        CHECK(batches.windows_per_epoch() == 1);
        CHECK_NOTHROW(fill(batches, 7, 0, batch));
        CHECK_THROWS_AS(fill(batches, 7, 1, batch), std::logic_error);
    }

    TEST_CASE("a fitted shape fits texts of every length and is as wanted when that fits") {
        for (const BatchShape wanted :
             {BatchShape{32, 64}, {64, 128}, {1, 1}, {1, 500}, {500, 1}, {7, 13}}) {
            for (std::uint64_t tokens = 1; tokens <= 10000; ++tokens) {
                const auto shape = fit_batch_shape(tokens, wanted);
                REQUIRE(shape.batch_size >= 1);
                REQUIRE(shape.window >= 1);
                REQUIRE(shape.batch_size <= wanted.batch_size);
                REQUIRE(shape.window <= wanted.window);
                REQUIRE(static_cast<std::uint64_t>(shape.batch_size * shape.window) <= tokens);
                if (static_cast<std::uint64_t>(wanted.batch_size * wanted.window) <= tokens) {
                    REQUIRE(shape == wanted);
                }
                if (tokens % 97 == 1) CHECK_NOTHROW(over_indices(0, tokens, shape));
            }
        }
    }

    TEST_CASE("read from the end, a text gives the windows of the reversed text") {
        constexpr std::uint64_t k_begin = 10, k_end = 111;
        const auto batches = over_indices(k_begin, k_end, {3, 4}).from_the_end();
        const auto mirrored = [](std::uint64_t at, std::span<TokenId> out) {
            for (auto& id : out) id = static_cast<TokenId>(k_begin + k_end - 1 - at++);
        };
        const BatchIterator reversed(mirrored, k_begin, k_end, {3, 4}, 1);
        REQUIRE(batches.windows_per_epoch() == reversed.windows_per_epoch());
        std::vector<TokenId> found(15), expected(15);
        for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
            for (std::uint64_t window = 0; window < batches.windows_per_epoch(); ++window) {
                batches.read(epoch, window, found);
                reversed.read(epoch, window, expected);
                CHECK(found == expected);
            }
        }
    }
}
