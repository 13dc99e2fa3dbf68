#include "text/normalization.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.hpp"
#include "support/text_pieces.hpp"

using namespace carousel;

namespace {

constexpr Normalization k_forms[] = {Normalization::none, Normalization::nfc, Normalization::nfd,
                                     Normalization::nfkc, Normalization::nfkd};

std::string in_pieces(std::string_view text, const TextSettings& settings, std::size_t size) {
    Normalizer normalizer(settings);
    std::string out;
    for (const auto piece : code_point_pieces(text, size)) normalizer.push(piece, out);
    normalizer.finish(out);
    return out;
}

std::string to(Normalization form, std::string_view text) {
    return normalize(text, {.normalization = form, .newlines = Newlines::keep});
}

}  // namespace

TEST_SUITE("text/normalization") {
    TEST_CASE("the four forms differ as UAX #15 says") {
        CHECK(to(Normalization::nfc, "e\u0301 \u212b \ufb01") == "\u00e9 \u00c5 \ufb01");
        CHECK(to(Normalization::nfd, "\u00e9 \uae00") == "e\u0301 \u1100\u1173\u11af");
        CHECK(to(Normalization::nfkc, "\ufb01 \uff21 \u2460 e\u0301") == "fi A 1 \u00e9");
        CHECK(to(Normalization::nfkd, "\ufb01 \u00e9") == "fi e\u0301");
        CHECK(to(Normalization::none, "e\u0301 \u212b") == "e\u0301 \u212b");
        CHECK(to(Normalization::nfc, "\u1112\u1161\u11ab") == "\ud55c");
        CHECK(to(Normalization::nfc, "a\u0301\u0323") == "\u1ea1\u0301");
    }

    TEST_CASE("CR LF and CR become LF unless they are kept") {
        CHECK(normalize("a\r\nb\rc\n\rd\r\r\n", {}) == "a\nb\nc\n\nd\n\n");
        CHECK(normalize("a\r\nb", {.newlines = Newlines::keep}) == "a\r\nb");
    }

    TEST_CASE("pieces of 1 to 7 bytes give what the whole gives, and twice gives the same") {
        auto texts = awkward_texts();
        texts.push_back(polyglot());
        for (const auto& text : texts) {
            for (const Normalization form : k_forms) {
                for (const Newlines newlines : {Newlines::keep, Newlines::lf}) {
                    const TextSettings settings{.normalization = form, .newlines = newlines};
                    const std::string whole = normalize(text, settings);
                    CHECK(normalize(whole, settings) == whole);
                    for (std::size_t size = 1; size <= 7; ++size) {
                        CAPTURE(size);
                        CHECK(in_pieces(text, settings, size) == whole);
                    }
                }
            }
        }
    }

    TEST_CASE("what is left alone is what the normaliser would leave alone, wherever it stands") {
        for (const Normalization form : k_forms) {
            // A letter that no form leaves alone sends the whole text through the normaliser.
            const std::string tail = " \u212b.", normal_tail = to(form, tail);
            int different = 0;
            for (const char* before : {"", "e", "\u1100"}) {
                for (char32_t c = 1; c <= 0xFFFF; ++c) {
                    if (c >= 0xD800 && c <= 0xDFFF) continue;
                    std::string text = before;
                    append_utf8(c, text);
                    if (to(form, text) + normal_tail != to(form, text + tail)) ++different;
                }
            }
            CAPTURE(static_cast<int>(form));
            CHECK(different == 0);
        }
    }

    TEST_CASE(
        "a text of letters, marks and others is in its form, however they are mixed and cut") {
        const std::vector<std::string> pieces{
            "a",      "words of ASCII, which nothing changes, and then ",
            "\u8a9e", "\U0001F600",
            "\u00e9", "\u0301",
            "\u0323", "\u212b",
            "\u1112", "\u1161",
            "\u11ab", "\U0001D15E",
            "\u0654", "\u0627",
            "\u3099", "\u304b",
            "\r\n",   "\U00011099\U000110BA"};
        for (const Normalization form : k_forms) {
            const TextSettings settings{.normalization = form};
            for (std::uint64_t seed = 1; seed <= 60; ++seed) {
                // The sum of what each letter with its marks becomes alone is what all become.
                std::string text, expected, letter;
                const auto end_letter = [&] {
                    expected += normalize(letter, settings);
                    letter.clear();
                };
                for (std::uint64_t i = 0; text.size() < 20 * seed; ++i) {
                    const auto n = random_below({seed}, i, 1 + seed % pieces.size());
                    const bool joins = n >= 4 && n != 6 && n != 7 && n != 16 && n != 17;
                    if (!joins && n != 6) end_letter();
                    letter += pieces[n];
                    text += pieces[n];
                }
                end_letter();
                CAPTURE(seed);
                CHECK(in_pieces(text, settings, 1 + seed * 13 % 400) == expected);
            }
        }
    }

    TEST_CASE("text of many blocks is normalised as if it were one") {
        std::string text, composed;
        for (int i = 0; i < 50000; ++i) {
            text += "e\u0301x";
            composed += "\u00e9x";
        }
        CHECK(to(Normalization::nfc, text) == composed);
        CHECK(to(Normalization::nfd, composed) == text);
    }

    TEST_CASE("a run without a place to cut is bounded and does not depend on the pieces") {
        std::string text = "a";
        for (int i = 0; i < 40000; ++i) text += i % 3 == 0 ? "\u0323" : "\u0301";
        const std::string whole = normalize(text, {});
        CHECK(in_pieces(text, {}, 1000) == whole);
        CHECK(in_pieces(text, {}, 65535) == whole);
        CHECK(count_code_points(whole) == count_code_points(text) - 1);  // a and its dot joined
    }
}
