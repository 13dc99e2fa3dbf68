#include "text/writable.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "text/utf8.hpp"

namespace carousel {

namespace {

constexpr char32_t k_last_code_point = 0x10FFFF;

/// The code points with sequences of 1 to 4 bytes begin at these.
constexpr std::array<char32_t, 5> k_first_of_length{0, 0, 0x80, 0x800, 0x10000};

}  // namespace

Writable::Writable(const Vocabulary& vocabulary, const std::optional<Repertoire>& repertoire) {
    if (repertoire) {
        unseen_ = repertoire->unseen;
        for (const auto code_point : repertoire->spelled) add(code_point, code_point);
    } else if (vocabulary.has_bytes()) {
        add_all(vocabulary);
    }
    auto unseen = unseen_.begin();
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
        const auto& [kind, text] = vocabulary.symbol(id);
        const bool was_unseen = unseen != unseen_.end() && *unseen == id;
        if (was_unseen) ++unseen;
        if (was_unseen || (kind == SymbolKind::byte && !begins(text)))
            never_.push_back(id);
        else if (kind != SymbolKind::separator)
            any_ = true;
    }
}

/// Range: first lies above all that was added.
void Writable::add(char32_t first, char32_t last) {
    if (!spelled_.empty() && spelled_.back().last + 1 == first)
        spelled_.back().last = last;
    else
        spelled_.push_back({first, last});
}

void Writable::add_all(const Vocabulary& vocabulary) {
    if (vocabulary.can_spell()) {
        add(0, 0xD7FF);
        add(0xE000, k_last_code_point);
        return;
    }
    std::string bytes;
    for (char32_t c = 0; c <= k_last_code_point; ++c) {
        if (c == 0xD800) c = 0xE000;
        bytes.clear();
        append_utf8(c, bytes);
        if (std::all_of(bytes.begin(), bytes.end(), [&](char byte) {
                return vocabulary.byte_symbol(static_cast<unsigned char>(byte)).has_value();
            }))
            add(c, c);
    }
}

// The bytes are the upper bits of a code point; those that have them lie beside each other.
bool Writable::begins(std::string_view begun) const {
    const auto lead = static_cast<unsigned char>(begun.front());
    const std::size_t length = utf8_length(begun.front());
    if (is_continuation(begun.front()) || lead > 0xF4 || begun.size() > length) return false;
    char32_t bits = length == 1 ? lead : lead & (0x7FU >> length);
    for (const char byte : begun.substr(1)) {
        if (!is_continuation(byte)) return false;
        bits = bits << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    const std::size_t missing = 6 * (length - begun.size());
    const char32_t first = std::max<char32_t>(bits << missing, k_first_of_length[length]);
    const char32_t last = ((bits + 1) << missing) - 1;
    const auto range = std::partition_point(spelled_.begin(), spelled_.end(),
                                            [&](const Range& one) { return one.last < first; });
    return first <= last && range != spelled_.end() && range->first <= last;
}

}  // namespace carousel
