#pragma once

#include <algorithm>

#include "model/tensor.hpp"

namespace carousel {

/// One window of all streams. Law: targets(t, b) follows inputs(t, b) in the text.
struct Batch {
    TokenIds inputs, targets;  ///< (T, B)
    /// What teachers expect in the place of each target, (T, B, V), see `TeachingConfig`; empty
    /// where nobody teaches.
    Tensor<3> expected{};

    /// Becomes the streams of another batch from `first` on, as many as it has itself.
    void take(const Batch& other, std::size_t first) {
        take(inputs, other.inputs, first);
        take(targets, other.targets, first);
        if (other.expected.size() > 0) take_expected(other.expected, first);
    }

private:
    static void take(TokenIds& to, const TokenIds& from, std::size_t first) {
        for (std::size_t t = 0; t < to.shape(0); ++t)
            for (std::size_t b = 0; b < to.shape(1); ++b) to(t, b) = from(t, first + b);
    }
    void take_expected(const Tensor<3>& from, std::size_t first) {
        const std::size_t streams = inputs.shape(1), row = streams * from.shape(2);
        expected.resize({from.shape(0), streams, from.shape(2)});
        for (std::size_t t = 0; t < from.shape(0); ++t)
            std::copy_n(&from(t, first, 0), row, &expected(t, 0, 0));
    }
};

}  // namespace carousel
