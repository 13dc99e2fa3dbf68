#pragma once

#include <cstdint>
#include <string_view>

#include "interchange/safetensors.hpp"

namespace carousel {

/// The key of the header under which texts stand and no tensor.
inline constexpr std::string_view k_safetensors_metadata = "__metadata__";

/// Bytes of a number of a kind, such as 4 for `F32`; 0 where the kind is unknown.
std::uint64_t number_size(std::string_view kind);

/// Reads a header event by event, so that no document is built of what a stranger wrote, however
/// deep it is. Throws: std::invalid_argument with a clause for what the format does not have.
void read_safetensors_header(std::string_view header, Safetensors::Metadata& metadata,
                             Safetensors::Entries& tensors);

}  // namespace carousel
