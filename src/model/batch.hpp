#pragma once

#include "model/tensor.hpp"

namespace carousel {

/// One window of all streams. Law: targets(t, b) follows inputs(t, b) in the text.
struct Batch {
    TokenIds inputs, targets;  ///< (T, B)
};

}  // namespace carousel
