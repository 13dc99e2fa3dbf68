#include "library/setting_names.hpp"

#include <doctest/doctest.h>

namespace carousel {

TEST_SUITE("library/setting_names") {
    TEST_CASE("options are named as settings, but not in a command") {
        CHECK(with_setting_names("--batch-size is 4 here. Leave --resume out.") ==
              "\"batch-size\" is 4 here. Leave \"resume\" out.");
        CHECK(with_setting_names("(--beta2, or --top-k) --from.") ==
              "(\"beta2\", or \"top-k\") \"from\".");
        CHECK(with_setting_names("`carousel generate --mix` mixes, --mix too.") ==
              "`carousel generate --mix` mixes, \"mix\" too.");
    }

    TEST_CASE("other dashes stay") {
        for (const char* text :
             {"", "-", "--", "---", "well--known", "-- so", "--- a", "a -1", "--1", "x --"}) {
            CAPTURE(text);
            CHECK(with_setting_names(text) == text);
        }
    }
}

}  // namespace carousel
