#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/replace_file.hpp"
#include "interchange/safetensors_header.hpp"
#include "model/named_tensor.hpp"

// The room interchange knows how other programs keep models. To be read in this order:
//
//     safetensors_header    what a file says of its tensors, and its texts
//     safetensors           the file: tensors with names and shapes; nothing in it is code
//     pytorch_layout        a model of Carousel as PyTorch's layers have it: what of it they can
//                           compute, names, the order of gates, biases
//     pytorch_reading       the way back, also from models that were never Carousel's
//
// Nothing here knows an alphabet or a model file. What a file says is believed only when
// every size fits, every byte belongs to one tensor, and every number that is used is finite.

namespace carousel {

/// A file in the format safetensors, read: eight bytes for the length of a header, a header in
/// JSON, then the numbers. Source: the description in github.com/huggingface/safetensors.
class Safetensors {
public:
    using Metadata = SafetensorsMetadata;
    using Entry = SafetensorsEntry;
    using Entries = SafetensorsEntries;

    static constexpr std::uint64_t k_longest_header = 100'000'000;  ///< bytes; as the format has it

    /// From the content of a file. Law: a file that is cut anywhere, or has a byte too many, is
    /// refused. Throws: std::invalid_argument with a clause that says what is wrong: a header that
    /// is too long, no JSON or says something else than the format does, a name that stands twice,
    /// a kind of numbers that is unknown, bytes that belong to no tensor or to two.
    explicit Safetensors(std::string content);

    const Metadata& metadata() const { return metadata_; }
    const Entries& tensors() const { return tensors_; }

    /// The numbers of a tensor, rounded to single precision where they have more.
    /// Throws: std::invalid_argument with a clause when there is none of this name, when its kind
    /// is not F32, F16, BF16 or F64, or when a number is not finite.
    NamedTensor tensor(std::string_view name) const;

private:
    std::string content_;
    std::uint64_t data_ = 0;  // where the numbers begin in content_
    Metadata metadata_;
    Entries tensors_;
};

/// The same file written: `metadata` in this order, the tensors behind each other in single
/// precision. Law: reading it gives the same bits. Range: metadata is valid UTF-8.
void write_safetensors(std::span<const std::pair<std::string, std::string>> metadata,
                       std::span<const NamedTensor> tensors, const WriteBytes& write);

}  // namespace carousel
