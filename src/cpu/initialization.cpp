#include "cpu/initialization.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/random.hpp"
#include "cpu/parameter.hpp"
#include "kernels/kernels.hpp"

namespace carousel {

namespace {

void fill_normal(NamedTensor& tensor, std::uint64_t seed, std::uint32_t stream, float deviation) {
    const RandomKey key{seed, RandomPurpose::initialization, stream};
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        tensor.values[i] = deviation * random_normal(key, i);
    }
}

// 1 / sqrt(n) by IEEE operations only: std::sqrt is exact everywhere.
float inverse_root(std::int64_t n) {
    return 1.0F / std::sqrt(static_cast<float>(n));
}

}  // namespace

void orthonormalize_rows(float* matrix, std::int64_t n) {
    const auto& kernel = kernels();
    for (std::int64_t i = 0; i < n; ++i) {
        float* row = matrix + i * n;
        for (int pass = 0; pass < 2; ++pass) {
            for (std::int64_t j = 0; j < i; ++j) {
                kernel.project_out(row, matrix + j * n, n);
            }
        }
        const double length = std::sqrt(kernel.dot(row, row, n));
        if (length < 1e-6) {
            for (std::int64_t k = 0; k < n; ++k) row[k] = k == i ? 1.0F : 0.0F;
            continue;
        }
        const auto scale = static_cast<float>(1.0 / length);
        for (std::int64_t k = 0; k < n; ++k) row[k] *= scale;
    }
}

std::vector<NamedTensor> initial_weights(const LanguageModelConfig& config, std::uint64_t seed,
                                         ThreadPool& pool) {
    auto tensors = expected_parameters(config);
    const auto h = config.hidden_size;
    const auto& cell = cell_shape(config.cell);
    const ParameterList list(config);
    for (std::uint32_t i = 0; i < tensors.size(); ++i) {
        auto& tensor = tensors[i];
        tensor.values.assign(static_cast<std::size_t>(list.all()[i].count()), 0.0F);
        const std::string_view name = tensor.name;
        if (name == "embedding.weight") {
            fill_normal(tensor, seed, i, 1.0F);
        } else if (name == "output.weight") {
            fill_normal(tensor, seed, i, 0.25F * inverse_root(h));
        } else if (name.ends_with(".up") || name.ends_with("attention.context")) {
            fill_normal(tensor, seed, i, 0.25F * inverse_root(tensor.shape[1]));
        } else if (name.ends_with("weight_ih") || name.ends_with(".down") ||
                   name.ends_with("attention.query")) {
            fill_normal(tensor, seed, i, inverse_root(tensor.shape[1]));
        } else if (name.ends_with("weight_hh") || name.ends_with("weight_vh")) {
            fill_normal(tensor, seed, i, 1.0F);
            pool.for_each(tensor.shape[0] / h, [&](std::int64_t gate) {
                orthonormalize_rows(tensor.values.data() + gate * h * h, h);
            });
            if (cell.multiplies && name.ends_with("weight_hh"))
                for (float& weight : tensor.values) weight *= 0.25F;
        } else if (name.ends_with("gain")) {
            std::fill(tensor.values.begin(), tensor.values.end(), 1.0F);
        } else if (name.starts_with("layers.") && name.ends_with("bias") && cell.forget_gate >= 0) {
            std::fill_n(tensor.values.begin() + cell.forget_gate * h, h,
                        cell.forget_sign * config.forget_bias);
        }
    }
    return tensors;
}

}  // namespace carousel
