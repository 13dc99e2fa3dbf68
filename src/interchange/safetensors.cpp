#include "interchange/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

// In this order: which bytes are whose; kinds of numbers; reading; writing.

namespace carousel {

namespace {

using Json = nlohmann::ordered_json;
using Entry = Safetensors::Entry;

constexpr std::size_t k_length_size = 8;
constexpr std::size_t k_alignment = 8;  // of the numbers in a file that is written

[[noreturn]] void refuse(std::string why) {
    throw std::invalid_argument(std::move(why));
}

/// Bytes that a shape takes; absent where they cannot be counted in 64 bits.
std::optional<std::uint64_t> size_of(const Entry& entry) {
    std::uint64_t size = number_size(entry.kind);
    for (const auto each : entry.shape) {
        if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(each), &size))
            return std::nullopt;
    }
    return size;
}

/// Every byte of the data belongs to one tensor, which has as many as its shape takes.
void require_whole(const Safetensors::Entries& tensors, std::uint64_t data_size) {
    std::vector<const Safetensors::Entries::value_type*> in_order;
    for (const auto& tensor : tensors) in_order.push_back(&tensor);
    std::ranges::stable_sort(in_order, {}, [](const auto* tensor) {
        return std::pair(tensor->second.begin, tensor->second.end);
    });
    std::uint64_t end = 0;
    for (const auto* tensor : in_order) {
        const auto& [name, entry] = *tensor;
        if (entry.end < entry.begin || entry.end > data_size || entry.begin != end)
            refuse(
                fmt::format("the tensor {} has the bytes from {} to {}, where they should begin "
                            "at {} and end at {} at the latest",
                            shown_name(name), entry.begin, entry.end, end, data_size));
        if (size_of(entry) != entry.end - entry.begin)
            refuse(fmt::format("the tensor {} has {} bytes, which do not fit its shape",
                               shown_name(name), entry.end - entry.begin));
        end = entry.end;
    }
    if (end != data_size)
        refuse(fmt::format("{} bytes at its end belong to no tensor", data_size - end));
}

template <typename Number>
Number little_endian(const char* bytes) {
    Number number = 0;
    for (std::size_t i = sizeof(Number); i-- > 0;)
        number = static_cast<Number>(number << 8 | static_cast<unsigned char>(bytes[i]));
    return number;
}

float from_half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 0x1F, mantissa = bits & 0x3FF;
    const float magnitude = exponent == 0x1F ? (mantissa == 0 ? INFINITY : NAN)
                            : exponent == 0
                                ? std::ldexp(static_cast<float>(mantissa), -24)
                                : std::ldexp(static_cast<float>(mantissa | 0x400), exponent - 25);
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

using ReadNumber = float (*)(const char*);

/// How a number of a kind is read; null where it is none that a weight has.
ReadNumber reader_of(std::string_view kind) {
    if (kind == "F32")
        return
            [](const char* at) { return std::bit_cast<float>(little_endian<std::uint32_t>(at)); };
    if (kind == "F16")
        return [](const char* at) { return from_half(little_endian<std::uint16_t>(at)); };
    if (kind == "BF16")
        return [](const char* at) {
            return std::bit_cast<float>(std::uint32_t{little_endian<std::uint16_t>(at)} << 16);
        };
    if (kind == "F64")
        return [](const char* at) {
            // What is too large for single precision becomes infinite, and is refused.
            const auto number = std::bit_cast<double>(little_endian<std::uint64_t>(at));
            constexpr double k_largest = std::numeric_limits<float>::max();
            return std::fabs(number) <= k_largest ? static_cast<float>(number) : INFINITY;
        };
    return nullptr;
}

void append_little_endian(std::uint64_t number, std::size_t size, std::string& bytes) {
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

}  // namespace

Safetensors::Safetensors(std::string content) : content_(std::move(content)) {
    if (content_.size() < k_length_size) refuse("it is too short to have a header");
    const auto length = little_endian<std::uint64_t>(content_.data());
    if (length > k_longest_header || length > content_.size() - k_length_size)
        refuse(
            fmt::format("it is no safetensors file, or is cut short: by its first eight bytes its "
                        "header has {} bytes, where {} could be",
                        length, std::min(k_longest_header, content_.size() - k_length_size)));
    const auto header = std::string_view(content_).substr(k_length_size, length);
    if (!header.starts_with('{')) refuse("its header does not begin with a brace");
    read_safetensors_header(header, metadata_, tensors_);
    data_ = k_length_size + length;
    require_whole(tensors_, content_.size() - data_);
}

NamedTensor Safetensors::tensor(std::string_view name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) refuse(fmt::format("it has no tensor {}", shown_name(name)));
    const auto& [kind, shape, begin, end] = found->second;
    const auto read = reader_of(kind);
    if (read == nullptr)
        refuse(
            fmt::format("the tensor {} has numbers of the kind {}, and weights are F32, F16, BF16 "
                        "or F64",
                        shown_name(name), kind));
    const auto size = number_size(kind);
    NamedTensor tensor{found->first, shape, std::vector<float>((end - begin) / size)};
    const char* at = content_.data() + data_ + begin;
    for (auto& value : tensor.values) {
        value = read(at);
        at += size;
        if (!std::isfinite(value))
            refuse(fmt::format("the tensor {} has a number that is not finite", shown_name(name)));
    }
    return tensor;
}

void write_safetensors(std::span<const std::pair<std::string, std::string>> metadata,
                       std::span<const NamedTensor> tensors, const WriteBytes& write) {
    Json header = Json::object();
    for (const auto& [key, text] : metadata)
        header[std::string(k_safetensors_metadata)][key] = text;
    std::uint64_t end = 0;
    for (const auto& tensor : tensors) {
        const auto begin = std::exchange(end, end + tensor.values.size() * sizeof(float));
        header[tensor.name] = {
            {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    }
    std::string text = header.dump();
    text.resize((text.size() + k_alignment - 1) / k_alignment * k_alignment, ' ');
    std::string bytes;
    append_little_endian(text.size(), k_length_size, bytes);
    bytes += text;
    write(std::as_bytes(std::span(bytes)));
    for (const auto& tensor : tensors) {
        bytes.clear();
        for (const float value : tensor.values)
            append_little_endian(std::bit_cast<std::uint32_t>(value), sizeof(float), bytes);
        write(std::as_bytes(std::span(bytes)));
    }
}

}  // namespace carousel
