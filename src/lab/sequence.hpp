#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace carousel {

/// An input unit that is not at zero.
struct InputValue {
    int unit = 0;
    double value = 0;
};

/// What a net reads, step by step, and what it should answer. Made anew in its own memory for each
/// sequence of a trial.
struct Sequence {
    int active = 1;                  ///< input units a step that are not at zero
    std::vector<InputValue> inputs;  ///< (T, active)
    /// The symbol that comes after each step, (T), where it is to be predicted; else empty.
    std::vector<int> next;
    /// Bit k: symbol k may come after this step, (T); in the Reber grammar alone.
    std::vector<std::uint32_t> legal;
    std::vector<double> target;  ///< at the end, (outputs); noise of the task included
    std::vector<double> wanted;  ///< the same without noise, by which an answer is judged

    int steps() const { return static_cast<int>(inputs.size()) / active; }
    std::span<const InputValue> inputs_at(int t) const {
        return {inputs.data() + static_cast<std::ptrdiff_t>(t) * active,
                static_cast<std::size_t>(active)};
    }

    void clear(int active_inputs) {
        active = active_inputs;
        inputs.clear();
        next.clear();
        legal.clear();
        target.clear();
        wanted.clear();
    }
    void symbol(int unit) { inputs.push_back({unit, 1.0}); }
};

}  // namespace carousel
