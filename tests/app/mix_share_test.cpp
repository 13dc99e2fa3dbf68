#include "app/mix_share.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"

using namespace carousel;

TEST_SUITE("app/mix_share") {
    TEST_CASE("names and shares are read, and a name without one has the share 1") {
        const auto shares = parse_mix("--mix", "models/a.carousel=0.7,b=.3,c");
        REQUIRE(shares.size() == 3);
        CHECK(shares[0].model == "models/a.carousel");
        CHECK(shares[0].share == 0.7);
        CHECK(shares[1].model == "b");
        CHECK(shares[2].share == 1);
        CHECK(parse_mix("--mix", "a=b=2").front().model == "a=b");  // the last one counts
    }

    TEST_CASE("what names no model or gives it no share is refused") {
        std::string many = "a";
        for (int i = 0; i < 16; ++i) many += ",a";
        for (const std::string word :
             {"", "=1", ",", "a=0.5,", "a=", "a=x", "a=0", "a=-1", "a=nan", "a=inf", "a=1e9"})
            CHECK_THROWS_AS(parse_mix("--mix", word), UsageError);
        CHECK_THROWS_WITH_AS(parse_mix("--mix", "a=0.5,b=x"),
                             doctest::Contains("The share of b in --mix"), UsageError);
        CHECK_THROWS_AS(parse_mix("--mix", many), UsageError);
        CHECK(parse_mix("--mix", many.substr(2)).size() == 16);
        CHECK(parse_models("--teacher", "a=1,b.carousel") ==
              std::vector<std::filesystem::path>{"a=1", "b.carousel"});
        CHECK_THROWS_AS(parse_models("--teacher", "a,,b"), UsageError);
        CHECK_THROWS_AS(parse_models("--teacher", ""), UsageError);
        CHECK_THROWS_AS(parse_models("--teacher", many), UsageError);
    }
}
