#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carousel {

/// A parameter, or something of its shape, in the canonical order that files and other programs
/// see: row-major, gates on top of each other in the cell's order (docs/model.md, "Cells"; that of
/// `lstm` is PyTorch's).
struct NamedTensor {
    std::string name;                 ///< for example `layers.0.weight_hh`
    std::vector<std::int64_t> shape;  ///< product = values.size()
    std::vector<float> values;

    bool operator==(const NamedTensor&) const = default;
};

}  // namespace carousel
