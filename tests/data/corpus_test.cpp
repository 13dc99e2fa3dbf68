#include "data/corpus.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/text_pieces.hpp"
#include "text/normalization.hpp"

using namespace carousel;

namespace {

const TextSettings k_bytes{Unit::byte, Normalization::none, Newlines::keep, 1};

// A corpus of the given texts, each a document.
struct Fixture {
    TemporaryFolder folder;

    DocumentList write(const std::vector<std::string>& texts, const DecodingSettings& decoding = {},
                       bool raw = false) const {
        std::vector<std::string> paths;
        for (const auto& text : texts) {
            const auto path = folder / ("document" + std::to_string(paths.size()));
            std::ofstream(path, std::ios::binary) << text;
            paths.push_back(path.native());
        }
        return find_documents(paths,
                              {.scratch_folder = folder.path(), .decoding = decoding, .raw = raw});
    }

    CorpusConfig config(const TextSettings& settings = {}) const {
        CorpusConfig config;
        config.text = settings;
        config.scratch_folder = folder.path();
        return config;
    }

    Corpus corpus(const std::vector<std::string>& texts, const TextSettings& settings = {}) const {
        return Corpus(write(texts, {}, settings.unit == Unit::byte), config(settings));
    }
};

std::vector<TokenId> tokens(const Corpus& corpus, std::uint64_t begin, std::uint64_t end) {
    std::vector<TokenId> ids(end - begin);
    corpus.copy(begin, ids);
    return ids;
}

std::string text(const Corpus& corpus, const CorpusPart& part) {
    return corpus.tokenizer().decode(tokens(corpus, part.begin, part.end));
}

std::vector<TextSettings> all_settings() {
    std::vector<TextSettings> all{k_bytes};
    for (const Unit unit : {Unit::codepoint, Unit::grapheme}) {
        for (const std::uint32_t min_count : {1U, 3U, 1000000U}) {
            all.push_back({unit, Normalization::nfc, Newlines::lf, min_count});
        }
    }
    return all;
}

}  // namespace

TEST_SUITE("data/corpus") {
    TEST_CASE("a separator stands before each document and empty documents are left out") {
        const Fixture fixture;
        const Corpus corpus = fixture.corpus({"ab", "", "\xEF\xBB\xBF", "ba\r\n"});
        // The alphabet: separator, line feed, a, b.
        CHECK(tokens(corpus, 0, corpus.tokens()) == std::vector<TokenId>{0, 2, 3, 0, 3, 2, 1});
        CHECK(corpus.documents() == 2);
        CHECK(corpus.characters() == 5);
        CHECK(corpus.bytes() == 5);
        CHECK(corpus.at(3) == 0);
        CHECK_FALSE(corpus.starts_character(3));
        CHECK(corpus.starts_character(4));
    }

    TEST_CASE("the tokens decode to the normalised text for every unit and min_count") {
        const Fixture fixture;
        for (const auto& settings : all_settings()) {
            const Corpus corpus = fixture.corpus({polyglot(), "e\u0301\r\n\u212b"}, settings);
            const std::string expected =
                normalize(polyglot(), settings) + normalize("e\u0301\r\n\u212b", settings);
            CHECK(text(corpus, corpus.whole()) == expected);
            CHECK(corpus.bytes() == expected.size());
            std::uint64_t starts = 0;
            for (std::uint64_t i = 0; i < corpus.tokens(); ++i)
                starts += corpus.starts_character(i);
            CHECK(starts == corpus.characters());
        }
    }

    TEST_CASE(
        "every cut lies between characters, and a separator at the cut belongs to what follows") {
        const Fixture fixture;
        const std::string some = polyglot().substr(0, 900);
        const std::string whole(some.data(), valid_utf8_prefix(some));
        for (const auto& settings : all_settings()) {
            const Corpus corpus = fixture.corpus({"xy", whole, "z"}, settings);
            std::string expected;
            CharacterSplitter splitter(settings.unit);
            std::vector<std::string> characters;
            for (const auto& document : {std::string("xy"), whole, std::string("z")}) {
                splitter.push(normalize(document, settings));
                std::string_view character;
                while (splitter.next(character)) characters.emplace_back(character);
                splitter.finish();
                while (splitter.next(character)) characters.emplace_back(character);
            }
            REQUIRE(corpus.characters() == characters.size());
            for (std::uint64_t count = 0; count <= corpus.characters(); ++count) {
                const CorpusPart part = corpus.first(count);
                CHECK(part.begin == 0);
                CHECK(part.characters == count);
                CHECK(part.bytes == expected.size());
                CHECK(text(corpus, part) == expected);
                if (part.end > 0) CHECK(corpus.at(part.end - 1) != Vocabulary::k_separator);
                if (count < corpus.characters()) expected += characters[count];
            }
            CHECK(corpus.first(0) == CorpusPart{});
            CHECK(corpus.first(corpus.characters()) == corpus.whole());
            CHECK(corpus.at(corpus.first(2).end) == Vocabulary::k_separator);
            CHECK_THROWS_AS(corpus.first(corpus.characters() + 1), std::logic_error);
        }
    }

    TEST_CASE("cuts far into a long corpus are exact for every unit and min_count") {
        const Fixture fixture;
        std::string long_text;
        for (int i = 0; i < 40; ++i) long_text += polyglot();
        for (const auto& settings : all_settings()) {
            const Corpus corpus = fixture.corpus({long_text, long_text}, settings);
            for (const double fraction : {0.9, 0.5, 0.1, 0.017}) {
                const auto split = corpus.split(fraction);
                const std::string first = text(corpus, split.training);
                const std::string rest = text(corpus, split.validation);
                CHECK(split.training.bytes == first.size());
                CHECK(split.validation.bytes == rest.size());
                CHECK(split.training.end == split.validation.begin);
                CHECK(split.validation.end == corpus.tokens());
                CHECK(split.training.characters + split.validation.characters ==
                      corpus.characters());
                std::uint64_t starts = 0;
                for (std::uint64_t i = 0; i < split.training.end; ++i) {
                    starts += corpus.starts_character(i);
                }
                CHECK(starts == split.training.characters);
                CHECK_FALSE(first.empty());
                if (settings.unit != Unit::byte) CHECK_FALSE(is_continuation(rest.front()));
            }
        }
    }

    TEST_CASE("the training part is the floor of its share, free of binary rounding") {
        const Fixture fixture;
        const auto training = [&](std::size_t characters, double fraction) {
            const Corpus corpus = fixture.corpus({std::string(characters, 'a')});
            return corpus.split(fraction).training.characters;
        };
        CHECK(training(10, 0.1) == 9);
        CHECK(training(10, 0.3) == 7);
        CHECK(training(10, 0.9) == 1);
        CHECK(training(1000, 0.999) == 1);
        CHECK(training(1115394, 0.1) == 1003854);
        CHECK(training(15, 0.1) == 13);
        const Corpus corpus = fixture.corpus({"abc"});
        CHECK(corpus.split(0).training == corpus.whole());
        CHECK(corpus.split(0).validation.tokens() == 0);
        CHECK_THROWS_AS(corpus.split(1), std::logic_error);
        CHECK_THROWS_AS(corpus.split(-0.1), std::logic_error);
    }

    TEST_CASE("the fingerprint is the hash of the hashes of the normalised documents") {
        const Fixture fixture;
        Sha256 all, one;
        for (const char* document : {"\u00e9\n", "abc"}) {
            one.update(document);
            const Sha256Digest digest = one.finish();
            all.update(std::as_bytes(std::span(digest)));
        }
        const Sha256Digest expected = all.finish();
        CHECK(fixture.corpus({"e\u0301\r\n", "", "abc"}).fingerprint() == expected);
        CHECK(fixture.corpus({"\u00e9\n", "abc"}, {.min_count = 9}).fingerprint() == expected);
        CHECK(fixture.corpus({"\u00e9\nabc"}).fingerprint() != expected);
        CHECK(fixture.corpus({"abc", "\u00e9\n"}).fingerprint() != expected);
    }

    TEST_CASE("a byte model takes the bytes of the file as they are") {
        const Fixture fixture;
        const std::string raw =
            "\xEF\xBB\xBF"
            "a\r\n\xFF\xFE";
        const Corpus corpus = fixture.corpus({raw}, k_bytes);
        CHECK(text(corpus, corpus.whole()) == raw);
        CHECK(corpus.characters() == raw.size());
    }

    TEST_CASE("a corpus too small to learn from is refused, saying what is needed") {
        const Fixture fixture;
        CHECK_THROWS_WITH_AS(fixture.corpus({""}), doctest::Contains("at least two"), InputError);
        CHECK_THROWS_WITH_AS(fixture.corpus({"a"}), doctest::Contains("single character"),
                             InputError);
        CHECK_THROWS_AS(fixture.corpus({"e\u0301"}, {.unit = Unit::grapheme}), InputError);
        CHECK_NOTHROW(fixture.corpus({"ab"}));
    }

    TEST_CASE("with a model's alphabet an unknown character is named, or spelled, or appended") {
        const Fixture fixture;
        const Corpus old = fixture.corpus({"abc abc"});
        auto config = fixture.config();
        config.vocabulary = old.vocabulary();
        const auto documents = fixture.write({"abc", "ab\u00df!"});
        CHECK_THROWS_WITH_AS(Corpus(documents, config),
                             doctest::Contains("'\u00df' (U+00DF) at position 2"), InputError);
        CHECK_THROWS_WITH_AS(Corpus(documents, config), doctest::Contains("document1"), InputError);

        config.new_characters = NewCharacters::append;
        const Corpus grown(documents, config);
        CHECK(grown.vocabulary().size() == old.vocabulary().size() + 2);
        CHECK(grown.vocabulary().find("b") == old.vocabulary().find("b"));
        CHECK(text(grown, grown.whole()) == "abcab\u00df!");

        const TextSettings spelling{.min_count = 3};
        auto spelled_config = fixture.config(spelling);
        spelled_config.vocabulary = fixture.corpus({"aaab"}, spelling).vocabulary();
        const Corpus spelled(fixture.write({"a\u00df"}), spelled_config);
        CHECK(spelled.vocabulary() == *spelled_config.vocabulary);
        CHECK(spelled.characters() == 2);
        CHECK(spelled.tokens() == 4);
        CHECK(text(spelled, spelled.whole()) == "a\u00df");
    }

    TEST_CASE("invalid text is refused with file and offset, an unknown encoding as such") {
        const Fixture fixture;
        CHECK_THROWS_WITH_AS(fixture.corpus({"abc", "ab\xFF"}),
                             doctest::Contains("document1: not valid UTF-8 at byte offset 2: ff"),
                             InputError);
        auto config = fixture.config();
        config.decoding.invalid = InvalidInput::skip;
        const Corpus skipped(fixture.write({"ab\xFF"
                                            "c"},
                                           config.decoding),
                             config);
        CHECK(text(skipped, skipped.whole()) == "abc");
        config.decoding.encoding = "klingon";
        CHECK_THROWS_AS(Corpus(fixture.write({"abc"}), config), UsageError);
        CHECK_THROWS_AS(fixture.write({"abc"}, config.decoding), UsageError);
    }

    TEST_CASE("an unknown character is told with the encoding in which its file was read") {
        const Fixture fixture;
        auto config = fixture.config();
        config.vocabulary = fixture.corpus({"the sea said it was calm\n"}).vocabulary();
        const auto message = [&](const std::string& text) {
            try {
                (void)Corpus(fixture.write({text}), config);
            } catch (const InputError& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        const auto utf8 = message("the sea \u00e9 was");
        CHECK(utf8.find("(in characters from 0). Take") != std::string::npos);
        const auto guessed = message("the sea\x92s said it was calm as it was\n");
        CHECK(guessed.find("it was read as windows-1252, see --encoding") != std::string::npos);
    }

    TEST_CASE("a text to validate on adds the symbols that it alone has, behind the others") {
        const Fixture fixture;
        const Corpus alone = fixture.corpus({"abc"});
        const auto documents = fixture.write({"abc", "a\u00e9!b"});
        const DocumentList corpus{.documents = {documents.documents[0]}};
        const DocumentList validation{.documents = {documents.documents[1]}};
        auto config = fixture.config();
        config.also_known = &validation;
        const Corpus both(corpus, config);
        CHECK(both.symbols_of_others() == 2);
        CHECK(both.vocabulary().size() == alone.vocabulary().size() + 2);
        CHECK(both.vocabulary().find("c") == alone.vocabulary().find("c"));
        CHECK(both.fingerprint() == alone.fingerprint());
        config.vocabulary = both.vocabulary();
        CHECK(text(Corpus(validation, config), {0, 5, 4, 5}) == "a\u00e9!b");
        config.vocabulary = alone.vocabulary();
        CHECK(Corpus(corpus, config).vocabulary() == alone.vocabulary());  // it is fixed
    }

    TEST_CASE("a text that is cut while it is read is refused") {
        const Fixture fixture;
        auto config = fixture.config();
        const auto documents = fixture.write({std::string(300000, 'x') + "y"});
        bool cut = false;
        config.progress = [&](std::uint64_t, std::uint64_t) {
            if (!std::exchange(cut, true))
                std::filesystem::resize_file(fixture.folder / "document0", 70000);
        };
        CHECK_THROWS_WITH_AS(Corpus(documents, config), doctest::Contains("changed while"),
                             InputError);
    }

    TEST_CASE("progress grows to the whole and never beyond") {
        const Fixture fixture;
        auto config = fixture.config();
        std::uint64_t last = 0, whole = 0;
        config.progress = [&](std::uint64_t done, std::uint64_t total) {
            CHECK(done >= last);
            CHECK(done <= total);
            last = done;
            whole = total;
        };
        const Corpus corpus(fixture.write({std::string(200000, 'x'), "y"}), config);
        CHECK(whole == 2 * 200001);
        CHECK(last == whole);
    }
}
