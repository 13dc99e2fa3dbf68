#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/token_id.hpp"
#include "model/model.hpp"
#include "model/reader.hpp"

// The room filling finds what belongs into a text where something is missing or wrong, with two
// nets that read the text from both its ends. In reading order:
//
//     side_reader   what a net has read up to a place, and what it says to what might follow there
//     agreement     how the words of both nets become one
//     gap_filler    what stands in a gap
//     corrector     slips of single characters
//
// Text is a row of ids here, without separators. What never happens here: a file, an option, a
// random number.

namespace carousel {

/// What a net has read up to a place of a text, from where it began: a value.
struct Side {
    RecurrentState memory;    ///< of one stream
    std::vector<float> next;  ///< log p of each symbol that might follow (V), nats
};

/// What might follow a side, in the order in which the net reads.
struct Continuation {
    const Side* after = nullptr;
    std::vector<TokenId> ids{};
};

/// Reads with one net of a model. A text that is read from its end is passed in that order.
class SideReader {
public:
    /// Continuations that are read side by side.
    static constexpr std::size_t k_streams = 128;

    /// The model must outlive the object.
    explicit SideReader(const Model& model);

    std::size_t symbols() const {
        return static_cast<std::size_t>(model_->config().vocabulary_size);
    }

    /// Where a document begins: after its separator.
    Side begin();

    /// Reads on. Law: a text may be cut anywhere.
    void read(Side& side, std::span<const TokenId> ids);

    /// The same with a symbol each, many at once: `sides[i]` after `ids[i]`.
    void read_one(std::span<Side* const> sides, std::span<const TokenId> ids);

    /// -log p of each of `ids` after `side`, which reads them.
    std::vector<double> surprisals(Side& side, std::span<const TokenId> ids);

    /// log p of each continuation, of all its symbols together; 0 of one without any.
    std::vector<double> scores(std::span<const Continuation> continuations);

private:
    void score(std::span<const Continuation> continuations, std::span<double> scores);
    std::vector<float> logarithms(std::span<const float> logits) const;

    const Model* model_;
    std::unique_ptr<Reader> reader_;
    TokenIds inputs_, targets_;
    Tensor<2> logits_, nats_;
};

}  // namespace carousel
