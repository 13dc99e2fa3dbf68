#include "cpu/initialization.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "kernels/kernels.hpp"
#include "model/cell_shapes.hpp"
#include "model/parameter.hpp"

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
    using Role = ParameterRole;
    const auto h = config.hidden_size;
    const auto& cell = cell_shape(config.cell);
    const auto parameters = model_parameters(config);
    auto tensors = expected_parameters(config);
    for (std::uint32_t i = 0; i < tensors.size(); ++i) {
        const auto& p = parameters[i];
        auto& tensor = tensors[i];
        tensor.values.assign(static_cast<std::size_t>(p.count()), 0.0F);
        switch (p.role) {
            case Role::embedding:
                fill_normal(tensor, seed, i, 1.0F);
                break;
            case Role::output:
            case Role::round_up:
            case Role::context:
            case Role::merge:
            case Role::down:
                fill_normal(tensor, seed, i, 0.25F * inverse_root(p.shape[1]));
                break;
            case Role::input:
            case Role::round_down:
            case Role::query:
            case Role::key:
            case Role::value:
            case Role::up:
                fill_normal(tensor, seed, i, inverse_root(p.shape[1]));
                break;
            case Role::recurrent:
            case Role::mixed:
                fill_normal(tensor, seed, i, 1.0F);
                pool.for_each(p.gates, [&](std::int64_t gate) {
                    orthonormalize_rows(tensor.values.data() + gate * h * h, h);
                });
                if (p.role == Role::recurrent && p.is_factor)
                    for (float& weight : tensor.values) weight *= 0.25F;
                break;
            case Role::gain:
            case Role::attention_gain:
            case Role::feedforward_gain:
            case Role::output_gain:
                std::fill(tensor.values.begin(), tensor.values.end(), 1.0F);
                break;
            case Role::bias:
                if (cell.forget_gate >= 0)
                    std::fill_n(tensor.values.begin() + cell.forget_gate * h, h,
                                cell.forget_sign * config.forget_bias);
                break;
            case Role::diagonal:
            case Role::distance:
            case Role::output_bias:
                break;
        }
    }
    return tensors;
}

}  // namespace carousel
