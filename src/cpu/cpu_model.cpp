#include "cpu/cpu_model.hpp"

#include "cpu/inference.hpp"

namespace carousel {

CpuModel::CpuModel(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
                   std::span<const NamedTensor> weights)
    : machine_(&machine), pool_(&pool), model_(config, weights) {}

std::unique_ptr<Reader> CpuModel::reader(std::int64_t streams, Precision precision) const {
    return std::make_unique<Inference>(model_, *pool_, streams, precision);
}

}  // namespace carousel
