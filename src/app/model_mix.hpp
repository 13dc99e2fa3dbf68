#pragma once

#include <memory>
#include <span>
#include <vector>

#include "app/loaded_model.hpp"
#include "app/mix_share.hpp"
#include "generation/mixed_model.hpp"

namespace carousel {

/// Models that write together. The first one is a loaded model as any other, but that its tokenizer
/// lets everything be written that one of them has learned to write.
class ModelMix {
public:
    /// Loads all but the first, which is `first`, and gives that the tokenizer of the mix.
    /// Throws: UsageError when alphabets differ; as `load_model`.
    ModelMix(const std::vector<MixShare>& shares, LoadedModel& first);

    /// What a session must know of the mix.
    const LanguageModelConfig& config() const { return config_; }

    /// 8 bits, where all files have them.
    Precision precision() const { return precision_; }

    /// All models but the first, without their weights once these were given away.
    std::span<const Snapshot> others() const { return others_; }

    /// Makes the models on threads of their own. `first` gives its weights away.
    const Model& on_threads(int threads, LoadedModel& first);

private:
    std::vector<double> shares_;
    std::vector<Snapshot> others_;
    LanguageModelConfig config_;
    Precision precision_;
    std::unique_ptr<Machine> machine_;
    std::vector<std::unique_ptr<Model>> models_;
    std::unique_ptr<MixedModel> mixed_;
};

}  // namespace carousel
