#pragma once

#include <array>
#include <cstdint>

#include "base/token_id.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// Says which symbols may come next so that the output is always valid UTF-8: a value that a
/// generator carries for each stream. Characters and the separator stand only between whole
/// sequences, and a byte is allowed only when the vocabulary has bytes to complete its sequence: in
/// every state that allowed symbols lead to, some symbol is allowed. Source: the Unicode Standard,
/// table 3-7.
class Utf8Constraint {
public:
    /// `vocabulary` must outlive the object.
    explicit Utf8Constraint(const Vocabulary& vocabulary);

    /// True for vocabularies without byte symbols: everything is always allowed.
    bool unconstrained() const { return unconstrained_; }

    bool allows(TokenId id) const;

    /// Moves on by a symbol. After one that was not allowed (in a prompt) a new sequence starts.
    void push(TokenId id);

    /// True between whole sequences.
    bool complete() const { return state_ == 0; }

    /// Where in a sequence the text stands, as a number to be saved.
    std::uint8_t state() const { return state_; }

    /// Goes on where another constraint stood.
    /// Throws: std::invalid_argument when the vocabulary has nothing to complete that sequence
    /// with.
    void set_state(std::uint8_t state);

private:
    const Vocabulary* vocabulary_;
    bool unconstrained_;
    std::array<bool, 8> completable_{};  // states from which the vocabulary can complete a sequence
    std::uint8_t state_ = 0;
};

}  // namespace carousel
