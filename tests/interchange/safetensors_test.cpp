#include "interchange/safetensors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "interchange/made_file.hpp"

using namespace carousel;

namespace {

std::string why_refused(const std::string& file) {
    return refusal([&] { const Safetensors read(file); });
}

std::string why_no_tensor(const std::string& kind, const std::string& bytes) {
    return refusal([&] {
        const Safetensors file(made_file(R"({"a":{"dtype":")" + kind +
                                             R"(","shape":[1],"data_offsets":[0,)" +
                                             std::to_string(bytes.size()) + "]}}",
                                         bytes));
        file.tensor("a");
    });
}

/// The only number of a tensor.
float number(const std::string& kind, const std::string& bytes) {
    const Safetensors file(made_file(R"({"a":{"dtype":")" + kind +
                                         R"(","shape":[1],"data_offsets":[0,)" +
                                         std::to_string(bytes.size()) + "]}}",
                                     bytes));
    return file.tensor("a").values.at(0);
}

}  // namespace

TEST_SUITE("interchange/safetensors") {
    TEST_CASE("what is written is read with the same bits, names, shapes and texts") {
        std::vector<NamedTensor> tensors{made_tensor("z.first", {2, 3}),
                                         made_tensor("a.second", {1}),
                                         {"none", {0, 4}, {}},
                                         {"edges",
                                          {5},
                                          {-0.0F, std::numeric_limits<float>::denorm_min(),
                                           std::numeric_limits<float>::max(), -1.5F, 0.1F}}};
        const Safetensors file(
            written_file(tensors, {{"program", "carousel x"}, {"odd", "a\"\n\t\xC3\xA9"}}));
        CHECK(file.tensors().size() == tensors.size());
        for (const auto& tensor : tensors) {
            const auto read = file.tensor(tensor.name);
            CHECK(read == tensor);
            for (std::size_t i = 0; i < read.values.size(); ++i)
                CHECK(std::signbit(read.values[i]) == std::signbit(tensor.values[i]));
        }
        CHECK(file.metadata().at("odd") == "a\"\n\t\xC3\xA9");
        CHECK(file.metadata().size() == 2);
    }

    TEST_CASE("the numbers of a written file begin at a multiple of eight bytes") {
        for (const char* text : {"", "a", "ab", "abc", "abcd", "abcde", "abcdef"}) {
            const auto file = written_file({made_tensor("w", {3})}, {{"text", text}});
            CHECK((file.size() - 3 * sizeof(float)) % 8 == 0);
        }
    }

    TEST_CASE("numbers of half, brain and double precision become floats") {
        CHECK(number("F16", std::string("\x00\x3C", 2)) == 1.0F);
        CHECK(number("F16", std::string("\x01\x00", 2)) == 0x1p-24F);
        CHECK(number("F16", std::string("\xFF\xFB", 2)) == -65504.0F);
        CHECK(number("BF16", std::string("\x80\x3F", 2)) == 1.0F);
        CHECK(number("BF16", std::string("\x49\xC0", 2)) == -3.140625F);
        CHECK(number("F64", std::string("\x9A\x99\x99\x99\x99\x99\xB9\x3F", 8)) == 0.1F);
        CHECK(number("F32", std::string("\xCD\xCC\xCC\x3D", 4)) == 0.1F);
    }

    TEST_CASE("a number that is not finite in single precision is refused") {
        for (const auto& [kind, bytes] : std::vector<std::pair<std::string, std::string>>{
                 {"F16", std::string("\x00\x7C", 2)},
                 {"F16", std::string("\x01\x7C", 2)},
                 {"BF16", std::string("\x80\xFF", 2)},
                 {"F32", std::string("\x00\x00\xC0\x7F", 4)},
                 {"F64", std::string("\x00\x00\x00\x00\x00\x00\xF0\x7F", 8)},
                 {"F64", std::string("\x00\x00\x00\x00\x00\x00\xF8\xFF", 8)},
                 {"F64", std::string("\x00\x00\x00\x00\x00\x00\x00\x48", 8)}}) {
            CAPTURE(kind);
            CHECK(why_no_tensor(kind, bytes).find("not finite") != std::string::npos);
        }
    }

    TEST_CASE("whole numbers are no weights") {
        CHECK(why_no_tensor("I64", std::string(8, '\0')).find("I64") != std::string::npos);
        CHECK(why_no_tensor("BOOL", "\1").find("BOOL") != std::string::npos);
    }

    TEST_CASE("a file that is cut at any length, or has a byte too many, is refused") {
        const auto file = written_file({made_tensor("a", {2, 2}), made_tensor("b", {3})},
                                       {{"program", "carousel x"}});
        REQUIRE(why_refused(file).empty());
        for (std::size_t size = 0; size < file.size(); ++size)
            CHECK_FALSE(why_refused(file.substr(0, size)).empty());
        CHECK_FALSE(why_refused(file + '\0').empty());
    }

    TEST_CASE("a header that is longer than the file or than is allowed is refused") {
        for (const char last : {'\x01', '\x7F', '\xFF'}) {
            auto file = made_file("{}");
            file[7] = last;
            CHECK(why_refused(file).find("header has") != std::string::npos);
        }
        CHECK(why_refused(made_file("{}")).empty());
        CHECK(why_refused(made_file("{}   ")).empty());
    }

    TEST_CASE("a header that says something else than the format does is refused") {
        const std::string data(8, '\0');
        const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
        REQUIRE(why_refused(made_file(good, data)).empty());
        for (
            const char* header :
            {"",
             " {}",
             "[]",
             "null",
             "{",
             "{}}",
             "{},",
             "{\"a\":1}",
             "{\"a\":[]}",
             "{\"a\":{}}",
             "{\"a\":null}",
             R"({"a":{"dtype":"F32","shape":[2]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[-1,8]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}})",
             R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":"x"}})",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":{}}})",
             R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})",
             R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}})",
             R"({"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
             R"({"__metadata__":{"a":"b","a":"c"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
             R"({"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
             R"({"__metadata__":"x","a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
             "{\"\xFF\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},})"}) {
            CAPTURE(header);
            CHECK_FALSE(why_refused(made_file(header, data)).empty());
        }
    }

    TEST_CASE("a shape whose bytes cannot be counted is refused") {
        for (const char* shape :
             {"18446744073709551615", "18446744073709551616", "1099511627776,1099511627776",
              "4611686018427387904,4", "1099511627776,16777216", "1e3"}) {
            CAPTURE(shape);
            CHECK_FALSE(why_refused(made_file(R"({"a":{"dtype":"F32","shape":[)" +
                                              std::string(shape) + R"(],"data_offsets":[0,0]}})"))
                            .empty());
        }
    }

    TEST_CASE("bytes belong to one tensor each: no overlap, no gap, no name twice") {
        const auto two = [](const char* first, const char* second, const char* name = "b",
                            std::size_t size = 16) {
            return made_file(std::string(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":)") +
                                 first + "},\"" + name +
                                 R"(":{"dtype":"F32","shape":[2],"data_offsets":)" + second + "}}",
                             std::string(size, '\0'));
        };
        CHECK(why_refused(two("[0,8]", "[8,16]")).empty());
        CHECK(why_refused(two("[8,16]", "[0,8]")).empty());
        CHECK(why_refused(two("[0,8]", "[8,16]", "a")).find("twice") != std::string::npos);
        // The last ends where the data does: nothing else is wrong with them.
        const auto begins_wrong = [&](const char* first, const char* second, std::size_t size) {
            return why_refused(two(first, second, "b", size)).find("should begin") !=
                   std::string::npos;
        };
        CHECK(begins_wrong("[0,8]", "[0,8]", 8));
        CHECK(begins_wrong("[0,8]", "[4,12]", 12));
        CHECK(begins_wrong("[0,8]", "[9,17]", 17));
        CHECK(begins_wrong("[1,9]", "[9,17]", 17));
        CHECK_FALSE(why_refused(two("[0,8]", "[8,16]", "b", 17)).empty());
        CHECK_FALSE(
            why_refused(two("[0,8]", "[18446744073709551608,18446744073709551616]")).empty());
        CHECK_FALSE(why_refused(two("[0,8]", "[18446744073709551608,0]")).empty());
    }

    TEST_CASE("a header of brackets without end is refused, however deep") {
        for (const char* opening : {"[", "{\"a\":", "{\"a\":["}) {
            std::string deep = "{\"a\":";
            for (int i = 0; i < 200'000; ++i) deep += opening;
            CHECK_FALSE(why_refused(made_file(deep)).empty());
        }
    }

    TEST_CASE("what is refused is named so that it drives no terminal") {
        const auto why = why_refused(
            made_file(R"({"\u001b[2J\u202e":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}})",
                      std::string(8, '\0')));
        CHECK_FALSE(why.empty());
        CHECK(why.find('\x1b') == std::string::npos);
        CHECK(why.find("\xE2\x80\xAE") == std::string::npos);
        const auto longest =
            why_refused(made_file(R"({")" + std::string(1000, 'x') +
                                      R"(":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}})",
                                  std::string(8, '\0')));
        CHECK(longest.size() < 300);
    }
}
