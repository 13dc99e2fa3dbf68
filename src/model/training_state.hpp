#pragma once

#include <cstdint>
#include <vector>

#include "model/named_tensor.hpp"

namespace carousel {

/// Everything, besides the weights and the configuration, that the next step depends on. Random
/// numbers need no entry: they are functions of the seed and of `step` and `epoch`.
struct TrainingState {
    std::uint64_t step = 0;             ///< updates done
    std::uint64_t epoch = 0;            ///< whole passes done
    std::uint64_t window_in_epoch = 0;  ///< windows done of the pass under way
    double seconds = 0;                 ///< wall time used by all runs so far
    float learning_rate_scale = 1;      ///< halved by each return to a snapshot after divergence
    std::uint32_t divergences = 0;
    double smoothed_loss =
        0;  ///< running mean of the training loss, nats per symbol; 0 before step 1
    std::vector<NamedTensor> first_moments, second_moments;  ///< one for each
                                                             ///< parameter; see `Optimizer`
    std::vector<NamedTensor> averaged_weights;  ///< running mean of the weights; empty without one
    NamedTensor hidden, cell;                   ///< carried by the streams, as in `RecurrentState`
};

/// One line of the training history.
struct HistoryRecord {
    std::uint64_t step = 0, epoch = 0;
    double seconds = 0;
    double training_loss = 0;    ///< smoothed, nats per character
    double validation_loss = 0;  ///< nats per character; NaN is never stored: see has_validation
    bool has_validation = false;
    bool averaged = false;  ///< the loss is that of the averaged weights, because it was lower
    double learning_rate = 0;
};

}  // namespace carousel
