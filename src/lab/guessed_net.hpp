#pragma once

#include <span>
#include <vector>

#include "lab/random_stream.hpp"
#include "lab/sequence.hpp"

namespace carousel {

/// A plain recurrent net whose weights are guessed: units of σ, each fed by the inputs, by all
/// units of the step before and by a bias; the first of them are the outputs. Source: Hochreiter &
/// Schmidhuber 1996, "Bridging long time lags by weight guessing and Long Short-Term Memory".
class GuessedNet {
public:
    GuessedNet(int inputs, int outputs, int hidden);

    /// All weights anew, uniform in [-100, 100].
    void guess(RandomStream& random);

    void reset();
    void step(std::span<const InputValue> inputs);
    std::span<const double> answer() const {
        return {units_.data(), static_cast<std::size_t>(outputs_)};
    }

private:
    int inputs_, outputs_, count_;
    std::vector<double> weights_;  // columns by source: inputs, units, bias
    std::vector<double> units_, sums_;
};

}  // namespace carousel
