#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "interchange/safetensors.hpp"
#include "model/parameter.hpp"

namespace carousel {

/// A safetensors file of any header and data.
inline std::string made_file(const std::string& header, const std::string& data = "") {
    std::string file;
    for (int i = 0; i < 8; ++i)
        file += static_cast<char>(static_cast<std::uint64_t>(header.size()) >> 8 * i & 0xFF);
    return file + header + data;
}

/// What `write_safetensors` writes.
inline std::string written_file(
    const std::vector<NamedTensor>& tensors,
    const std::vector<std::pair<std::string, std::string>>& texts = {}) {
    std::string file;
    write_safetensors(texts, tensors, [&](std::span<const std::byte> bytes) {
        file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
    return file;
}

/// A tensor whose numbers are all different.
inline NamedTensor made_tensor(std::string name, std::vector<std::int64_t> shape, float first = 1) {
    NamedTensor tensor{std::move(name), std::move(shape), {}};
    std::int64_t count = 1;
    for (const auto size : tensor.shape) count *= size;
    for (std::int64_t i = 0; i < count; ++i)
        tensor.values.push_back(first + 0.125F * static_cast<float>(i));
    return tensor;
}

/// Weights of a model whose numbers are all different.
inline std::vector<NamedTensor> made_weights(const LanguageModelConfig& config) {
    std::vector<NamedTensor> weights;
    float first = -3;
    for (const auto& expected : expected_parameters(config))
        weights.push_back(made_tensor(expected.name, expected.shape, first += 0.01F));
    return weights;
}

/// The message with which something is refused; empty where it is not.
template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

}  // namespace carousel
