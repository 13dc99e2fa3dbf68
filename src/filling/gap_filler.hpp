#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "filling/agreement.hpp"
#include "filling/side_reader.hpp"
#include "model/model.hpp"

namespace carousel {

/// What is behind a gap, and how long what stands in it may be.
struct Gap {
    std::span<const TokenId> right;         ///< in the order of the text, to its end
    std::size_t shortest = 1, longest = 1;  ///< symbols, in [1, k_longest_filling]
};

inline constexpr std::size_t k_longest_filling = 100;

/// What might stand in a gap.
struct Filling {
    std::vector<TokenId> ids;
    Evidence alone;      ///< log p of it after one side, the other one not looked at
    Evidence with_side;  ///< log p of it and of the beginning of the other side
    double share = 0;    ///< of the probability of all that was compared with it
};

/// Fills gaps so that what is written agrees with both sides.
///
/// A gap of one symbol: every symbol of the alphabet is tried, and shares are probabilities. A
/// longer one: each net writes from its side to the middle, the likeliest `k_beam` beginnings of
/// each length (beam search; Lowerre 1976); halves that go well together are joined, and both nets
/// read the joined ones with the other side behind them. A pure function of models, alphabet, what
/// was read and the gap.
class GapFiller {
public:
    static constexpr std::size_t k_beam = 64;
    /// Symbols of the other side that a net reads behind a filling.
    static constexpr std::size_t k_look_ahead = 24;

    /// Both nets of a model, which must outlive the object, and the symbols that may be written.
    /// Throws: std::logic_error for nets of different alphabets and for an empty one.
    GapFiller(const Model& forward, const Model& backward, std::vector<TokenId> alphabet);

    /// Reads on: the text up to the next gap.
    void read(std::span<const TokenId> ids);

    /// What might stand here. The likeliest first, all different; at least one.
    std::vector<Filling> fill(const Gap& gap);

    /// The same of given texts: which of them stands here? In their order.
    std::vector<Filling> judge(const Gap& gap, std::span<const std::vector<TokenId>> texts);

private:
    struct Half {
        std::vector<TokenId> ids;  // in the order of reading
        double score = 0;
        Side side;  // after them
    };
    using Beam = std::vector<Half>;

    /// By length, up to `longest`; the first has nothing.
    std::vector<Beam> beams(SideReader& reader, const Side& from, std::size_t longest) const;
    Beam extended(SideReader& reader, const Beam& beam) const;
    void join(const Beam& left, const Beam& right, const Gap& gap, std::size_t most,
              std::vector<std::vector<TokenId>>& texts) const;
    std::vector<std::vector<TokenId>> candidates(const Gap& gap, const Side& right);
    std::vector<Filling> judged(const Gap& gap, const Side& right,
                                std::span<const std::vector<TokenId>> texts);
    void look_ahead(const Gap& gap, std::span<Continuation> forward,
                    std::span<Continuation> backward, std::span<Filling> fillings);
    Side read_right(const Gap& gap);

    SideReader forward_, backward_;
    std::vector<TokenId> alphabet_;
    Side left_;
    std::vector<TokenId> before_;  // the last symbols that were read
};

}  // namespace carousel
