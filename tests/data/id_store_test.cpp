#include "data/id_store.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

std::vector<TokenId> test_ids(std::size_t count, std::size_t bound) {
    std::vector<TokenId> ids(count);
    for (std::size_t i = 0; i < count; ++i) {
        ids[i] = static_cast<TokenId>((i * i + bound - 1) % bound);
    }
    return ids;
}

}  // namespace

TEST_SUITE("data/id_store") {
    TEST_CASE("ids of every width come back as they went in, whatever the pieces") {
        const TemporaryFolder folder;
        for (const std::size_t bound : {1U, 256U, 257U, 65536U, 65537U, 2000000U}) {
            CAPTURE(bound);
            const auto ids = test_ids(300000, bound);
            IdStore store(folder.path(), bound);
            const std::span<const TokenId> all(ids);
            for (std::size_t i = 0, size = 1; i < all.size(); i += size, size = size * 3 % 70001) {
                size = std::min(size, all.size() - i);
                store.append(all.subspan(i, size));
            }
            store.close();
            REQUIRE(store.size() == ids.size());
            std::vector<TokenId> read(ids.size());
            store.copy(0, read);
            CHECK(read == ids);
            std::vector<TokenId> middle(1000);
            store.copy(123457, middle);
            CHECK(std::equal(middle.begin(), middle.end(), ids.begin() + 123457));
            CHECK(store.at(299999) == ids.back());
        }
    }

    TEST_CASE("the scratch file has no name and reading past its end is refused") {
        const TemporaryFolder folder;
        IdStore store(folder.path(), 10);
        store.append(test_ids(5, 10));
        CHECK_THROWS_AS(store.at(0), std::logic_error);  // not closed yet
        store.close();
        CHECK(std::filesystem::is_empty(folder.path()));
        std::vector<TokenId> out(3);
        CHECK_NOTHROW(store.copy(2, out));
        CHECK_THROWS_AS(store.copy(3, out), std::logic_error);
        CHECK_THROWS_AS(store.copy(UINT64_MAX, out), std::logic_error);
    }
}
