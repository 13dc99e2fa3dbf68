#include "compression/compressed_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/error.hpp"
#include "base/own_file.hpp"

using namespace carousel;

namespace {

CompressedText example() {
    CompressedText compressed{.adaptive = false,
                              .without_cr = true,
                              .model = "verse.carousel",
                              .size = 300,
                              .units = 0x0102030405060708,
                              .coded = "coded text"};
    compressed.weights.fill(7);
    compressed.text.fill(9);
    return compressed;
}

std::string refusal(const std::string& bytes) {
    try {
        compressed_text(bytes);
    } catch (const InputError& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_SUITE("compression/compressed_text") {
    TEST_CASE("what is written is read, and is known as such by its first bytes") {
        CHECK(compressed_text(to_bytes(example())) == example());
        CHECK(compressed_text(to_bytes({})) == CompressedText{});
        CHECK(own_file(to_bytes(example())) == OwnFile::compressed);
    }

    TEST_CASE("the bytes of a file are those that the page of the format says") {
        const auto bytes = to_bytes(example());
        CHECK(bytes.substr(0, 8) ==
              "\x89"
              "CRSZ\r\n\x1A");
        CHECK(bytes.substr(8, 3) == std::string("\1\2\x0E"));
        CHECK(bytes.substr(11, 14) == "verse.carousel");
        CHECK(bytes.substr(25, 32) == std::string(32, 7));
        CHECK(bytes.substr(57, 32) == std::string(32, 9));
        CHECK(bytes.substr(89, 8) == std::string("\x2C\1\0\0\0\0\0\0", 8));
        CHECK(bytes.substr(97, 8) == "\x08\7\6\5\4\3\2\1");
        CHECK(bytes.substr(105, 10) == "coded text");
        CHECK(bytes.size() == 115 + 8);
    }

    TEST_CASE("a file with any bit turned, cut short anywhere or with more behind it is refused") {
        const auto bytes = to_bytes(example());
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            CHECK(refusal(bytes.substr(0, i)) != "none");
            for (int bit = 0; bit < 8; ++bit) {
                auto damaged = bytes;
                damaged[i] = static_cast<char>(damaged[i] ^ 1 << bit);
                CHECK(refusal(damaged) != "none");
            }
        }
        CHECK(refusal(bytes + 'x').find("damaged") != std::string::npos);
    }

    TEST_CASE("another file and another version are called what they are") {
        CHECK(refusal("some text").find("does not begin") != std::string::npos);
        auto newer = to_bytes(example());
        newer[8] = 2;
        CHECK(refusal(newer).find("version 2") != std::string::npos);
    }
}
