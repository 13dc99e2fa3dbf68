#include "lab/reber_grammar.hpp"

#include <array>

namespace carousel {

namespace {

enum class ReberSymbol : std::uint8_t { b, t, p, s, x, v, e };

// From a state two arrows lead on, each with its symbol.
struct Arrow {
    ReberSymbol symbol;
    int to;
};
constexpr int k_end = 5;  // after it comes E
constexpr std::array<std::array<Arrow, 2>, k_end> k_arrows{{
    {{{ReberSymbol::t, 1}, {ReberSymbol::p, 2}}},  // after B
    {{{ReberSymbol::s, 1}, {ReberSymbol::x, 3}}},
    {{{ReberSymbol::t, 2}, {ReberSymbol::v, 4}}},
    {{{ReberSymbol::x, 2}, {ReberSymbol::s, k_end}}},
    {{{ReberSymbol::p, 3}, {ReberSymbol::v, k_end}}},
}};

constexpr std::uint32_t bit(ReberSymbol symbol) {
    return std::uint32_t{1} << static_cast<unsigned>(symbol);
}

// `symbol` comes, where any of `legal` might have.
void append(Sequence& sequence, ReberSymbol symbol, std::uint32_t legal) {
    if (!sequence.inputs.empty()) {
        sequence.next.push_back(static_cast<int>(symbol));
        sequence.legal.push_back(legal);
    }
    sequence.symbol(static_cast<int>(symbol));
}

}  // namespace

void draw_reber_string(RandomStream& random, Sequence& sequence) {
    using enum ReberSymbol;
    sequence.clear(1);
    append(sequence, b, bit(b));
    const ReberSymbol outer = random.below(2) == 0 ? t : p;
    append(sequence, outer, bit(t) | bit(p));
    append(sequence, b, bit(b));
    for (int state = 0; state != k_end;) {
        const auto& arrows = k_arrows[static_cast<std::size_t>(state)];
        const auto& taken = arrows[static_cast<std::size_t>(random.below(2))];
        append(sequence, taken.symbol, bit(arrows[0].symbol) | bit(arrows[1].symbol));
        state = taken.to;
    }
    append(sequence, e, bit(e));
    append(sequence, outer, bit(outer));
    append(sequence, e, bit(e));
    sequence.inputs.pop_back();  // the last symbol is foreseen, not read
}

bool is_same_string(const Sequence& a, const Sequence& b) {
    return a.next == b.next;  // all begin with B
}

}  // namespace carousel
