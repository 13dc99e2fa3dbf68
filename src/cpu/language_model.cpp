#include "cpu/language_model.hpp"

#include <stdexcept>

#include "cpu/clockwork.hpp"
#include "kernels/kernels.hpp"
#include "model/transformer.hpp"

namespace carousel {

LanguageModel::LanguageModel(const LanguageModelConfig& config,
                             std::span<const NamedTensor> weights)
    : config_(config), parameters_(config), values_(parameters_.stored()) {
    if (const auto why = contradiction(config)) throw std::logic_error("a model: " + *why);
    if (cell_shape(config.cell).clockwork) {
        periods_ = carousel::clock_periods(config.hidden_size);
        connections_ = clock_connections(config.hidden_size);
    }
    set_weights(weights);
}

void LanguageModel::set_weights(std::span<const NamedTensor> weights) {
    parameters_.from_canonical(weights, values_.data());
    for (const auto& p : parameters_.all()) {
        if (p.is_sparse)
            kernels().multiply(values_.data() + p.offset, values(p), connections(p), p.stored);
    }
}

}  // namespace carousel
