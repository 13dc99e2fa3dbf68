#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carousel {

/// A parameter, or something of its shape, in the canonical order that files and other programs
/// see: row-major, gates in the order input, forget, cell candidate, output (as in PyTorch's
/// nn.LSTM).
struct NamedTensor {
    std::string name;                 ///< for example `layers.0.weight_hh`
    std::vector<std::int64_t> shape;  ///< product = values.size()
    std::vector<float> values;

    bool operator==(const NamedTensor&) const = default;
};

}  // namespace carousel
