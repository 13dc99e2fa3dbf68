#pragma once

#include <memory>
#include <span>
#include <vector>

#include "model/model.hpp"

namespace carousel {

/// Models of one alphabet that speak with one voice: at each symbol the probabilities of all, each
/// weighted by its share, summed. Each reads everything and remembers for itself, and they may
/// differ in all but the alphabet. The logits are the logarithms of these sums.
///
/// Law: the same bits on every machine, on any number of threads, alone and in a batch; a mix of
/// one model writes what that model writes, but for rounding.
class MixedModel : public Model {
public:
    struct Part {
        const Model* model = nullptr;  ///< must outlive the mix
        double share = 1;              ///< positive; only its ratio to the others counts
    };

    /// Throws: std::logic_error when there is no part, a share is not positive, or vocabularies
    /// have different sizes.
    explicit MixedModel(std::vector<Part> parts);

    /// The config of a mix of such models.
    static LanguageModelConfig shape_of(std::span<const LanguageModelConfig> parts);

    /// The size of the vocabulary, and a shape whose state has room for those of all parts: nothing
    /// else of it is meant.
    const LanguageModelConfig& config() const override { return config_; }
    const Machine& machine() const override { return parts_.front().model->machine(); }

    /// None: what is mixed are probabilities.
    std::vector<NamedTensor> weights() const override { return {}; }

    std::unique_ptr<Reader> reader(std::int64_t streams, Precision precision) const override;

private:
    std::vector<Part> parts_;
    LanguageModelConfig config_;
};

}  // namespace carousel
