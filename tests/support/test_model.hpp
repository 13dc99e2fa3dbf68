#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cpu/cpu_machine.hpp"
#include "model/model.hpp"

namespace carousel {

/// A model on a machine of its own, which goes with it.
class TestModel {
public:
    TestModel(const LanguageModelConfig& config, std::span<const NamedTensor> weights,
              int threads = 1)
        : machine_(std::make_unique<CpuMachine>(threads)),
          model_(machine_->model(config, weights)) {}

    /// The same on another number of threads.
    TestModel on(int threads) const { return {config(), weights(), threads}; }

    operator const Model&() const { return *model_; }  // NOLINT: a test passes it for a model
    const Model* operator->() const { return model_.get(); }
    const LanguageModelConfig& config() const { return model_->config(); }
    std::vector<NamedTensor> weights() const { return model_->weights(); }
    const CpuMachine& machine() const { return *machine_; }

private:
    std::unique_ptr<CpuMachine> machine_;
    std::unique_ptr<Model> model_;
};

}  // namespace carousel
