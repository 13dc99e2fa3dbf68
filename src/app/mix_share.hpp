#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace carousel {

/// A model in a mix, with the weight of its probabilities.
struct MixShare {
    std::filesystem::path model;
    double share = 1;  ///< positive; only its ratio to the others counts
};

/// From `A=0.7,B=0.3`; a model without a number has the share 1. `option` is named in messages.
/// Throws: UsageError for an empty name, a share that is not positive, or more than sixteen models.
std::vector<MixShare> parse_mix(std::string_view option, std::string_view word);

/// From `A,B`. Throws: UsageError for an empty name, or more than sixteen models.
std::vector<std::filesystem::path> parse_models(std::string_view option, std::string_view word);

}  // namespace carousel
