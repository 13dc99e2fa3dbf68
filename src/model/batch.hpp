#pragma once

#include "model/tensor.hpp"

namespace carousel {

/// One window of all streams. Law: targets(t, b) follows inputs(t, b) in the text.
struct Batch {
    TokenIds inputs, targets;  ///< (T, B)

    /// Becomes the streams of another batch from `first` on, as many as it has itself.
    void take(const Batch& other, std::size_t first) {
        take(inputs, other.inputs, first);
        take(targets, other.targets, first);
    }

private:
    static void take(TokenIds& to, const TokenIds& from, std::size_t first) {
        for (std::size_t t = 0; t < to.shape(0); ++t)
            for (std::size_t b = 0; b < to.shape(1); ++b) to(t, b) = from(t, first + b);
    }
};

}  // namespace carousel
