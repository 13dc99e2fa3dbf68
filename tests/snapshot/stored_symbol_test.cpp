#include "snapshot/stored_symbol.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "snapshot/small_snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"

namespace carousel {
namespace {

using enum StoredSymbolKind;

const std::vector<Symbol> k_symbols{{SymbolKind::separator, ""},
                                    {SymbolKind::character, "a"},
                                    {SymbolKind::byte, "\xC3"},
                                    {SymbolKind::byte, "\xA9"}};

struct Alphabet {
    std::vector<Symbol> symbols;
    std::optional<Repertoire> repertoire;
};

Alphabet split(const std::vector<StoredSymbol>& stored) {
    Alphabet alphabet;
    split_alphabet(stored, alphabet.symbols, alphabet.repertoire);
    return alphabet;
}

/// As a file of all of Unicode spells it.
Snapshot spelling_snapshot() {
    auto snapshot = small_snapshot();
    snapshot.state.reset();
    snapshot.symbols.resize(1);
    for (unsigned byte = 0; byte < 256; ++byte) {
        if (byte < 0xC0 || (byte >= 0xC2 && byte <= 0xF4))
            snapshot.symbols.push_back({SymbolKind::byte, std::string(1, static_cast<char>(byte))});
    }
    snapshot.model.vocabulary_size = static_cast<std::int64_t>(snapshot.symbols.size());
    snapshot.weights = numbered_tensors(snapshot.model, 1);
    return snapshot;
}

}  // namespace

TEST_SUITE("snapshot/stored_symbol") {
    TEST_CASE("an alphabet says of each symbol whether it was seen, and what was spelled") {
        const Repertoire repertoire{.unseen = {0, 2}, .spelled = {0xE9, 0x1F600}};
        const auto stored = stored_alphabet(k_symbols, repertoire);
        REQUIRE(stored.size() == 6);
        CHECK(stored[0].kind == unseen_separator);
        CHECK(stored[1].kind == character);
        CHECK(stored[2].kind == unseen_byte);
        CHECK(stored[3].kind == byte);
        CHECK(stored[5].kind == spelled);
        CHECK(stored[5].text == "\U0001F600");
        const auto [symbols, found] = split(stored);
        CHECK(symbols == k_symbols);
        CHECK(found == repertoire);
    }

    TEST_CASE("where no entry says what was seen the repertoire is unknown, as in older files") {
        CHECK_FALSE(split(stored_alphabet(k_symbols, {})).repertoire);
        CHECK(split(stored_alphabet(k_symbols, {})).symbols == k_symbols);
    }

    TEST_CASE("what was spelled is one code point and stands at the end") {
        for (const std::string wrong : {"", "ab", "\xC3", "e\u0301"})
            CHECK_THROWS_AS(split({{separator, ""}, {spelled, wrong}}), std::invalid_argument);
        CHECK_THROWS_AS(split({{separator, ""}, {spelled, "a"}, {character, "b"}}),
                        std::invalid_argument);
    }

    TEST_CASE("a model file keeps what was seen and spelled") {
        const TemporaryFolder folder;
        auto snapshot = spelling_snapshot();
        snapshot.repertoire = Repertoire{.unseen = {0, 1}, .spelled = {'v', 0x65E5}};
        save_snapshot(folder / "a", snapshot);
        const auto loaded = load_snapshot(folder / "a");
        CHECK(loaded.repertoire == snapshot.repertoire);
        CHECK(loaded.symbols == snapshot.symbols);
    }

    TEST_CASE("a model file that cannot spell what it says was spelled is refused") {
        const TemporaryFolder folder;
        auto snapshot = small_snapshot();
        snapshot.repertoire = Repertoire{.unseen = {}, .spelled = {'v'}};
        std::ofstream(folder / "a", std::ios::binary) << framed(encoded(snapshot));
        CHECK_THROWS_WITH_AS(load_snapshot(folder / "a"), doctest::Contains("U+0076 was spelled"),
                             SnapshotError);
    }
}

}  // namespace carousel
