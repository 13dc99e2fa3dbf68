#include "model/collectives.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "support/processes_in_one.hpp"

using namespace carousel;

namespace {

/// Numbers whose sum depends on the order, all of them different.
std::vector<float> part_of_shard(std::int64_t shard, std::size_t size) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        const auto draw = random_uniform({1, RandomPurpose::benchmark, 0},
                                         static_cast<std::uint64_t>(shard) * 1000 + i);
        values[i] = static_cast<float>(std::exp(20 * draw) - std::exp(19 * (1 - draw)));
    }
    return values;
}

/// What one process does alone: every node is the sum of its two parts.
std::vector<float> sum_of(const Shards& node, std::size_t size) {
    if (node.size() == 1) return part_of_shard(node.begin, size);
    auto sum = sum_of(left_of(node), size);
    const auto right = sum_of(right_of(node), size);
    for (std::size_t i = 0; i < size; ++i) sum[i] += right[i];
    return sum;
}

std::string spelled(const Shards& node) {
    if (node.size() == 1) return std::to_string(node.begin);
    return "(" + spelled(left_of(node)) + " " + spelled(right_of(node)) + ")";
}

}  // namespace

TEST_SUITE("model/collectives") {
    TEST_CASE("the tree of shards follows from their number alone") {
        CHECK(spelled({0, 1}) == "0");
        CHECK(spelled({0, 2}) == "(0 1)");
        CHECK(spelled({0, 3}) == "((0 1) 2)");
        CHECK(spelled({0, 6}) == "(((0 1) (2 3)) (4 5))");
        CHECK(spelled({0, 8}) == "(((0 1) (2 3)) ((4 5) (6 7)))");
        CHECK(spelled({0, 9}) == "((((0 1) (2 3)) ((4 5) (6 7))) 8)");
    }

    TEST_CASE("the largest nodes of all processes are all shards, each once, at most two a level") {
        for (std::int64_t shards = 1; shards <= 33; ++shards) {
            for (int n = 1; n <= shards; ++n) {
                std::int64_t next = 0;
                for (int p = 0; p < n; ++p) {
                    const auto own = shards_of_process(shards, n, p);
                    REQUIRE(own.begin == next);
                    REQUIRE(own.size() >= 1);
                    const auto nodes = largest_nodes(shards, own);
                    REQUIRE(nodes.size() <= 2 * 6);
                    for (const auto& node : nodes) {
                        REQUIRE(node.begin == next);
                        next = node.end;
                    }
                    REQUIRE(next == own.end);
                    const bool even = shards % n == 0 &&
                                      std::has_single_bit(static_cast<std::uint64_t>(shards / n));
                    if (even) REQUIRE(nodes.size() == 1);
                }
                REQUIRE(next == shards);
            }
        }
    }

    TEST_CASE("shards are added up to the same bits by every number of processes") {
        for (const std::int64_t shards : {1, 2, 3, 5, 8, 12}) {
            for (const std::size_t size : {1, 15, 16, 100}) {
                const auto expected = sum_of({0, shards}, size);
                for (int n = 1; n <= std::min<int>(8, static_cast<int>(shards)); ++n) {
                    CAPTURE(shards);
                    CAPTURE(size);
                    CAPTURE(n);
                    ProcessesInOne(n).run([&](Communicator& communicator) {
                        ShardSum sum(communicator, shards);
                        std::vector<std::vector<float>> nodes;
                        for (const auto& node : sum.own_nodes())
                            nodes.push_back(sum_of(node, size));
                        std::vector<std::span<float>> spans(nodes.begin(), nodes.end());
                        sum.add_up(spans);
                        REQUIRE(nodes[0] == expected);
                        const auto own = shards_of_process(shards, n, communicator.process());
                        std::vector<double> losses;
                        for (auto s = own.begin; s < own.end; ++s)
                            losses.push_back(1.0 / static_cast<double>(3 + s));
                        Alone alone;
                        std::vector<double> all;
                        for (std::int64_t s = 0; s < shards; ++s)
                            all.push_back(1.0 / static_cast<double>(3 + s));
                        REQUIRE(sum.add_up(losses) == ShardSum(alone, shards).add_up(all));
                    });
                }
            }
        }
    }

    TEST_CASE("of what a process keeps, it alone has the sum, with the bits of one") {
        constexpr std::size_t k_size = 100;
        const auto expected = sum_of({0, 6}, k_size);
        for (const int n : {2, 3, 4}) {
            CAPTURE(n);
            ProcessesInOne(n).run([&](Communicator& communicator) {
                ShardSum sum(communicator, 6);
                std::vector<std::vector<float>> nodes;
                for (const auto& node : sum.own_nodes()) nodes.push_back(sum_of(node, k_size));
                std::vector<std::span<float>> spans(nodes.begin(), nodes.end());
                std::vector<ShardSum::Portion> portions;
                sum.add_slices(0, 40, ShardSum::Portion::k_all, portions);
                portions.push_back({{1, 40, 55}, 1});
                portions.push_back({{1, 55, 60}, 0});
                portions.push_back({{0, 60, 71}, 0});
                sum.add_slices(71, 100, ShardSum::Portion::k_all, portions);
                sum.add_up(spans, portions);
                for (std::size_t i = 0; i < k_size; ++i) {
                    const int keeper = i < 40 || i >= 71 ? -1 : i < 55 ? 1 : 0;
                    const bool adds_up = i >= 55 && i < 60 && communicator.process() == 1;
                    CAPTURE(i);
                    if (keeper < 0 || keeper == communicator.process() || adds_up)
                        REQUIRE(nodes[0][i] == expected[i]);
                    else
                        REQUIRE(nodes[0][i] != expected[i]);
                }
                const std::vector<Owned> kept{{1, 40, 55}, {0, 55, 71}};
                share_out(communicator, kept, std::span(nodes[0]));
                REQUIRE(nodes[0] == expected);
            });
        }
    }

    TEST_CASE("in slices everybody gets every part once, and its owner sends it less than twice") {
        const std::vector<Owned> parts{{1, 3, 500}, {0, 500, 507}, {1, 600, 990}};
        std::vector<float> expected(1000);
        for (const auto& part : parts)
            for (auto i = part.begin; i < part.end; ++i)
                expected[static_cast<std::size_t>(i)] = static_cast<float>(1 + i);
        constexpr std::size_t k_bytes = (497 + 7 + 390) * sizeof(float);
        for (const int n : {2, 3, 4, 5, 8}) {
            CAPTURE(n);
            ProcessesInOne processes(n);
            processes.run([&](Communicator& communicator) {
                const int self = communicator.process();
                std::vector<float> values(1000);
                for (const auto& part : parts)
                    if (part.process == self)
                        std::copy_n(expected.begin() + part.begin, part.size(),
                                    values.begin() + part.begin);
                share_out_in_slices(communicator, parts, values);
                REQUIRE(values == expected);
            });
            const auto others = static_cast<std::size_t>(n - 1);
            CHECK(processes.bytes_of_all() == others * k_bytes);
            CHECK(processes.bytes_of_first() < 2 * k_bytes);
        }
    }

    TEST_CASE("slices are all of a range, in order, and differ by a cache line at most") {
        for (const std::int64_t size : {0, 1, 15, 16, 17, 1000}) {
            for (const int n : {1, 2, 3, 7, 64}) {
                std::int64_t end = 5;
                for (int p = 0; p < n; ++p) {
                    const auto slice = slice_of({0, 5, 5 + size}, n, p);
                    REQUIRE(slice.process == p);
                    REQUIRE(slice.begin == end);
                    REQUIRE(slice.size() <= size / n + 16);
                    end = slice.end;
                }
                REQUIRE(end == 5 + size);
            }
        }
    }

    TEST_CASE("an even share sends the bytes of a ring") {
        constexpr std::size_t k_size = 16 * 64;
        for (const int n : {2, 4, 8}) {
            ProcessesInOne processes(n);
            processes.run([&](Communicator& communicator) {
                ShardSum sum(communicator, 8);
                auto node = std::vector<float>(k_size);
                const std::span<float> own(node);
                sum.add_up(std::span(&own, 1));
            });
            const auto ring = 2 * (n - 1) * k_size * sizeof(float) / static_cast<std::size_t>(n);
            CHECK(processes.bytes_of_first() == ring);
        }
    }

    TEST_CASE("a link is measured by all together, and carries something") {
        ProcessesInOne(3).run([](Communicator& communicator) {
            const auto link = measure_link(communicator);
            REQUIRE(link.bytes_per_second > 0);
            REQUIRE(link.latency > 0);
        });
    }

    TEST_CASE("what is scattered is gathered again") {
        for (const int n : {1, 2, 3, 5}) {
            ProcessesInOne(n).run([&](Communicator& communicator) {
                constexpr std::int64_t k_shards = 5;
                std::vector<int> all(10), back(10);
                if (communicator.process() == 0)
                    for (int i = 0; i < 10; ++i) all[static_cast<std::size_t>(i)] = i;
                const auto own = shards_of_process(k_shards, n, communicator.process());
                std::vector<int> some(static_cast<std::size_t>(2 * own.size()));
                scatter(communicator, k_shards, std::as_bytes(std::span(all)),
                        std::as_writable_bytes(std::span(some)));
                for (std::size_t i = 0; i < some.size(); ++i)
                    REQUIRE(some[i] == 2 * own.begin + static_cast<int>(i));
                gather(communicator, k_shards, std::as_bytes(std::span(some)),
                       std::as_writable_bytes(std::span(back)));
                if (communicator.process() == 0) REQUIRE(back == all);
            });
        }
    }
}
