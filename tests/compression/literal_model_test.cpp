#include "compression/literal_model.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace carousel;
using namespace std::string_literals;

namespace {

/// Bytes that it takes to say of so many units that they are symbols.
std::size_t size_of_symbols(int count) {
    LiteralModel model;
    RangeEncoder encoder;
    for (int i = 0; i < count; ++i) model.encode(false, encoder);
    return encoder.finish().size();
}

}  // namespace

TEST_SUITE("compression/literal_model") {
    TEST_CASE("bytes among symbols come out as they went in") {
        const std::string bytes = "\xE2\x80\x94 \xFF\x00\x7F and so on, and so on"s + '\0';
        LiteralModel model;
        RangeEncoder encoder;
        for (std::size_t i = 0; i < 400; ++i) {
            const bool is_byte = i % 7 < 3;
            model.encode(is_byte, encoder);
            if (is_byte)
                model.encode_byte(static_cast<std::uint8_t>(bytes[i % bytes.size()]), encoder);
        }
        const auto coded = encoder.finish();
        LiteralModel reader;
        RangeDecoder decoder(coded);
        for (std::size_t i = 0; i < 400; ++i) {
            REQUIRE(reader.decode(decoder) == (i % 7 < 3));
            if (i % 7 < 3) {
                REQUIRE(reader.decode_byte(decoder) ==
                        static_cast<std::uint8_t>(bytes[i % bytes.size()]));
            }
        }
        CHECK_NOTHROW(decoder.finish());
    }

    TEST_CASE("a text without bytes pays next to nothing for them") {
        CHECK(size_of_symbols(1000) <= 4);
        CHECK(size_of_symbols(100'000) <= 10);
    }

    TEST_CASE("every unit costs something, so that no small file is an endless text") {
        CHECK(size_of_symbols(2'000'000) >= 2'000'000 / 23'000);
    }
}
