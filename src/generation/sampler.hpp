#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/token_id.hpp"

namespace carousel {

class Machine;

/// How a symbol is chosen from the model's probabilities. The controls apply in this order, each to
/// what the one before it left. Without a choice all write so: command, screen and pages; how that
/// was chosen is told in docs/recipes.md.
struct SamplerConfig {
    float temperature = 0.8F;  ///< ≥ 0; logits are divided by it; 0 takes the most likely symbol
    std::int64_t top_k = 0;    ///< ≥ 1: only the k most likely; 0 = all
    float top_p = 1.0F;        ///< (0, 1]: the fewest that together have this share of the rest
    float min_p = 0.1F;        ///< [0, 1): those at least this likely compared with the likeliest

    bool operator==(const SamplerConfig&) const = default;
};

/// Whether every control is inside its range.
bool in_range(const SamplerConfig& config);

/// Draws symbols. A draw is a pure function of the logits and one number in [0, 1), with the same
/// result on every machine; the object only keeps its buffers.
///
/// Law: a symbol whose logit is minus infinity or not a number is never drawn; with temperature 0
/// the most likely symbol is, the lowest id among equals.
/// Source: top-p, Holtzman et al. 2020; min-p, Nguyen et al. 2024.
class Sampler {
public:
    /// Throws: std::logic_error when a control is outside its range.
    explicit Sampler(const SamplerConfig& config);

    /// Range: draw in [0, 1). Any machine gives the same result.
    /// Throws: SnapshotError when no logit is a number.
    TokenId sample(const Machine& machine, std::span<const float> logits, float draw);

private:
    struct Candidate {
        float probability;
        TokenId id;
    };
    void find_candidates(std::span<const float> logits);
    void keep_top_k();
    void keep_top_p();
    void keep_min_p();
    TokenId draw_candidate(float draw) const;

    SamplerConfig config_;
    std::vector<float> probabilities_;   // of the candidates
    std::vector<Candidate> candidates_;  // by id, or the most likely first
};

}  // namespace carousel
