#include "cpu/team_share.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace carousel;

TEST_SUITE("cpu/team_share") {
    TEST_CASE("the members of a team compute each unit of each stream once") {
        for (const auto cell : {CellKind::lstm, CellKind::mingru, CellKind::gru_before,
                                CellKind::mogrifier, CellKind::layernorm_lstm}) {
            for (const int threads : {1, 2, 3, 8, 12}) {
                ThreadPool pool(threads);
                for (const std::int64_t streams : {1, 5, 16, 70}) {
                    constexpr std::int64_t k_blocks = 5;
                    std::vector<int> computed(static_cast<std::size_t>(streams * k_blocks));
                    for (int i = 0; i < threads; ++i) {
                        const Member member(pool, i, cell_shape(cell), streams, k_blocks);
                        for (auto b = member.streams().begin; b < member.streams().end; ++b) {
                            for (auto u = member.blocks().begin; u < member.blocks().end; ++u)
                                ++computed[static_cast<std::size_t>(b * k_blocks + u)];
                        }
                    }
                    CHECK(computed == std::vector<int>(computed.size(), 1));
                }
            }
        }
    }

    TEST_CASE("members meet where units read each other's outputs and the streams are few") {
        const auto meetings = [](CellKind cell, std::int64_t streams, int threads) {
            return team_share(cell_shape(cell), streams, 32, threads).meetings;
        };
        CHECK(meetings(CellKind::lstm, 4, 2) == 1);
        CHECK(meetings(CellKind::gru_before, 4, 2) == 2);
        CHECK(meetings(CellKind::mingru, 4, 2) == 0);
        CHECK(meetings(CellKind::layernorm_lstm, 4, 2) == 0);
        CHECK(meetings(CellKind::mogrifier, 4, 2) == 0);
        CHECK(meetings(CellKind::lstm, 32, 2) == 0);
        CHECK(meetings(CellKind::lstm, 4, 1) == 0);
    }

    TEST_CASE("a large team forms groups, whose parts of the weights stay in their caches") {
        const auto groups = [](std::int64_t streams, std::int64_t blocks, int threads) {
            return team_share(cell_shape(CellKind::lstm), streams, blocks, threads).groups;
        };
        CHECK(groups(64, 32, 1) == 1);
        CHECK(groups(64, 32, 2) == 2);
        CHECK(groups(1, 32, 16) == 1);
        CHECK(groups(1024, 32, 16) == 16);
        for (const auto& [streams, blocks] : {std::pair{64, 32}, {64, 64}, {32, 16}, {128, 24}}) {
            CAPTURE(streams);
            CAPTURE(blocks);
            CHECK(groups(streams, blocks, 16) > 1);
            CHECK(groups(streams, blocks, 16) < 16);
        }
        for (const int threads : {2, 3, 4, 6, 7, 8, 12, 16, 32, 64})
            CHECK(threads % groups(64, 32, threads) == 0);
    }
}
