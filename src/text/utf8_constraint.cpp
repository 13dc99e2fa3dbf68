#include "text/utf8_constraint.hpp"

#include <stdexcept>

namespace carousel {

namespace {

// What must follow in each state: a byte of [low, high], which leads on to `next`. State 0 is
// between sequences; 1, 2, 3 want so many more continuation bytes; the others stand after a lead
// byte whose second byte is restricted.
enum State : std::uint8_t {
    whole,
    one,
    two,
    three,
    after_e0,
    after_ed,
    after_f0,
    after_f4,
    invalid
};
struct Expected {
    unsigned low, high;
    State next;
};
constexpr Expected k_expected[] = {{0, 0, whole},     {0x80, 0xBF, whole}, {0x80, 0xBF, one},
                                   {0x80, 0xBF, two}, {0xA0, 0xBF, one},   {0x80, 0x9F, one},
                                   {0x90, 0xBF, two}, {0x80, 0x8F, two}};

State after_lead(unsigned byte) {
    if (byte < 0x80) return whole;
    if (byte < 0xC2) return invalid;
    if (byte < 0xE0) return one;
    if (byte == 0xE0) return after_e0;
    if (byte == 0xED) return after_ed;
    if (byte < 0xF0) return two;
    if (byte == 0xF0) return after_f0;
    if (byte < 0xF4) return three;
    if (byte == 0xF4) return after_f4;
    return invalid;
}

State after(std::uint8_t state, unsigned byte) {
    if (state == whole) return after_lead(byte);
    const Expected& expected = k_expected[state];
    return byte >= expected.low && byte <= expected.high ? expected.next : invalid;
}

}  // namespace

Utf8Constraint::Utf8Constraint(const Vocabulary& vocabulary)
    : vocabulary_(&vocabulary), unconstrained_(!vocabulary.has_bytes()) {
    completable_[whole] = true;
    // In this order, each state leads on to one that is known.
    for (const State state : {one, two, three, after_e0, after_ed, after_f0, after_f4}) {
        const Expected& expected = k_expected[state];
        bool present = false;
        for (unsigned byte = expected.low; byte <= expected.high; ++byte) {
            present |= vocabulary.byte_symbol(static_cast<unsigned char>(byte)).has_value();
        }
        completable_[state] = present && completable_[expected.next];
    }
}

bool Utf8Constraint::allows(TokenId id) const {
    const auto& [kind, text] = vocabulary_->symbol(id);
    if (kind != SymbolKind::byte) return complete();
    const State next = after(state_, static_cast<unsigned char>(text[0]));
    return next != invalid && completable_[next];
}

void Utf8Constraint::push(TokenId id) {
    const auto& [kind, text] = vocabulary_->symbol(id);
    if (kind != SymbolKind::byte) {
        state_ = whole;
        return;
    }
    const auto byte = static_cast<unsigned char>(text[0]);
    State next = after(state_, byte);
    if (next == invalid) next = after_lead(byte);
    state_ = next == invalid ? whole : next;
}

void Utf8Constraint::set_state(std::uint8_t state) {
    if (state >= completable_.size() || !completable_[state]) {
        throw std::invalid_argument("this alphabet cannot complete such a UTF-8 sequence");
    }
    state_ = state;
}

}  // namespace carousel
