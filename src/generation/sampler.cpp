#include "generation/sampler.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/error.hpp"
#include "model/machine.hpp"

// From logits to a symbol in the order of the controls: candidates (finite logits), temperature and
// softmax, top_k, top_p, min_p (not in a loop), the draw. Sums are doubles in the order of the
// candidates, so the result is the same on every machine.

namespace carousel {

namespace {

constexpr float k_infinity = std::numeric_limits<float>::infinity();
constexpr float k_largest = std::numeric_limits<float>::max();

// Less likely than this is never. It keeps the result apart from whether the thread turns denormal
// numbers to zero.
constexpr float k_never = 0x1p-100F;

bool more_likely(float a, TokenId a_id, float b, TokenId b_id) {
    return a > b || (a == b && a_id < b_id);
}

}  // namespace

bool in_range(const SamplerConfig& config) {
    return config.temperature >= 0 && config.top_k >= 0 && config.top_p > 0 && config.top_p <= 1 &&
           config.min_p >= 0 && config.min_p < 1 && config.loop_length >= 0 &&
           config.loop_length <= k_longest_loop_length;
}

bool ends_in_loop(std::span<const TokenId> text, std::int64_t length) {
    const auto before = static_cast<std::int64_t>(text.size()) - length;
    if (length == 0 || before <= 0) return false;
    const auto end = text.begin() + before;
    for (std::int64_t period = 1; period <= std::min(k_longest_loop, before); ++period) {
        if (std::equal(end, text.end(), end - period)) return true;
    }
    return false;
}

Sampler::Sampler(const SamplerConfig& config) : config_(config) {
    if (!in_range(config)) throw std::logic_error("a sampler's control is outside its range");
}

TokenId Sampler::sample(const Machine& machine, std::span<const float> logits, float draw,
                        bool loops) {
    find_candidates(logits);
    if (config_.temperature == 0) {
        return std::min_element(candidates_.begin(), candidates_.end(),
                                [](const Candidate& a, const Candidate& b) {
                                    return more_likely(a.probability, a.id, b.probability, b.id);
                                })
            ->id;
    }
    const std::size_t count = candidates_.size();
    probabilities_.resize(count);
    for (std::size_t i = 0; i < count; ++i) probabilities_[i] = candidates_[i].probability;
    // A tiny temperature must not make infinity, since infinity times zero is not a number.
    const float temperature = loops ? std::max(config_.temperature, 1.0F) : config_.temperature;
    const float inverse_temperature = std::min(1.0F / temperature, 1e30F);
    machine.softmax(probabilities_, inverse_temperature);
    for (std::size_t i = 0; i < count; ++i) {
        candidates_[i].probability = probabilities_[i] < k_never ? 0.0F : probabilities_[i];
    }
    if (!loops) {
        keep_top_k();
        keep_top_p();
        keep_min_p();
    }
    return draw_candidate(draw);
}

// The symbols that may be drawn, with their logits in the place of the probabilities.
void Sampler::find_candidates(std::span<const float> logits) {
    candidates_.clear();
    for (std::size_t id = 0; id < logits.size(); ++id) {
        if (logits[id] > -k_infinity) {
            candidates_.push_back({std::min(logits[id], k_largest), static_cast<TokenId>(id)});
        }
    }
    if (candidates_.empty()) {
        throw SnapshotError(
            "The model gives no probabilities: what it computes are no numbers any more. Its file "
            "holds weights that no training makes; use another model.");
    }
}

void Sampler::keep_top_k() {
    const auto wanted = static_cast<std::size_t>(config_.top_k);
    if (wanted == 0 || wanted >= candidates_.size()) return;
    std::partial_sort(candidates_.begin(),
                      candidates_.begin() + static_cast<std::ptrdiff_t>(wanted), candidates_.end(),
                      [](const Candidate& a, const Candidate& b) {
                          return more_likely(a.probability, a.id, b.probability, b.id);
                      });
    candidates_.resize(wanted);
}

void Sampler::keep_top_p() {
    if (config_.top_p >= 1) return;
    double total = 0;
    for (const auto& candidate : candidates_) total += double{candidate.probability};

    // Few of many are wanted as a rule: a heap yields them one by one, without sorting all.
    const auto below = [](const Candidate& a, const Candidate& b) {
        return more_likely(b.probability, b.id, a.probability, a.id);
    };
    std::make_heap(candidates_.begin(), candidates_.end(), below);
    auto rest = candidates_.end();
    double reached = 0;
    while (rest != candidates_.begin() && reached < double{config_.top_p} * total) {
        std::pop_heap(candidates_.begin(), rest, below);
        reached += double{(--rest)->probability};
    }
    std::reverse(candidates_.begin(), candidates_.end());
    candidates_.resize(static_cast<std::size_t>(candidates_.end() - rest));
}

void Sampler::keep_min_p() {
    if (config_.min_p <= 0) return;
    float largest = 0;
    for (const auto& candidate : candidates_) largest = std::max(largest, candidate.probability);
    const float least = config_.min_p * largest;
    std::erase_if(candidates_, [&](const Candidate& c) { return c.probability < least; });
}

TokenId Sampler::draw_candidate(float draw) const {
    double total = 0;
    for (const auto& candidate : candidates_) total += double{candidate.probability};
    const double target = double{draw} * total;
    double passed = 0;
    for (const auto& candidate : candidates_) {
        passed += double{candidate.probability};
        if (passed > target) return candidate.id;
    }
    throw std::logic_error("a number outside [0, 1) was given to the sampler");
}

}  // namespace carousel
