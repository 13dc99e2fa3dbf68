#include "data/text_hash.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace carousel;

TEST_SUITE("data/text_hash") {
    TEST_CASE("texts in pieces of any lengths have the hashes of the whole, one after another") {
        std::string text;
        for (int i = 0; text.size() < 3'000'000; ++i) text += std::to_string(i);
        Sha256 whole;
        whole.update(text);
        const auto expected = whole.finish();
        whole.update("short");
        const auto of_short = whole.finish(), of_nothing = whole.finish();
        TextHash hash;
        for (const std::size_t size : {100, 16383, 16384, 65536, 4'000'000}) {
            CAPTURE(size);
            for (std::size_t at = 0; at < text.size(); at += size * 2) {
                hash.update(std::string_view(text).substr(at, size));
                if (at + size < text.size())
                    hash.update(std::string_view(text).substr(at + size, size));
            }
            CHECK(to_hex(hash.finish()) == to_hex(expected));
            hash.update("short");
            CHECK(to_hex(hash.finish()) == to_hex(of_short));
            CHECK(to_hex(hash.finish()) == to_hex(of_nothing));
        }
    }

    TEST_CASE("a hash that nobody asks for is left where it is") {
        const std::string text(1'000'000, 'x');
        TextHash hash;
        for (int i = 0; i < 8; ++i) hash.update(text);
    }
}
