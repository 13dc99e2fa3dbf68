#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/token_id.hpp"
#include "text/vocabulary.hpp"

namespace carousel {

/// What occurred in a training as something to be predicted. A model reads every text that its
/// symbols can spell; what it writes is made of this alone.
struct Repertoire {
    std::vector<TokenId> unseen;         ///< symbols that never had to be predicted, ascending
    std::vector<std::uint32_t> spelled;  ///< code points that byte symbols spelled, ascending

    bool operator==(const Repertoire&) const = default;
};

/// Checks what a file from a stranger may get wrong.
/// Throws: std::invalid_argument with a clause that says what is wrong: an order that does not
/// rise, an id or a code point that is none, a character that the alphabet cannot spell, or nothing
/// at all that was seen.
void require_valid(const Repertoire& repertoire, const Vocabulary& vocabulary);

/// Collects the repertoire of texts.
class RepertoireFinder {
public:
    /// `vocabulary` must outlive the object.
    explicit RepertoireFinder(const Vocabulary& vocabulary);

    /// Counts as seen what an earlier training saw, whose alphabet was the first `symbols` symbols
    /// of this one.
    void add(const Repertoire& earlier, std::size_t symbols);

    /// What had to be predicted, in its order and in pieces of any size. A separator counts where a
    /// text stands before it: the first one of all is not to be pushed.
    void push(std::span<const TokenId> targets);

    Repertoire found() const;

private:
    void push_byte(unsigned char byte);

    const Vocabulary* vocabulary_;
    std::vector<bool> seen_;     // by id
    std::vector<bool> spelled_;  // by code point
    std::string begun_;          // the first bytes of a code point
};

}  // namespace carousel
