#include "snapshot/archive.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "small_snapshot.hpp"

namespace carousel {
namespace {

using namespace std::string_literals;

template <typename Record>
Record decoded(const std::string& bytes) {
    return read_record<Record>(std::as_bytes(std::span(bytes)));
}

template <typename Record>
std::string refusal(const std::string& bytes) {
    try {
        decoded<Record>(bytes);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

/// The content of a small snapshot with `before` replaced once by `after` of the same length.
std::string altered(std::string bytes, const std::string& before, const std::string& after) {
    const auto at = bytes.find(before);
    REQUIRE(at != std::string::npos);
    return bytes.replace(at, before.size(), after);
}

}  // namespace

TEST_SUITE("snapshot/archive") {
    TEST_CASE("a tensor's bytes are these, on every machine") {
        const NamedTensor tensor{"ab", {2, 1}, {1.0F, -2.5F}};
        CHECK(encoded(tensor) ==
              "\x02\0\0\0\0\0\0\0ab"
              "\x02\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"
              "\x02\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\x20\xc0"s);
    }

    TEST_CASE("a history record's bytes are these, on every machine") {
        const HistoryRecord record{.step = 0x0102030405060708,
                                   .epoch = 1,
                                   .seconds = 1.5,
                                   .training_loss = -2,
                                   .validation_loss = 0.5,
                                   .has_validation = true,
                                   .averaged = true,
                                   .learning_rate = 0};
        CHECK(
            encoded(record) ==
            "\x08\x07\x06\x05\x04\x03\x02\x01\x01\0\0\0\0\0\0\0"
            "\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\xc0\x01\0\0\0\0\0\0\xe0\x3f\0\0\0\0\0\0\0\0\x01"s);
    }

    TEST_CASE("a snapshot begins with program, origin, text settings, decoding and symbols") {
        const auto word = [](std::string text) {
            text.resize(16, '\0');
            return text;
        };
        const auto text = [](const std::string& content) {
            return little_endian(content.size()) + content;
        };
        const std::string digest = "\x07" + std::string(31, '\0');
        CHECK(encoded(small_snapshot())
                  .starts_with(text("carousel 0") + "\x01" + text("old.carousel") + digest +
                               word("codepoint") + word("nfkc") + word("keep") +
                               little_endian(2, 4) + text("latin1") + word("replace") +
                               little_endian(3) + word("unseen-separator") + text("") +
                               word("character") + text("a") + word("character") + text("ß") +
                               word("lstm") + little_endian(3)));
    }

    TEST_CASE("what is written is read, byte for byte") {
        Snapshot snapshot = small_snapshot();
        SUBCASE("with everything") {}
        SUBCASE("without what may be absent") {
            snapshot.fine_tuned_from.reset();
            snapshot.corpus.validation.reset();
            snapshot.validation_loss.reset();
            snapshot.best.reset();
            snapshot.history.clear();
            snapshot.state.reset();
        }
        const std::string bytes = encoded(snapshot);
        CHECK(record_size(snapshot) == bytes.size());
        const auto again = decoded<Snapshot>(bytes);
        CHECK(encoded(again) == bytes);
        CHECK(again.text == snapshot.text);
        CHECK(again.decoding == snapshot.decoding);
        CHECK(again.symbols == snapshot.symbols);
        CHECK(again.model == snapshot.model);
        CHECK(again.training == snapshot.training);
        CHECK(again.corpus == snapshot.corpus);
        CHECK(again.weights == snapshot.weights);
        CHECK(again.state.has_value() == snapshot.state.has_value());
        if (snapshot.state) {
            CHECK(again.state->second_moments == snapshot.state->second_moments);
            CHECK(again.state->averaged_weights == snapshot.state->averaged_weights);
            CHECK(again.state->cell == snapshot.state->cell);
        }
    }

    TEST_CASE("a list longer than the writer's buffer arrives whole and in order") {
        NamedTensor tensor{"long", {100000}, {}};
        for (int i = 0; i < 100000; ++i) tensor.values.push_back(static_cast<float>(i));
        const std::vector<NamedTensor> list{tensor, {"short", {1}, {1}}, tensor};
        CHECK(decoded<std::vector<NamedTensor>>(encoded(list)) == list);
    }

    TEST_CASE("a content cut at any length is refused") {
        const std::string bytes = encoded(small_snapshot());
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            CAPTURE(length);
            CHECK(refusal<Snapshot>(bytes.substr(0, length)) != "");
        }
    }

    TEST_CASE("bytes after the end are refused") {
        const auto why = refusal<Snapshot>(encoded(small_snapshot()) + "x");
        CHECK(why.find("1 bytes stand after the end") != std::string::npos);
    }

    TEST_CASE("a count beyond the bytes left is refused before anything is allocated") {
        // Only the check against the bytes left can refuse these: the memory does not exist.
        const std::uint64_t counts[] = {17, std::uint64_t{1} << 32, std::uint64_t{1} << 62,
                                        std::numeric_limits<std::uint64_t>::max()};
        for (const std::uint64_t count : counts) {
            CAPTURE(count);
            const std::string hostile = little_endian(count) + std::string(16, '\0');
            CHECK(refusal<NamedTensor>(hostile) != "");                     // letters
            CHECK(refusal<NamedTensor>(little_endian(0) + hostile) != "");  // sizes
            CHECK(refusal<NamedTensor>(little_endian(0) + little_endian(0) + hostile) != "");
            CHECK(refusal<std::vector<NamedTensor>>(hostile) != "");
        }
    }

    TEST_CASE("a count that every item's least size exceeds is refused, one that fits is read") {
        const std::string empty_tensor(24, '\0');
        CHECK(decoded<std::vector<NamedTensor>>(little_endian(2) + empty_tensor + empty_tensor)
                  .size() == 2);
        const auto why = refusal<std::vector<NamedTensor>>(little_endian(2) + empty_tensor +
                                                           empty_tensor.substr(1));
        CHECK(why.find("a list of 2 items of 24 bytes") != std::string::npos);
    }

    TEST_CASE("a word that no value has is refused with the words that are known") {
        const auto why =
            refusal<Snapshot>(altered(encoded(small_snapshot()), "codepoint", "codepants"));
        CHECK(why.find("none of \"codepoint\", \"grapheme\", \"byte\"") != std::string::npos);
    }

    TEST_CASE("letters behind a word's end are refused") {
        const std::string before("lstm\0\0", 6), after("lstm\0x", 6);
        CHECK(refusal<Snapshot>(altered(encoded(small_snapshot()), before, after)) != "");
    }

    TEST_CASE("a truth value that is neither 0 nor 1 is refused") {
        HistoryRecord record;
        std::string bytes = encoded(record);
        bytes[32] = 2;
        CHECK(refusal<HistoryRecord>(bytes).find("2 stands where 0 or 1") == 0);
    }
}

}  // namespace carousel
