#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/token_id.hpp"
#include "base/words.hpp"
#include "filling/agreement.hpp"
#include "filling/side_reader.hpp"
#include "model/model.hpp"

namespace carousel {

/// What may have happened to a character when a text was written or copied.
enum class Slip : std::uint8_t {
    substitution,  ///< another one stands in its place
    omission,      ///< it is missing
    doubling,      ///< it stands there twice
    exchange,      ///< it has changed places with the next one
};
template <>
inline constexpr std::array<std::string_view, 4> k_words<Slip>{"substitution", "omission",
                                                               "doubling", "exchange"};

/// `removed` symbols at `place` should be `ids` instead.
struct Correction {
    std::size_t place = 0, removed = 0;
    std::vector<TokenId> ids{};
    Slip slip = Slip::substitution;
    Evidence gain{};  ///< by how much the text is likelier then, as each net reads it, nats
    double sure = 0;  ///< probability that this slip was made here
};

/// Finds slips of single characters: places at which both nets find the text likelier with one
/// character changed. How sure a correction is says Bayes' rule, with a slip expected in
/// `k_slips` of the characters, of all kinds and to all symbols alike (the noisy channel;
/// Kernighan, Church & Gale, COLING 1990, with nets in place of their counts of words).
class Corrector {
public:
    static constexpr double k_slips = 0.005;
    /// Symbols that a net reads behind a changed place.
    static constexpr std::size_t k_look_ahead = 16;
    /// Two corrections are at least so many symbols apart.
    static constexpr std::size_t k_apart = 4;

    /// As `GapFiller`.
    Corrector(const Model& forward, const Model& backward, std::vector<TokenId> alphabet);

    /// Of a text as one document, those that are at least so sure, in the order of the text.
    /// `fixed`, where it has something: which symbols are never touched, nor is anything written
    /// before them, such as bytes that spell a character. `progress` hears the share that is done.
    /// Memory grows with the text by a few numbers a symbol.
    std::vector<Correction> find(std::span<const TokenId> ids, double least_sure,
                                 const std::vector<bool>& fixed = {},
                                 const std::function<void(double)>& progress = {});

private:
    struct Text;
    void read_backward(Text& text);
    std::vector<Correction> proposals(const Text& text, std::size_t begin, std::size_t end) const;
    void propose_at(const Text& text, std::size_t place, std::size_t begin,
                    std::vector<Correction>& found) const;
    void read_block(Text& text, std::size_t begin, std::size_t end);
    void weigh(const Text& text, std::size_t begin, std::vector<Correction>& found);
    static std::vector<Correction> chosen(std::vector<Correction> found, double least_sure);

    SideReader forward_, backward_;
    std::vector<TokenId> alphabet_;
};

}  // namespace carousel
