#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/token_id.hpp"
#include "model/batch.hpp"
#include "model/batch_shape.hpp"

namespace carousel {

/// Fills the span with the tokens from an index on.
using TokenReader = std::function<void(std::uint64_t begin, std::span<TokenId> out)>;

/// The largest shape, at most `wanted`, of which the text holds one window. Range: tokens ≥ 1.
BatchShape fit_batch_shape(std::uint64_t tokens, BatchShape wanted);

/// Cuts a text into B contiguous streams and those into windows.
///
/// The text is a ring (its end is followed by its start, as a document by the next). Each epoch a
/// new random offset cuts the ring into B arcs of floor(N / B) tokens, and window w covers the
/// tokens [w T, (w + 1) T) of each arc. Where an epoch's arcs begin is a function of seed and
/// epoch, so that a position is two numbers. Law: within an epoch the windows of a stream are
/// contiguous and no token is an input twice.
class BatchIterator {
public:
    /// Reads tokens [begin, end). Throws: std::logic_error when the shape does not fit.
    BatchIterator(TokenReader read, std::uint64_t begin, std::uint64_t end, BatchShape shape,
                  std::uint64_t seed);

    /// The same text, read from its end to its start. Law: it cuts the reversed text as this one
    /// does the text.
    BatchIterator from_the_end() const;

    BatchShape shape() const { return shape_; }
    std::uint64_t windows_per_epoch() const { return windows_; }

    /// A window with the token that follows it, stream by stream: (B, T + 1).
    /// Range: window < windows_per_epoch().
    void read(std::uint64_t epoch, std::uint64_t window, std::span<TokenId> streams) const;

private:
    TokenReader read_;
    std::uint64_t begin_, tokens_;
    BatchShape shape_;
    std::uint64_t seed_, stream_tokens_, windows_;
};

/// A batch from streams as `BatchIterator::read` gives them, all or some of them.
void fill_batch(std::span<const TokenId> streams, const BatchShape& shape, Batch& batch);

}  // namespace carousel
