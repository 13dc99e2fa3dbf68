#pragma once

#include "cpu/language_model.hpp"
#include "cpu/thread_pool.hpp"
#include "model/model.hpp"

namespace carousel {

/// A model in the memory of the processor, and the team that reads it.
class CpuModel final : public Model {
public:
    CpuModel(const Machine& machine, ThreadPool& pool, const LanguageModelConfig& config,
             std::span<const NamedTensor> weights);

    const LanguageModelConfig& config() const override { return model_.config(); }
    const Machine& machine() const override { return *machine_; }
    std::vector<NamedTensor> weights() const override { return model_.weights(); }
    std::unique_ptr<Reader> reader(std::int64_t streams, Precision precision) const override;
    std::unique_ptr<Tracer> tracer(Precision precision) const override;

    /// For those that train it.
    LanguageModel& stored() { return model_; }
    const LanguageModel& stored() const { return model_; }

private:
    const Machine* machine_;
    ThreadPool* pool_;
    LanguageModel model_;
};

}  // namespace carousel
