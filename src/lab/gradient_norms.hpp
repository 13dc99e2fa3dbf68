#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "lab/experiment.hpp"
#include "model/language_model_config.hpp"

namespace carousel {

/// How the gradient of an error at the end of a sequence falls with the lag: [lag] is the mean,
/// over a batch of sequences, of the norm of ∂E/∂h(end - lag), of all that h did until the end.
struct GradientNorms {
    std::vector<double> hidden;
    std::vector<double> states;  ///< the same of the cell's states; empty where it has none
};

/// How far a gate is open, from 0 to 1: the mean over the steps of a batch at which a symbol
/// distracts, and over those at which it counts.
struct GateMean {
    double distracted = 0, counting = 0;
};

/// A gate of a net: over all units alike; and over units by the gradients of their states, that is
/// of those through which the error goes back. The latter is absent where a cell has no states.
struct LabGate {
    std::string_view name{};  ///< as `cell_view` has it
    GateMean all{};
    std::optional<GateMean> carrying{};
};

/// A cell before and after it has learned the task.
struct GradientCurves {
    CellKind cell = CellKind::lstm;
    GradientNorms fresh, trained;
    std::vector<LabGate> gates{};  ///< of the trained net
};

struct GradientConfig {
    Experiment experiment;
    int updates = 1000;  ///< batches that the trained net has learned from
    std::uint64_t seed = 1;
};

/// Under modern rules (`modern_net`). `goes_on` is asked after each update; where it says no, the
/// net is taken as trained.
GradientCurves gradient_curves(const GradientConfig& config, CellKind cell,
                               const std::function<bool()>& goes_on);

/// What the constant error carousel alone makes of the error: the states of the cell of 1997 where
/// no gradient goes through its gates.
GradientNorms carousel_norms(const GradientConfig& config);

}  // namespace carousel
