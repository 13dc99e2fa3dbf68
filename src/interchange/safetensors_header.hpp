#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace carousel {

/// The texts of a safetensors file.
using SafetensorsMetadata = std::map<std::string, std::string, std::less<>>;

/// What a header says of a tensor.
struct SafetensorsEntry {
    std::string kind;                  ///< of its numbers: `F32`
    std::vector<std::int64_t> shape;   ///< at most `k_most_sizes`; none for a single number
    std::uint64_t begin = 0, end = 0;  ///< its bytes, counted from behind the header

    static constexpr std::size_t k_most_sizes = 8;
    static constexpr std::size_t k_longest_name = 1024;  ///< bytes
};
using SafetensorsEntries = std::map<std::string, SafetensorsEntry, std::less<>>;

/// The key of the header under which texts stand and no tensor.
inline constexpr std::string_view k_safetensors_metadata = "__metadata__";

/// Bytes of a number of a kind, such as 4 for `F32`; 0 where the kind is unknown.
std::uint64_t number_size(std::string_view kind);

/// A name in a file for messages: in quotes, cut where it is long, and harmless for a terminal.
std::string shown_name(std::string_view name);

/// Reads a header event by event, so that no document is built of what a stranger wrote, however
/// deep it is. Throws: std::invalid_argument with a clause for what the format does not have.
void read_safetensors_header(std::string_view header, SafetensorsMetadata& metadata,
                             SafetensorsEntries& tensors);

}  // namespace carousel
