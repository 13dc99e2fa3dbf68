#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/token_id.hpp"

namespace carousel {

struct NgramConfig {
    std::size_t vocabulary_size = 0;  ///< V, 2 to 2^21
    int order = 6;                    ///< symbols of an n-gram, one more than of a context; 1 to 16
    std::size_t most_sequences = 40'000'000;  ///< of 1 to `order` symbols that are remembered
};

/// What an n-gram model says of all symbols in one place, context by context.
struct NgramPrediction {
    /// A symbol that was seen behind a context, and the logarithm of how many times as likely the
    /// context makes it as it would be there if it had not been seen: p(s | c) / (γ(c) p(s | c')).
    struct Seen {
        TokenId symbol = 0;
        float gain = 0;  ///< nats, > 0
    };
    /// A context that was followed by something, and its symbols, seen[first] … seen[last - 1].
    struct Context {
        std::uint32_t count = 0;  ///< N(c)
        std::uint32_t kinds = 0;  ///< symbols that were seen behind it
        std::size_t first = 0, last = 0;
    };
    std::vector<double> probabilities{};  ///< (V), sum 1
    std::vector<Context> contexts{};      ///< of 0, 1, … symbols
    std::vector<Seen> seen{};

    std::span<const Seen> of(const Context& context) const {
        return std::span(seen).subspan(context.first, context.last - context.first);
    }
};

/// An interpolated n-gram model with modified Kneser-Ney smoothing, whose counts may grow while it
/// is used.
///
/// After the context c of k symbols, with c' the context without its first symbol:
///     p(s | c) = (n(cs) - D(n(cs))) / N(c) + γ(c) p(s | c'),   N(c) = Σ_s n(cs),
///     γ(c) = Σ_s D(n(cs)) / N(c),   and 1 / V for what is shorter than the empty context,
/// where n(cs) counts occurrences for the longest contexts and, for shorter ones, the different
/// symbols in front of cs. D(1), D(2), D(3 and more) follow for each k from the numbers n_j of
/// sequences counted j times, of which each is taken to be one more than it is, so that there are
/// discounts for every text:
///     Y = n_1 / (n_1 + 2 n_2),   D(j) = j - (j + 1) Y n_{j+1} / n_j,
/// D(j) at least 0.05, so that nothing is impossible, and at most D(j - 1) + 1, so that a larger
/// count never means less.
/// Law: the probabilities of all V symbols sum to 1, whatever was added.
/// Law: the model depends on what was added, and on nothing that was only read.
/// Source: Chen & Goodman 1999, "An empirical study of smoothing techniques for language modeling",
/// section 3 and equations 26 (here per order).
class NgramModel {
public:
    /// Throws: std::logic_error for sizes out of range.
    explicit NgramModel(const NgramConfig& config);

    /// The probability of `symbol` after what was read and added. Range: symbol < V; the result is
    /// in (0, 1).
    double probability(TokenId symbol) const;

    /// The same of all symbols, bit for bit, and what each context adds. Law: in every place
    /// log p(s) = const + the sum of the gains that s has.
    void predict(NgramPrediction& prediction) const;

    /// Counts `symbol` as what follows here, and goes on behind it. When as many sequences are
    /// remembered as may be, only those are counted.
    void add(TokenId symbol);

    /// Goes on behind `symbol` without counting it.
    void read(TokenId symbol);

    /// The context becomes empty; the counts stay.
    void forget_context();

    std::size_t sequences() const { return size_ - 1; }
    const NgramConfig& config() const { return config_; }

private:
    using Index = std::uint32_t;
    static constexpr Index k_none = UINT32_MAX, k_empty = 0;  // the empty sequence is node 0

    /// A sequence of symbols: a shorter sequence and the symbol behind it.
    struct Node {
        Index before = 0;
        TokenId symbol = 0;
        std::uint32_t count = 0;            // n
        std::uint32_t following = 0;        // N of this context: the counts of its continuations
        std::uint32_t kinds = 0;            // continuations with a count
        std::uint32_t once = 0, twice = 0;  // those counted 1 and 2 times
        Index longer = k_none;              // the newest sequence with one symbol more behind it
        Index sibling = k_none;             // the next older one of the same shorter sequence
    };
    /// What is taken off the counts of the sequences of one length.
    struct Discounts {
        std::array<std::uint64_t, 4> sequences{};  // counted 1, 2, 3 and 4 times
        std::array<double, 4> amount{};            // by min(count, 3)
        void update();
    };

    Node& node(Index index) { return blocks_[index / k_block][index % k_block]; }
    const Node& node(Index index) const { return blocks_[index / k_block][index % k_block]; }
    std::size_t slot_of(Index before, TokenId symbol) const;
    Index find(Index before, TokenId symbol) const;
    Index find_or_make(Index before, TokenId symbol);
    Index append(const Node& made);
    double freed(const Node& context, std::size_t length) const;
    void make_more_slots();
    bool count(std::size_t length, Index context, Index sequence);

    static constexpr int k_longest_order = 16;
    static constexpr std::size_t k_block = std::size_t{1} << 16;  // nodes of a block

    NgramConfig config_;
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<Node[]>> blocks_;    // so that growing copies nothing
    std::vector<Index> slots_;                       // open addressing by (before, symbol)
    std::vector<Discounts> discounts_;               // by the length of the context
    std::array<Index, k_longest_order> contexts_{};  // of length 0, 1, ...; k_none: never seen
    std::size_t depth_ = 1;                          // contexts that there are
};

}  // namespace carousel
