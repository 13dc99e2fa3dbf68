#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "app/training_request.hpp"
#include "app/training_text.hpp"
#include "generation/mixed_model.hpp"
#include "model/machine.hpp"
#include "snapshot/snapshot.hpp"

namespace carousel {

/// The models that a training learns from besides its text: of a new run those asked for, of a
/// resumed one those that it began with.
class Teachers {
public:
    /// What a run needs to know of itself to find them.
    struct Config {
        const TrainingRequest& request;
        const Snapshot* stored;              ///< of a resumed run, else null
        const std::filesystem::path& model;  ///< its file
        const TrainingText& text;
        const Machine& machine;  ///< must outlive the object
    };

    /// Throws: UsageError for a teacher of another alphabet; InputError for one of a resumed run
    /// that is gone, or another model than it was; as `load_snapshot`.
    explicit Teachers(const Config& config);

    bool empty() const { return models_.empty(); }

    /// What they expect together: the mean of their probabilities. Range: not empty.
    const Model& together() const { return *together_; }

    /// Of each.
    std::vector<LanguageModelConfig> shapes() const;

    /// What files keep of them.
    const std::vector<Origin>& origins() const { return origins_; }

private:
    void add(const std::filesystem::path& name, Snapshot teacher, const Config& config);

    std::vector<Origin> origins_;
    std::vector<std::unique_ptr<Model>> models_;
    std::unique_ptr<MixedModel> mixed_;  // where they are several
    const Model* together_ = nullptr;
};

}  // namespace carousel
