#include "cpu/cpu_model.hpp"

#include "cpu/inference.hpp"
#include "model/cell_signals.hpp"

namespace carousel {

CpuModel::CpuModel(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
                   std::span<const NamedTensor> weights)
    : machine_(&machine), pool_(&pool), model_(config, weights) {}

std::unique_ptr<Reader> CpuModel::reader(std::int64_t streams, Precision precision) const {
    return std::make_unique<Inference>(model_, *pool_, streams, precision);
}

std::unique_ptr<Tracer> CpuModel::tracer(Precision precision) const {
    if (cell_view(config().cell).signals.empty()) return nullptr;
    return std::make_unique<Inference>(model_, *pool_, 1, precision);
}

}  // namespace carousel
