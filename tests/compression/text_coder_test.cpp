#include "compression/text_coder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "adaptation/ngram_model.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/sha256.hpp"
#include "support/tiny_model.hpp"

using namespace carousel;
using namespace std::string_literals;

namespace {

/// An n-gram that learns: quick, and as sensitive to what it has read as any predictor.
class NgramPredictor final : public Predictor {
public:
    explicit NgramPredictor(std::size_t symbols) : ngrams_({.vocabulary_size = symbols}) {}

    void read(TokenId symbol) override { ngrams_.add(symbol); }
    std::span<const float> probabilities() override {
        ngrams_.predict(prediction_);
        const auto& p = prediction_.probabilities;
        floats_.assign(p.size(), 0);
        std::ranges::transform(p, floats_.begin(), [](double x) { return static_cast<float>(x); });
        return floats_;
    }

private:
    NgramModel ngrams_;
    NgramPrediction prediction_;
    std::vector<float> floats_;
};

const Tokenizer& tokenizer() {
    static const Tokenizer tokenizer = tokenizer_of("abc defgh.\n");
    return tokenizer;
}

struct Coded {
    std::string bytes;
    std::uint64_t units = 0;
};

Coded encode(const std::string& text) {
    const TextUnits units(tokenizer());
    const auto split = units.split(text);
    NgramPredictor predictor(tokenizer().vocabulary().size());
    return {encode_text(split, units, predictor), split.size()};
}

std::string decode(const std::string& bytes, std::uint64_t units, std::uint64_t size) {
    NgramPredictor predictor(tokenizer().vocabulary().size());
    return decode_text({bytes, units, size}, TextUnits(tokenizer()), predictor);
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

TEST_SUITE("compression/text_coder") {
    TEST_CASE("texts of what the model knows and of what it does not come out as they went in") {
        std::string random;
        for (std::uint64_t i = 0; i < 2000; ++i)
            random += static_cast<char>(random_uniform({.seed = 5}, i) * 256);
        for (const std::string& text :
             {std::string(), std::string("a"), repeated("a bad cab. ", 200), random,
              repeated("abc \u00e9\xFFz\r\n", 50)}) {
            const auto [bytes, units] = encode(text);
            CHECK(decode(bytes, units, text.size()) == text);
        }
    }

    TEST_CASE("files of version 1 are read for ever: the same text gives the same bytes") {
        // Bytes without a symbol among symbols, and more units than a literal model counts.
        std::string text = "a bad cab fed a dead bee.\r\n\u2014 \xFF\x00 abc"s;
        for (std::uint64_t i = 0; i < 70'000; ++i) {
            const auto draw = random_uniform({.seed = 7}, i);
            text += draw < 0.01F ? 'z' : "abcdefgh"[static_cast<int>(draw * 8)];
        }
        Sha256 hash;
        const auto [bytes, units] = encode(text);
        hash.update(bytes);
        CHECK(units == 70'037);
        CHECK(bytes.size() == 28'082);
        CHECK(to_hex(hash.finish()) ==
              "67bdba810d3dbad73e2e074c9424bdd7dbd34d95e509ad0e1647d5b66422050c");
    }

    TEST_CASE("what is foreseen costs little, and what no symbol stands for about its bytes") {
        CHECK(encode(repeated("a bad cab. ", 400)).bytes.size() < 100);
        std::string random;
        for (std::uint64_t i = 0; i < 20'000; ++i)
            random += static_cast<char>(random_uniform({.seed = 6}, i) * 256);
        CHECK(encode(random).bytes.size() < 1.15 * 20'000);
    }

    TEST_CASE("bytes cut short or with others behind them are refused") {
        const auto text = repeated("a bad cab fed a dead bee. ", 20);
        const auto [bytes, units] = encode(text);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            CHECK_THROWS_AS(decode(bytes.substr(0, size), units, text.size()), InputError);
        CHECK_THROWS_AS(decode(bytes + 'x', units, text.size()), InputError);
    }

    TEST_CASE("another length than the text's is refused") {
        const std::string text = "a bad cab fed a dead bee. ";
        const auto [bytes, units] = encode(text);
        CHECK_THROWS_AS(decode(bytes, units, text.size() + 1), InputError);
        CHECK_THROWS_AS(decode(bytes, units, text.size() - 1), InputError);
        CHECK_THROWS_AS(decode(bytes, units + 1, text.size()), InputError);
        CHECK_THROWS_AS(decode(bytes, units - 1, text.size()), InputError);
    }

    TEST_CASE("bytes that say they were an endless text end soon") {
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            std::string bytes;
            for (std::uint64_t i = 0; i < seed; ++i)
                bytes += static_cast<char>(random_uniform({.seed = seed}, i) * 256);
            CHECK_THROWS_AS(decode(bytes, UINT64_MAX, UINT64_MAX), InputError);
        }
    }
}
