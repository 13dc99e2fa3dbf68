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
    std::int64_t loop_length = 16;  ///< 0 to 1000: symbols of a loop until it may end; 0 = never

    bool operator==(const SamplerConfig&) const = default;
};

/// Whether every control is inside its range.
bool in_range(const SamplerConfig& config);

/// Whether each of the last `length` symbols is the one that stands `period` before it, for a
/// period of 1 to `k_longest_loop`: blanks, a ruled line, "0, 0, 0, ". Never where `length` is 0.
bool ends_in_loop(std::span<const TokenId> text, std::int64_t length);
inline constexpr std::int64_t k_longest_loop = 8, k_longest_loop_length = 1000;

/// Draws symbols. A draw is a pure function of the logits, one number in [0, 1) and whether the
/// text loops, with the same result on every machine; the object only keeps its buffers.
///
/// In a loop the model becomes certain of what comes next, and who leaves out what is unlikely
/// leaves out its end: there the probabilities are those of the model, at a temperature of 1 or
/// more, so that a loop ends when the model thinks that it does. Temperature 0 knows no loops.
/// Law: a symbol whose logit is minus infinity or not a number is never drawn; with temperature 0
/// the most likely symbol is, the lowest id among equals.
/// Source: top-p, Holtzman et al. 2020; min-p, Nguyen et al. 2024.
class Sampler {
public:
    /// Throws: std::logic_error when a control is outside its range.
    explicit Sampler(const SamplerConfig& config);

    /// Range: draw in [0, 1). Any machine gives the same result. `loops`: of the text so far.
    /// Throws: SnapshotError when no logit is a number.
    TokenId sample(const Machine& machine, std::span<const float> logits, float draw,
                   bool loops = false);

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
