#include "base/error.hpp"

#include <doctest/doctest.h>

#include <type_traits>

namespace carousel {

TEST_SUITE("base/error") {
    TEST_CASE("a wrong request ends with 2, every other error of a user with 1") {
        CHECK(UsageError("").exit_code() == 2);
        CHECK(InputError("").exit_code() == 1);
        CHECK(SnapshotError("").exit_code() == 1);
        CHECK(DivergenceError("").exit_code() == 1);
    }

    TEST_CASE("whoever catches Error sees message and exit code of the kind that was thrown") {
        try {
            throw UsageError("what to do");
        } catch (const Error& error) {
            CHECK(error.what() == std::string("what to do"));
            CHECK(error.exit_code() == 2);
        }
    }

    TEST_CASE("a broken contract is no Error") {
        CHECK(!std::is_base_of_v<Error, std::logic_error>);
        CHECK(!std::is_base_of_v<std::logic_error, Error>);
    }
}

}  // namespace carousel
