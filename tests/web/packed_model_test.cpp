#include "web/packed_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "model/parameter.hpp"
#include "model/quantization.hpp"

using namespace carousel;

namespace {

LanguageModelConfig config_of(CellKind cell, std::int64_t vocabulary_size) {
    return {.cell = cell,
            .vocabulary_size = vocabulary_size,
            .layers = 2,
            .hidden_size = 64,
            .embedding_size = 64};
}

/// Numbers that no scale and levels give.
std::vector<NamedTensor> uneven_weights(const LanguageModelConfig& config) {
    auto weights = expected_parameters(config);
    float value = 0.3F;
    for (auto& tensor : weights) {
        std::int64_t count = 1;
        for (const auto size : tensor.shape) count *= size;
        for (std::int64_t i = 0; i < count; ++i) {
            value = value * 1.7F - static_cast<float>(static_cast<int>(value * 1.7F)) - 0.21F;
            tensor.values.push_back(value);
        }
    }
    return weights;
}

std::vector<NamedTensor> stored_in_8_bits(std::vector<NamedTensor> weights) {
    for (auto& tensor : weights)
        if (tensor.shape.size() == 2) tensor = dequantize_tensor(quantize_tensor(tensor));
    return weights;
}

const PackedTensor* find(const PackedModel& packed, std::string_view name) {
    const auto found = std::ranges::find(packed.tensors, name, &PackedTensor::name);
    return found == packed.tensors.end() ? nullptr : &*found;
}

}  // namespace

TEST_SUITE("web/packed_model") {
    TEST_CASE("with a small alphabet layer 0 is a table of floats, which loses nothing") {
        const auto config = config_of(CellKind::lstm, 20);
        const auto packed = pack_model(config, uneven_weights(config));
        CHECK_FALSE(packed.rounded);
        REQUIRE(find(packed, "table") != nullptr);
        CHECK_FALSE(find(packed, "table")->in_8_bits);
        CHECK(find(packed, "table")->shape == std::vector<std::int64_t>{20, 256});
        CHECK(find(packed, "embedding") == nullptr);
        CHECK(find(packed, "layers.0.weight_ih") == nullptr);
        CHECK(find(packed, "layers.1.weight_ih")->in_8_bits);
    }

    TEST_CASE(
        "with a large alphabet a table would be too large, and that layer 0 is rounded is told") {
        const auto config = config_of(CellKind::lstm, 4000);
        const auto packed = pack_model(config, uneven_weights(config));
        CHECK(packed.rounded);
        CHECK(find(packed, "table") == nullptr);
        CHECK(find(packed, "embedding")->in_8_bits);
        CHECK(packed.bytes.size() < 700'000);
    }

    TEST_CASE("what was stored in 8 bits is packed as it was, whatever the alphabet") {
        const auto config = config_of(CellKind::mogrifier, 4000);
        const auto weights = stored_in_8_bits(uneven_weights(config));
        const auto packed = pack_model(config, weights);
        CHECK_FALSE(packed.rounded);
        const auto* first = find(packed, "embedding");
        REQUIRE(first == packed.tensors.data());
        REQUIRE(first->in_8_bits);
        std::size_t others = 0;
        for (std::size_t row = 0; row < 4000; ++row) {
            float scale = 0;
            std::memcpy(&scale, packed.bytes.data() + 4 * row, 4);
            for (std::size_t k = 0; k < 64; ++k) {
                const auto level = static_cast<std::int8_t>(packed.bytes[16000 + 64 * row + k]);
                const float weight = weights[0].values[64 * row + k];
                others += scale * static_cast<float>(level) == weight ? 0U : 1U;
            }
        }
        CHECK(others == 0);
    }

    TEST_CASE("every number of a model has its bytes") {
        for (int i = 0; i < k_cell_count; ++i) {
            const auto config = config_of(static_cast<CellKind>(i), 20);
            const auto packed = pack_model(config, stored_in_8_bits(uneven_weights(config)));
            std::size_t bytes = 0;
            for (const auto& tensor : packed.tensors) {
                std::int64_t count = 1;
                for (const auto size : tensor.shape) count *= size;
                bytes += static_cast<std::size_t>(tensor.in_8_bits ? count + 4 * tensor.shape[0]
                                                                   : 4 * count);
            }
            CHECK(packed.bytes.size() == bytes);
            CHECK(packed.tensors.size() == model_parameters(config).size());
        }
    }
}
